using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes a file of a variant that the store manages: one of the model's files, or the test data.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Kind">Which file of the variant it is.</param>
/// <param name="File">The published file.</param>
internal sealed record StoredFile(ResNetVariant Variant, StoredFileKind Kind, VariantFile File)
{
    public string Name => File.Name;

    /// <summary>Gets the size in bytes; 0 if it is unknown, which is possible only if <see cref="HasHash"/> is false.</summary>
    public long Bytes => File.Bytes ?? 0;

    /// <summary>Gets whether a SHA-256 is published. Without one, the file is not downloaded.</summary>
    public bool HasHash => File.Sha256 is not null;

    /// <summary>Gets the SHA-256, in lowercase hexadecimal; empty if none is published.</summary>
    public string Sha256 => File.Sha256 ?? "";

    /// <summary>Gets the description for messages, to follow "the".</summary>
    public string Title => Kind == StoredFileKind.TestData ? $"test data of '{Variant.Id}'"
        : Variant.IsImported ? $"file {Name} of the model '{Variant.Id}'"
        : $"model '{Variant.Id}'";

    /// <summary>Gets whether a NuGet package has the file, so that it is next to the application and never downloaded.</summary>
    public bool IsPackaged => Variant.PackageId is not null;

    public static IEnumerable<StoredFile> ModelOf(ResNetVariant variant)
        => variant.Files.Select(f => new StoredFile(variant, StoredFileKind.Model, f));

    /// <summary>Returns the test data; null if none is published.</summary>
    public static StoredFile? TestDataOf(ResNetVariant variant)
        => variant.TestData is VariantFile data ? new StoredFile(variant, StoredFileKind.TestData, data) : null;

    /// <summary>Returns the files of the model and, if published, the test data.</summary>
    public static IEnumerable<StoredFile> AllOf(ResNetVariant variant)
        => TestDataOf(variant) is StoredFile testData ? ModelOf(variant).Append(testData) : ModelOf(variant);
}

/// <summary>Describes a file that was found and whose content was checked.</summary>
/// <param name="Path">The path.</param>
/// <param name="Sha256">The SHA-256 of its content, in lowercase hexadecimal.</param>
internal sealed record VerifiedFile(string Path, string Sha256)
{
    /// <summary>Reads exactly the content that was verified, whatever happened to the file since.</summary>
    /// <exception cref="ModelUnavailableException">The file cannot be read, or has changed.</exception>
    public byte[] Read(ResNetVariant variant)
    {
        byte[] bytes;
        try
        {
            using FileStream file = RegularFile.OpenRead(Path, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            bytes = GC.AllocateUninitializedArray<byte>(checked((int)file.Length));
            file.ReadExactly(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OverflowException)
        {
            throw new ModelUnavailableException(variant.Id, $"'{Path}' cannot be read: {exception.Message}", exception);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == Sha256
            ? bytes
            : throw new ModelUnavailableException(variant.Id, $"'{Path}' changed while it was read. Load the model again.");
    }
}
