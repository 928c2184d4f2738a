using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Represents the bytes of a model: a file, memory of the caller, or an embedded resource.</summary>
internal sealed unsafe class ModelContent
{
    private readonly string? _resource;
    private readonly Lazy<OnnxModelSummary?> _summary;

    private ModelContent(string name, string? path, ReadOnlyMemory<byte> memory, string? resource, string? sha256, string? copy = null)
    {
        Name = name;
        Path = path;
        Memory = memory;
        Sha256 = sha256;
        FilePath = path ?? copy;
        _resource = resource;
        _summary = new Lazy<OnnxModelSummary?>(TryReadSummary);
    }

    /// <summary>Gets the name for messages.</summary>
    public string Name { get; }

    /// <summary>Gets the path of the file to open; null if the bytes of the model are in memory.</summary>
    public string? Path { get; }

    /// <summary>Gets the path of a file that has, or had, these bytes; null if there is none.</summary>
    public string? FilePath { get; }

    /// <summary>Gets the bytes in memory; empty for files and resources.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Gets the SHA-256 if it has been verified; null otherwise.</summary>
    public string? Sha256 { get; }

    public long Length => Path is not null ? new FileInfo(Path).Length : Use(stream => stream.Length);

    public static ModelContent File(string name, string path, string? sha256 = null) => new(name, path, default, null, sha256);

    /// <param name="name">The name for messages.</param>
    /// <param name="model">The bytes.</param>
    /// <param name="sha256">Their SHA-256 if it has been verified; null otherwise.</param>
    /// <param name="copy">The path of a file that has the same bytes; null if there is none.</param>
    public static ModelContent InMemory(string name, ReadOnlyMemory<byte> model, string? sha256 = null, string? copy = null)
        => new(name, null, model, null, sha256, copy);

    public static ModelContent Embedded(ResNetVariant variant)
        => new(variant.Id, null, default, variant.Files[0].Name, variant.Files[0].Sha256);

    /// <summary>Opens the model without changes.</summary>
    /// <exception cref="InferenceException">ONNX Runtime rejects the model or a setting.</exception>
    public OrtSession Open(SessionSettings settings)
        => Path is not null ? OrtSession.FromFile(Path, settings) : OrtSession.FromMemory(ToArray(), Name, settings);

    /// <summary>Gets the summary, which is read once; null if the model cannot be read.</summary>
    /// <remarks>ONNX Runtime may be able to read such a model; otherwise its exception says what is wrong.</remarks>
    public OnnxModelSummary? Summary => _summary.Value;

    /// <exception cref="OnnxModelException">The bytes are not an ONNX model.</exception>
    public OnnxModel Load()
        => Path is not null
            ? OnnxModel.Load(Path, ExternalDataPolicy.ReadFromModelFolder)
            : Use(stream => OnnxModel.Parse(BytesOf(stream)));

    /// <summary>Returns the SHA-256 in lowercase hexadecimal: the verified one, or that of the bytes as they are now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string ComputeSha256()
        => Sha256 ?? (Path is not null ? CacheEntry.HashOf(Path) : Use(stream => Convert.ToHexStringLower(SHA256.HashData(stream))));

    /// <summary>Passes the bytes to a function as a stream over memory that is valid during the call.</summary>
    public T Use<T>(Func<UnmanagedMemoryStream, T> use)
    {
        if (_resource is not null)
        {
            using UnmanagedMemoryStream resource = EmbeddedResource.Open(_resource);
            return use(resource);
        }

        fixed (byte* start = Memory.Span)
        {
            using UnmanagedMemoryStream stream = new(start, Memory.Length);
            return use(stream);
        }
    }

    // ONNX Runtime accepts arrays only. Memory of the caller usually is one, so that no copy is needed.
    private byte[] ToArray()
        => MemoryMarshal.TryGetArray(Memory, out ArraySegment<byte> segment)
            && segment.Array is { } array
            && array.Length == Memory.Length
            && array.Length > 0
            ? array
            : Use(stream => BytesOf(stream).ToArray());

    private OnnxModelSummary? TryReadSummary()
    {
        try
        {
            return Path is not null ? OnnxModelSummary.Read(Path) : Use(OnnxModelSummary.Read);
        }
        catch (Exception exception) when (exception is OnnxModelException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> BytesOf(UnmanagedMemoryStream stream)
        => new(stream.PositionPointer, checked((int)stream.Length));
}

/// <summary>Opens resources of this assembly.</summary>
internal static class EmbeddedResource
{
    public static UnmanagedMemoryStream Open(string name)
        => (UnmanagedMemoryStream)(typeof(EmbeddedResource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly has no resource '{name}'."));
}
