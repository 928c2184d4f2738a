using System.IO.Compression;
using System.Xml.Linq;

namespace ResNet.Net.Packages.Tests;

/// <summary>A package file, opened.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _archive;

    public Package(string path)
    {
        Path = path;
        _archive = ZipFile.OpenRead(path);
        Metadata = XDocument.Load(
            new MemoryStream(this[Files.Single(f => f.EndsWith(".nuspec", StringComparison.Ordinal))])).Root!.Elements().Single();
    }

    public string Path { get; }

    /// <summary>The manifest's metadata element.</summary>
    public XElement Metadata { get; }

    public IEnumerable<string> Files => _archive.Entries.Select(e => e.FullName);

    public IEnumerable<(string Id, string Version)> Dependencies
        => Metadata.Descendants(Metadata.Name.Namespace + "dependency")
            .Select(d => (d.Attribute("id")!.Value, d.Attribute("version")!.Value));

    /// <summary>A file's bytes.</summary>
    public byte[] this[string file]
    {
        get
        {
            using Stream stream = Open(file);
            MemoryStream bytes = new();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        }
    }

    public Stream Open(string file) => _archive.Entries.Single(e => e.FullName == file).Open();

    public string? Value(string element) => Metadata.Element(Metadata.Name.Namespace + element)?.Value;

    public void Dispose() => _archive.Dispose();
}
