using System.Runtime.InteropServices;
using Google.Protobuf;
using ResNet.Net.Onnx.Internals;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// An ONNX model in memory: read, edited, checked, written. What this library does not know of a file it keeps and writes back.
/// Not thread-safe while it is edited.
/// </summary>
/// <remarks>Source: the ONNX IR specification, https://github.com/onnx/onnx/blob/main/docs/IR.md.</remarks>
public sealed class OnnxModel
{
    private readonly ModelProto _proto;

    /// <summary>Creates a model without nodes.</summary>
    /// <param name="irVersion">The version of the IR specification: 3 lists initializers as inputs, from 4 on they need not be.</param>
    /// <param name="opset">The version of ONNX's own operator set.</param>
    /// <param name="graphName">The name of the graph.</param>
    /// <exception cref="ArgumentException">A version is below 1, or the name is empty.</exception>
    public OnnxModel(long irVersion, long opset, string graphName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(irVersion, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(opset, 1);
        ArgumentException.ThrowIfNullOrEmpty(graphName);
        _proto = new ModelProto { IrVersion = irVersion, Graph = new GraphProto { Name = graphName } };
        Graph = new OnnxGraph(_proto.Graph);
        SetOpset(string.Empty, opset);
    }

    private OnnxModel(ModelProto proto)
    {
        _proto = proto;
        Graph = new OnnxGraph(proto.Graph);
    }

    /// <summary>The version of the IR specification that the file is written in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 1.</exception>
    public long IrVersion
    {
        get => _proto.IrVersion;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _proto.IrVersion = value;
        }
    }

    /// <summary>The tool that wrote the file; empty where it is not said.</summary>
    public string ProducerName
    {
        get => _proto.ProducerName;
        set => _proto.ProducerName = value;
    }

    /// <summary>The version of the tool that wrote the file; empty where it is not said.</summary>
    public string ProducerVersion
    {
        get => _proto.ProducerVersion;
        set => _proto.ProducerVersion = value;
    }

    /// <summary>The version of ONNX's own operator set; 1 where the file imports none, as the specification says.</summary>
    public long Opset
    {
        get => GetOpset(string.Empty) ?? 1;
        set => SetOpset(string.Empty, value);
    }

    /// <summary>The operator sets that the model imports: the version by domain; the empty domain is ONNX's own.</summary>
    public IReadOnlyDictionary<string, long> OpsetImports
    {
        get
        {
            Dictionary<string, long> imports = [];
            foreach (OperatorSetIdProto import in _proto.OpsetImport)
            {
                imports[Canonical(import.Domain)] = import.Version;
            }

            return imports;
        }
    }

    /// <summary>Free texts by key that come with the model. A copy: change them by <see cref="SetMetadata"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata
    {
        get
        {
            Dictionary<string, string> metadata = [];
            foreach (StringStringEntryProto entry in _proto.MetadataProps)
            {
                metadata[entry.Key] = entry.Value;
            }

            return metadata;
        }
    }

    /// <summary>The graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>Whether the file holds functions of its own, which the helpers here do not look into.</summary>
    public bool HasFunctions => _proto.Functions.Count > 0;

    internal IReadOnlyList<string> FunctionNames => [.. _proto.Functions.Select(f => f.Name)];

    /// <summary>Reads a file. Takes twice the file's size in memory while it reads, once afterwards.</summary>
    /// <param name="path">The file.</param>
    /// <param name="externalData">What to do with tensors that lie in other files.</param>
    /// <returns>The model.</returns>
    /// <exception cref="OnnxModelException">The file is no ONNX model, is damaged, or keeps tensors where they are not read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static unsafe OnnxModel Load(string path, ExternalDataPolicy externalData = ExternalDataPolicy.Refuse)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (file.Length > int.MaxValue)
        {
            throw new OnnxModelException($"'{path}' has {file.Length} bytes, but a protobuf message has 2 GiB at most. Models that large keep their tensors in other files.");
        }

        // Outside of the garbage collector's heap, so that it is gone as soon as the messages are read from it.
        int length = (int)file.Length;
        void* buffer = NativeMemory.Alloc((nuint)Math.Max(length, 1));
        try
        {
            Span<byte> bytes = new(buffer, length);
            file.ReadExactly(bytes);
            return Parse(bytes, path, externalData);
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>Reads a model in memory.</summary>
    /// <param name="bytes">The bytes of an ONNX file; read during the call only.</param>
    /// <returns>The model.</returns>
    /// <exception cref="OnnxModelException">The bytes are no ONNX model, are damaged, or name tensors in other files.</exception>
    public static OnnxModel Parse(ReadOnlySpan<byte> bytes) => Parse(bytes, null, ExternalDataPolicy.Refuse);

    /// <summary>The version of an operator set.</summary>
    /// <param name="domain">The domain; empty for ONNX's own.</param>
    /// <returns>The version; null where the model does not import it.</returns>
    public long? GetOpset(string domain)
        => _proto.OpsetImport.FirstOrDefault(o => Canonical(o.Domain) == Canonical(domain))?.Version;

    /// <summary>Imports a version of an operator set, in place of another. Nodes are not changed.</summary>
    /// <param name="domain">The domain; empty for ONNX's own.</param>
    /// <param name="version">The version, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is less than 1.</exception>
    public void SetOpset(string domain, long version)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        OperatorSetIdProto? import = _proto.OpsetImport.FirstOrDefault(o => Canonical(o.Domain) == Canonical(domain));
        if (import is null)
        {
            _proto.OpsetImport.Add(import = new OperatorSetIdProto());

            // ONNX's own is the one that is not named.
            if (domain.Length > 0)
            {
                import.Domain = domain;
            }
        }

        import.Version = version;
    }

