namespace ResNet.Net;

/// <summary>A file that the store keeps for a variant: its model, or its test data.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Kind">Which file of the variant's.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, lower-case hexadecimal.</param>
internal sealed record StoredFile(ResNetVariant Variant, StoredFileKind Kind, string Name, long Bytes, string Sha256)
{
    /// <summary>What messages call it, behind "the".</summary>
    public string Title => Kind == StoredFileKind.Model ? $"model '{Variant.Id}'" : $"test data of '{Variant.Id}'";

    public static StoredFile ModelOf(ResNetVariant variant) => new(variant, StoredFileKind.Model, variant.FileName, variant.Bytes, variant.Sha256);

    /// <summary>Null where the zoo publishes none.</summary>
    public static StoredFile? TestDataOf(ResNetVariant variant)
        => variant.TestData is VariantTestData data ? new StoredFile(variant, StoredFileKind.TestData, data.FileName, data.Bytes, data.Sha256) : null;

    /// <summary>The model first.</summary>
    public static IEnumerable<StoredFile> AllOf(ResNetVariant variant)
    {
        yield return ModelOf(variant);
        if (TestDataOf(variant) is StoredFile testData)
        {
            yield return testData;
        }
    }
}
