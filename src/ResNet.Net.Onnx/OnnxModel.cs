using System.Runtime.InteropServices;
using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Represents an ONNX model in memory: load it, edit it, check it, save it. Unknown fields of a file are kept and written back.
/// Not thread-safe during edits.
/// </summary>
/// <remarks>Source: the ONNX IR specification, https://github.com/onnx/onnx/blob/main/docs/IR.md.</remarks>
public sealed class OnnxModel
{
    private readonly ModelProto _proto;

    /// <summary>Initializes a new instance of the <see cref="OnnxModel"/> class without nodes.</summary>
    /// <param name="irVersion">
    /// The version of the ONNX IR specification. Versions up to 3 require initializers to be listed as inputs.
    /// </param>
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

    /// <summary>Gets or sets the version of the ONNX IR specification that the model uses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long IrVersion
    {
        get => _proto.IrVersion;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _proto.IrVersion = value;
        }
    }

    /// <summary>Gets or sets the name of the tool that wrote the file; empty if unknown.</summary>
    public string ProducerName
    {
        get => _proto.ProducerName;
        set => _proto.ProducerName = value;
    }

    /// <summary>Gets or sets the version of the tool that wrote the file; empty if unknown.</summary>
    public string ProducerVersion
    {
        get => _proto.ProducerVersion;
        set => _proto.ProducerVersion = value;
    }

    /// <summary>Gets or sets the version of ONNX's own operator set; 1 if the model imports none, as the specification defines.</summary>
    public long Opset
    {
        get => GetOpset(string.Empty) ?? 1;
        set => SetOpset(string.Empty, value);
    }

    /// <summary>Gets the versions of the imported operator sets by domain. The empty domain is ONNX's own.</summary>
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

    /// <summary>Gets a copy of the model's metadata properties. To change one, call <see cref="SetMetadata"/>.</summary>
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

    /// <summary>Gets the graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>
    /// Gets whether the model defines functions. This library keeps them, but doesn't check or edit them.
    /// </summary>
    public bool HasFunctions => _proto.Functions.Count > 0;

    internal IReadOnlyList<string> FunctionNames => [.. _proto.Functions.Select(f => f.Name)];

    /// <summary>Loads a model from a file. Memory peaks at about twice the file's size and then falls to about the file's size.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="externalData">Specifies how to load tensors that are stored in external files.</param>
    /// <returns>The model.</returns>
    /// <exception cref="OnnxModelException">
    /// The file is damaged, is not an ONNX model, uses external data that is rejected, or has subgraphs in more than 20 levels.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path names a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static unsafe OnnxModel Load(string path, ExternalDataPolicy externalData = ExternalDataPolicy.Reject)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = RegularFile.OpenRead(path, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        if (file.Length > int.MaxValue)
        {
            throw new OnnxModelException(
                $"'{path}' has {file.Length} bytes, but an ONNX file is limited to 2 GiB. Store the tensors as external data.");
        }

        // Unmanaged, so the memory is returned as soon as the file is parsed.
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

    /// <summary>Reads a model from memory.</summary>
    /// <param name="bytes">The bytes of an ONNX file. They are not used after the call.</param>
    /// <returns>The model.</returns>
    /// <exception cref="OnnxModelException">
    /// The bytes are damaged, are not an ONNX model, refer to external data, or have subgraphs in more than 20 levels.
    /// </exception>
    public static OnnxModel Parse(ReadOnlySpan<byte> bytes) => Parse(bytes, null, ExternalDataPolicy.Reject);

    /// <summary>Gets the imported version of an operator set.</summary>
    /// <param name="domain">The domain; empty for ONNX's own.</param>
    /// <returns>The version; null if the model doesn't import the operator set.</returns>
    public long? GetOpset(string domain)
        => _proto.OpsetImport.FirstOrDefault(o => Canonical(o.Domain) == Canonical(domain))?.Version;

    /// <summary>Sets the imported version of an operator set. Nodes are not changed.</summary>
    /// <param name="domain">The domain; empty for ONNX's own.</param>
    /// <param name="version">The version; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is less than 1.</exception>
    public void SetOpset(string domain, long version)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        OperatorSetIdProto? import = _proto.OpsetImport.FirstOrDefault(o => Canonical(o.Domain) == Canonical(domain));
        if (import is null)
        {
            _proto.OpsetImport.Add(import = new OperatorSetIdProto());

            // A missing domain means ONNX's own operator set.
            if (domain.Length > 0)
            {
                import.Domain = domain;
            }
        }

        import.Version = version;
    }

    /// <summary>Sets or removes a metadata property of the model.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null removes the property.</param>
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

    /// <summary>
    /// Checks the model's structure: missing producers, duplicate names, cycles, incomplete tensors, and operator sets that are not
    /// imported.
    /// </summary>
    /// <returns>One sentence per problem, with the name of the node or tensor; empty if the model is valid.</returns>
    public IReadOnlyList<string> Check() => ModelChecker.Check(ToProto());

    /// <summary>Throws an exception if <see cref="Check"/> finds a problem.</summary>
    /// <exception cref="OnnxModelException">The model is invalid. The message lists the problems.</exception>
    public void ThrowIfInvalid()
    {
        const int MaxShown = 3;
        IReadOnlyList<string> problems = Check();
        if (problems.Count > 0)
        {
            string more = problems.Count > MaxShown ? $"; and {problems.Count - MaxShown} more" : string.Empty;
            throw new OnnxModelException($"The model '{Graph.Name}' is invalid: {string.Join("; ", problems.Take(MaxShown))}{more}.");
        }
    }

    /// <summary>Calculates the size of the model as a file.</summary>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    public int CalculateSize() => ToFile().CalculateSize();

    /// <summary>Serializes the model.</summary>
    /// <returns>A new array with the bytes of the file.</returns>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    public byte[] ToArray() => ToFile().ToByteArray();

    /// <summary>Serializes the model into memory that the caller owns.</summary>
    /// <param name="destination">The destination; exactly <see cref="CalculateSize"/> bytes.</param>
    /// <exception cref="ArgumentException">The span has a different length.</exception>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    public void WriteTo(Span<byte> destination)
    {
        ModelProto proto = ToFile();
        if (destination.Length != proto.CalculateSize())
        {
            throw new ArgumentException(
                $"The model has {proto.CalculateSize()} bytes, but the destination has {destination.Length}.", nameof(destination));
        }

        proto.WriteTo(destination);
    }

    /// <summary>
    /// Saves the model to a file. The file is written under a temporary name and then renamed, so it is never incomplete.
    /// </summary>
    /// <param name="path">The path of the file. An existing file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written. An existing file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied. An existing file is unchanged.</exception>
    /// <exception cref="OnnxModelException">The file would exceed 2 GiB.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModelProto proto = ToFile();
        WholeFile.Write(path, proto.WriteTo);
    }

    /// <summary>Creates a copy that can be edited independently. The copies share the tensors' values, which are immutable.</summary>
    /// <returns>The copy.</returns>
    public OnnxModel Clone() => new(ToProto().Clone());

    // ONNX's own operator set has two names: the empty one and "ai.onnx".
    internal static string Canonical(string domain) => domain == "ai.onnx" ? string.Empty : domain;

    private static OnnxModel Parse(ReadOnlySpan<byte> bytes, string? path, ExternalDataPolicy externalData)
    {
        string name = path is null ? "The data" : $"'{path}'";
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (Exception exception)
            when (exception is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            // Google.Protobuf adds lengths in 32 bits, so lengths near 2 GiB pass its own checks and fail elsewhere.
            throw new OnnxModelException($"{name} is damaged or not an ONNX model: {exception.Message}", exception);
        }

        if (proto.Graph is null)
        {
            throw new OnnxModelException($"{name} is not an ONNX model: its {bytes.Length} bytes contain no graph.");
        }

        Subgraphs.ThrowIfTooDeep(proto.Graph, name);
        ExternalDataReader.Resolve(proto, path, externalData);
        return new OnnxModel(proto);
    }

    /// <summary>Gets the message to write. Protobuf counts in 32 bits and would silently write wrong lengths for larger messages.</summary>
    private ModelProto ToFile()
    {
        long values = Graph.Initializers.Sum(t => t.Proto.HasRawData ? t.Proto.RawData.Length : TensorData.ListBytesOf(t.Proto));
        return values <= int.MaxValue - (1 << 20)
            ? ToProto()
            : throw new OnnxModelException(
                $"The initializers of the model '{Graph.Name}' have {values} bytes, but an ONNX file is limited to 2 GiB.");
    }

    private ModelProto ToProto()
    {
        _proto.Graph = Graph.ToProto();
        return _proto;
    }
}
