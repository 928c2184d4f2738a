using System.Runtime.InteropServices;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>The bytes of a model: a file, memory of the caller's, or a resource of this assembly.</summary>
internal sealed unsafe class ModelContent
{
    private readonly string? _resource;

    private ModelContent(string name, string? path, ReadOnlyMemory<byte> memory, string? resource, string? sha256)
    {
        Name = name;
        Path = path;
        Memory = memory;
        Sha256 = sha256;
        _resource = resource;
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The file; null for memory.</summary>
    public string? Path { get; }

    /// <summary>The caller's memory; empty for files and resources.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The SHA-256 that somebody has verified already; null where nobody has.</summary>
    public string? Sha256 { get; }

    public long Length => Path is not null ? new FileInfo(Path).Length : Use(stream => stream.Length);

    public static ModelContent File(string name, string path, string? sha256 = null) => new(name, path, default, null, sha256);

    public static ModelContent InMemory(string name, ReadOnlyMemory<byte> model) => new(name, null, model, null, null);

    public static ModelContent Embedded(ResNetVariant variant) => new(variant.Id, null, default, variant.FileName, variant.Sha256);

    /// <summary>Opens the model as it is.</summary>
    public OrtSession Open(SessionSettings settings)
        => Path is not null ? OrtSession.FromFile(Path, settings) : OrtSession.FromMemory(ToArray(), Name, settings);

    /// <exception cref="OnnxModelException">It is no ONNX model.</exception>
    public OnnxModelSummary ReadSummary() => Path is not null ? OnnxModelSummary.Read(Path) : Use(OnnxModelSummary.Read);

    /// <exception cref="OnnxModelException">It is no ONNX model.</exception>
    public OnnxModel Load() => Path is not null ? OnnxModel.Load(Path, ExternalDataPolicy.ReadFromModelFolder) : Use(stream => OnnxModel.Parse(BytesOf(stream)));

    /// <summary>Gives the bytes as a stream over memory, valid during the call.</summary>
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

    // ONNX Runtime's package takes arrays alone. A caller's memory is one mostly, and need not be copied.
    private byte[] ToArray()
        => MemoryMarshal.TryGetArray(Memory, out ArraySegment<byte> segment) && segment.Array is { } array && array.Length == Memory.Length && array.Length > 0
            ? array
            : Use(stream => BytesOf(stream).ToArray());

    private static ReadOnlySpan<byte> BytesOf(UnmanagedMemoryStream stream) => new(stream.PositionPointer, checked((int)stream.Length));
}