    /// <summary>Sets a free text that comes with the model.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">The text; null removes it.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public void SetMetadata(string key, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        StringStringEntryProto? entry = _proto.MetadataProps.FirstOrDefault(e => e.Key == key);
        if (value is null)
        {
            _ = entry is not null && _proto.MetadataProps.Remove(entry);
        }
        else if (entry is null)
        {
            _proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
        else
        {
            entry.Value = value;
        }
    }

    /// <summary>What is wrong with the model's structure: values that nothing gives, names given twice, cycles, tensors without their values, operator sets not imported.</summary>
    /// <returns>A sentence each, naming the node or tensor; none where all is well.</returns>
    public IReadOnlyList<string> Check() => ModelChecker.Check(ToProto());

    /// <summary>Throws where <see cref="Check"/> finds something.</summary>
    /// <exception cref="OnnxModelException">The structure is wrong; the message lists what.</exception>
    public void ThrowIfInvalid()
    {
        const int MostShown = 10;
        IReadOnlyList<string> problems = Check();
        if (problems.Count > 0)
        {
            string more = problems.Count > MostShown ? $"; and {problems.Count - MostShown} more" : string.Empty;
            throw new OnnxModelException($"The model '{Graph.Name}' is not valid: {string.Join("; ", problems.Take(MostShown))}{more}.");
        }
    }

    /// <summary>How many bytes the file has.</summary>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="OnnxModelException">There would be more than the 2 GiB that a file can have.</exception>
    public int CalculateSize() => ToFile().CalculateSize();

    /// <summary>The bytes of the file.</summary>
    /// <returns>A new array.</returns>
    /// <exception cref="OnnxModelException">There would be more than the 2 GiB that a file can have.</exception>
    public byte[] ToArray() => ToFile().ToByteArray();

    /// <summary>Writes the bytes of the file into memory of the caller's.</summary>
    /// <param name="destination">Exactly <see cref="CalculateSize"/> bytes.</param>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    /// <exception cref="OnnxModelException">There would be more than the 2 GiB that a file can have.</exception>
    public void WriteTo(Span<byte> destination)
    {
        ModelProto proto = ToFile();
        if (destination.Length != proto.CalculateSize())
        {
            throw new ArgumentException($"The model has {proto.CalculateSize()} bytes, but the span {destination.Length}.", nameof(destination));
        }

        proto.WriteTo(destination);
    }

    /// <summary>Writes the file: under another name first, so that nobody ever sees half of it.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="IOException">It cannot be written; what was there is left as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; what was there is left as it was.</exception>
    /// <exception cref="OnnxModelException">The file would have more than the 2 GiB that it can have.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelProto proto = ToFile();
        string temporary = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                proto.WriteTo(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>A copy that can be edited on its own; the tensors' values are shared until they are replaced.</summary>
    /// <returns>The copy.</returns>
    public OnnxModel Clone() => new(ToProto().Clone());

    /// <summary>Writes the empty name of ONNX's own operator set, as most exporters do; two bytes.</summary>
    internal void NameDefaultDomain()
    {
        foreach (OperatorSetIdProto import in _proto.OpsetImport.Where(o => o.Domain.Length == 0))
        {
            import.Domain = string.Empty;
        }
    }

    // ONNX's own operator set has two names.
    internal static string Canonical(string domain) => domain == "ai.onnx" ? string.Empty : domain;

    private static OnnxModel Parse(ReadOnlySpan<byte> bytes, string? path, ExternalDataPolicy externalData)
    {
        string name = path is null ? "The bytes are" : $"'{path}' is";
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            // Google.Protobuf adds lengths in 32 bits: those near 2 GiB get past its own checks, to a span's.
            throw new OnnxModelException($"{name} no ONNX model, or damaged: {exception.Message}", exception);
        }

        if (proto.Graph is null)
        {
            throw new OnnxModelException($"{name} no ONNX model: there is no graph in it ({bytes.Length} bytes).");
        }

        ExternalData.Resolve(proto, path, externalData);
        return new OnnxModel(proto);
    }

    /// <summary>The message to write. Protobuf counts in 32 bits, and would write wrong lengths beyond.</summary>
    private ModelProto ToFile()
    {
        long values = Graph.Initializers.Sum(t => t.Proto.HasRawData ? t.Proto.RawData.Length : TensorData.ListBytesOf(t.Proto));
        return values <= int.MaxValue - (1 << 20) ? ToProto() : throw new OnnxModelException($"The model '{Graph.Name}' has initializers of {values} bytes, but an ONNX file has 2 GiB at most.");
    }

    private ModelProto ToProto()
    {
        _proto.Graph = Graph.ToProto();
        return _proto;
    }
}
