namespace ResNet.Net;

/// <summary>Which file of a variant's the store has.</summary>
public enum StoredFileKind
{
    /// <summary>The model.</summary>
    Model,

    /// <summary>The archive of test inputs and outputs, <see cref="ResNetVariant.TestData"/>.</summary>
    TestData,
}
