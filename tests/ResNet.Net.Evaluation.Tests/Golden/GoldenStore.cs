using System.Security.Cryptography;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>A model store in a temporary folder, which a test server may feed.</summary>
internal sealed class GoldenStore : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder["store"];

    public static ResNetVariant VariantOf(byte[] model, ResNetVariant like)
        => like.WithFile(model.Length, Convert.ToHexStringLower(SHA256.HashData(model)));

    public static VariantFile TestDataOf(byte[] archive)
        => new("test-data.tar.gz", archive.Length, Convert.ToHexStringLower(SHA256.HashData(archive)));

    public ModelStore Open(ResNetVariant variant, TestServer? server = null) => new(new ModelStoreOptions
    {
        RootFolder = Root,
        LocalFolders = [],
        Sources = server is null ? [] : [ModelSource.Mirror(server.Address)],
        Offline = server is null,
        Catalog = [variant],
    });

    public void Add(ResNetVariant variant, string fileName, byte[] bytes)
    {
        string path = Path.Combine(Root, variant.Id, fileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    public void Dispose() => _folder.Dispose();
}
