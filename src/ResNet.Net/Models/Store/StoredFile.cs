namespace ResNet.Net;

/// <summary>Describes a file of a variant that the store manages: the model or the test data.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Kind">Which file of the variant it is.</param>
/// <param name="Name">The name of the file.</param>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Sha256">The SHA-256, in lowercase hexadecimal.</param>
internal sealed record StoredFile(ResNetVariant Variant, StoredFileKind Kind, string Name, long Bytes, string Sha256)
{
    /// <summary>Gets the description for messages, to follow "the".</summary>
    public string Title => Kind == StoredFileKind.Model ? $"model '{Variant.Id}'" : $"test data of '{Variant.Id}'";

    /// <summary>Gets whether a NuGet package has the file, so that it is next to the application and never downloaded.</summary>
    public bool IsPackaged => Variant.PackageId is not null;

    public static StoredFile ModelOf(ResNetVariant variant)
        => new(variant, StoredFileKind.Model, variant.FileName, variant.Bytes, variant.Sha256);

    /// <summary>Returns the test data; null if none is published.</summary>
    public static StoredFile? TestDataOf(ResNetVariant variant)
        => variant.TestData is VariantTestData data
            ? new StoredFile(variant, StoredFileKind.TestData, data.FileName, data.Bytes, data.Sha256)
            : null;

    /// <summary>Returns the model and, if published, the test data.</summary>
    public static IEnumerable<StoredFile> AllOf(ResNetVariant variant)
    {
        yield return ModelOf(variant);
        if (TestDataOf(variant) is StoredFile testData)
        {
            yield return testData;
        }
    }
}
