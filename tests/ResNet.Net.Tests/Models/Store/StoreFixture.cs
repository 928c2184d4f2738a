using System.Security.Cryptography;

namespace ResNet.Net.Tests;

/// <summary>Provides a store in a temporary folder, and random bytes in the role of a model file.</summary>
internal sealed class StoreFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StoreFixture(int bytes = 300_000, int seed = 1)
    {
        File = Make(bytes, seed);
        Variant = VariantOf(File);
    }

    /// <summary>Gets the bytes of the file.</summary>
    public byte[] File { get; }

    /// <summary>Gets a variant with the size and hash of the file.</summary>
    public ResNetVariant Variant { get; }

    public StoredFile Model => StoredFile.ModelOf(Variant).Single();

    public string Root => Path.Combine(_folder.FullPath, "store");

    public string ModelPath => Path.Combine(Root, Variant.Id, Variant.Files[0].Name);

    public string PartialPath => $"{ModelPath}.partial";

    public string DamagedPath => $"{ModelPath}.damaged";

    public string RecordPath => $"{ModelPath}.verified";

    /// <summary>Gets a path next to the store.</summary>
    public string this[params string[] parts] => _folder[parts];

    public RecordedProgress Progress { get; } = new();

    public InstantTime Time { get; } = new();

    public static byte[] Make(int bytes, int seed)
    {
        byte[] file = new byte[bytes];
        new Random(seed).NextBytes(file);
        return file;
    }

    public static ResNetVariant VariantOf(byte[] file, ResNetVariant? like = null)
        => (like ?? ResNetVariant.ResNet50V1).WithFile(file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));

    public static VariantFile TestDataOf(byte[] archive)
        => new("test-data.tar.gz", archive.Length, Convert.ToHexStringLower(SHA256.HashData(archive)));

    /// <summary>Returns options that override all environment variables.</summary>
    public ModelStoreOptions Options(params TestServer[] servers) => new()
    {
        RootFolder = Root,
        LocalFolders = [],
        Sources = [.. servers.Select(s => ModelSource.Mirror(s.Address))],
        Offline = false,
        Catalog = [Variant],
        Time = Time,
    };

    public ModelStore Store(params TestServer[] servers) => new(Options(servers));

    public string WriteFile(byte[]? bytes = null) => WriteFile(ModelPath, bytes);

    public string WriteFile(string path, byte[]? bytes = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, bytes ?? File);
        return path;
    }

    /// <summary>Asserts that the right file is at its path, next to its record only.</summary>
    public void ShouldBeStored(string path)
    {
        path.Should().Be(ModelPath);
        System.IO.File.ReadAllBytes(path).AsSpan().SequenceEqual(File).Should().BeTrue();
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().BeEquivalentTo([ModelPath, RecordPath]);
    }

    /// <summary>Asserts that there is no model file, and no partial file longer than the model.</summary>
    public void ShouldNotBeStored()
    {
        System.IO.File.Exists(ModelPath).Should().BeFalse();
        if (System.IO.File.Exists(PartialPath))
        {
            new FileInfo(PartialPath).Length.Should().BeLessThanOrEqualTo(File.Length);
        }
    }

    public void Dispose() => _folder.Dispose();
}
