namespace ResNet.Net;

/// <summary>Specifies which file of a variant is stored.</summary>
public enum StoredFileKind
{
    /// <summary>The model, or one of its <see cref="ResNetVariant.Files"/>.</summary>
    Model,

    /// <summary>The archive of test data, <see cref="ResNetVariant.TestData"/>.</summary>
    TestData,
}
