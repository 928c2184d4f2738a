using System.Globalization;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Reads a few fields of a model file and skips all others by their lengths, without reading them. Field numbers are those of onnx.proto.
/// </summary>
internal sealed class ModelSummaryReader : ProtobufReader
{
    private const int ExternalDataField = 13;

    private readonly List<OnnxValueInfo> _inputs = [];
    private readonly List<OnnxValueInfo> _outputs = [];
    private readonly List<string> _initializers = [];
    private readonly List<NodeSummary> _nodes = [];
    private readonly Dictionary<string, double[]> _smallConstants = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly List<NodeProto> _incompleteNodes = [];
    private long _metadataBytes;
    private long _irVersion;
    private long? _opset;
    private bool _hasGraph;
    private bool _hasExternalData;

    private ModelSummaryReader(Stream stream)
        : base(stream)
    {
    }

    public static OnnxModelSummary Read(Stream stream)
    {
        ModelSummaryReader reader = new(stream);
        reader.ReadMessage(stream.Length, reader.ReadModelField);
        return reader._hasGraph
            ? new OnnxModelSummary(
                reader._irVersion,
                reader._opset ?? 1,
                [.. reader._inputs.Select(i => i.Name)],
                reader._initializers,
                reader._hasExternalData)
            {
                OutputNames = [.. reader._outputs.Select(o => o.Name)],
                Inputs = reader._inputs,
                Outputs = reader._outputs,
                Nodes = reader._nodes,
                SmallConstants = reader._smallConstants,
                Metadata = reader._metadata,
                Problems = reader.FindProblems(),
            }
            : throw new OnnxModelException("The data is not an ONNX model: it contains no graph.");
    }

    private void ReadModelField(int number, int wireType, long end)
    {
        const int IrVersion = 1, Graph = 7, OpsetImport = 8, MetadataProps = 14, Function = 25, FunctionNode = 7;
        switch (number, wireType)
        {
            case (IrVersion, Varint):
                _irVersion = (long)ReadVarint(end);
                break;
            case (Graph, LengthDelimited):
                _hasGraph = true;
                ReadMessage(end, ReadGraphField);
                break;
            case (OpsetImport, LengthDelimited):
                ReadOpset(end);
                break;
            case (MetadataProps, LengthDelimited):
                ReadMetadata(end);
                break;
            case (Function, LengthDelimited):
                ReadMessage(end, (functionField, type, fieldEnd) =>
                {
                    if (functionField == FunctionNode && type == LengthDelimited)
                    {
                        _ = ReadNode(fieldEnd, isNested: true);
                    }
                    else
                    {
                        Skip(type, fieldEnd);
                    }
                });
                break;
            default:
                Skip(wireType, end);
                break;
        }
    }

    private void ReadGraphField(int number, int wireType, long end)
    {
        const int Node = 1, Initializer = 5, Input = 11, Output = 12;
        switch (number, wireType)
        {
            case (Node, LengthDelimited):
                _nodes.Add(ReadNode(end));
                break;
            case (Output, LengthDelimited):
                _outputs.Add(ReadValueInfo(end));
                break;
            case (Initializer, LengthDelimited):
                ReadInitializer(end);
                break;
            case (Input, LengthDelimited):
                _inputs.Add(ReadValueInfo(end));
                break;
            default:
                Skip(wireType, end);
                break;
        }
    }

    private OnnxValueInfo ReadValueInfo(long end) => new(Parse(ValueInfoProto.Parser, end));

    private void ReadInitializer(long end)
    {
        const int TensorName = 8;
        if (TryReadSmallTensor(end) is TensorProto tensor)
        {
            _initializers.Add(tensor.Name);
            AddConstant(tensor.Name, tensor);
        }
        else
        {
            ReadTensor(end, (number, wireType, fieldEnd) =>
            {
                if (number == TensorName && wireType == LengthDelimited)
                {
                    _initializers.Add(ReadText(fieldEnd));
                    return true;
                }

                return false;
            });
        }
    }

    private NodeSummary ReadNode(long end, bool isNested = false)
    {
        const int Input = 1, Output = 2, Name = 3, OpType = 4, Attribute = 5, Domain = 7;
        List<string> inputs = [], outputs = [];
        string opType = string.Empty, name = string.Empty, domain = string.Empty;
        AttributeSummary attributes = new();
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Input, LengthDelimited):
                    inputs.Add(ReadText(fieldEnd));
                    break;
                case (Output, LengthDelimited):
                    outputs.Add(ReadText(fieldEnd));
                    break;
                case (OpType, LengthDelimited):
                    opType = ReadText(fieldEnd);
                    break;
                case (Attribute, LengthDelimited):
                    ReadAttribute(fieldEnd, attributes);
                    break;
                case (Name, LengthDelimited):
                    name = ReadText(fieldEnd);
                    break;
                case (Domain, LengthDelimited):
                    domain = ReadText(fieldEnd);
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
        if (!isNested && opType == "Constant" && outputs is [string constant, ..] && attributes.Value is TensorProto value)
        {
            AddConstant(constant, value);
        }

        if (inputs.Contains(string.Empty))
        {
            _incompleteNodes.Add(new NodeProto { OpType = opType, Name = name, Domain = domain, Input = { inputs }, Output = { outputs } });
        }

        return new NodeSummary(opType, inputs, outputs)
        {
            Permutation = attributes.Permutation,
            ClassLabels = attributes.ClassLabels,
        };
    }

    /// <summary>Reads the few attributes that a summary contains.</summary>
    private void ReadAttribute(long end, AttributeSummary attributes)
    {
        const int Name = 1, SingleFloat = 2, Ints = 8, Strings = 9;
        string name = string.Empty;
        List<long> ints = [];
        List<string> strings = [];
        TensorProto? tensor = null;
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Name, LengthDelimited):
                    name = ReadText(fieldEnd);
                    break;
                case (SingleFloat, Fixed32):
                    tensor = new TensorProto { DataType = (int)OnnxElementType.Float, FloatData = { ReadFloat(fieldEnd) } };
                    break;
                case (Ints, Varint):
                    ints.Add((long)ReadVarint(fieldEnd));
                    break;
                case (Ints, LengthDelimited):
                    while (Position < fieldEnd)
                    {
                        ints.Add((long)ReadVarint(fieldEnd));
                    }

                    break;
                case (Strings, LengthDelimited):
                    strings.Add(ReadText(fieldEnd));
                    break;
                default:
                    tensor = ReadAttributeField(number, wireType, fieldEnd) ?? tensor;
                    break;
            }
        });
        switch (name)
        {
            case "perm":
                attributes.Permutation = ints;
                break;
            case "classlabels_strings" when strings.Count > 0:
                attributes.ClassLabels = strings;
                break;
            case "classlabels_int64s" when ints.Count > 0:
                attributes.ClassLabels = [.. ints.Select(i => i.ToString(CultureInfo.InvariantCulture))];
                break;
            case "value" or "value_float":
                attributes.Value = tensor;
                break;
            default:
                break;
        }
    }

    private string[] FindProblems()
        => [.. _incompleteNodes.Select(n => OperatorInputs.ProblemOf(new OnnxNode(n), _opset ?? 1)).OfType<string>()];

    // Attributes can contain tensors, and subgraphs with tensors.
    private void ReadNodeField(int number, int wireType, long end)
    {
        const int Attribute = 5;
        if (number == Attribute && wireType == LengthDelimited)
        {
            ReadMessage(end, (field, type, fieldEnd) => ReadAttributeField(field, type, fieldEnd));
        }
        else
        {
            Skip(wireType, end);
        }
    }

    /// <summary>Reads the tensors and subgraphs of an attribute.</summary>
    /// <returns>The tensor, if the field is a small one.</returns>
    private TensorProto? ReadAttributeField(int number, int wireType, long end)
    {
        const int Tensor = 5, Graph = 6, Tensors = 10, Graphs = 11;
        switch (number, wireType)
        {
            case (Tensor or Tensors, LengthDelimited):
                if (TryReadSmallTensor(end) is TensorProto tensor)
                {
                    return tensor;
                }

                ReadTensor(end, (_, _, _) => false);
                break;
            case (Graph or Graphs, LengthDelimited):
                ReadMessage(end, ReadSubgraphField);
                break;
            default:
                Skip(wireType, end);
                break;
        }

        return null;
    }

    private void ReadSubgraphField(int number, int wireType, long end)
    {
        const int Node = 1, Initializer = 5;
        switch (number, wireType)
        {
            case (Node, LengthDelimited):
                _ = ReadNode(end, isNested: true);
                break;
            case (Initializer, LengthDelimited):
                ReadTensor(end, (_, _, _) => false);
                break;
            default:
                Skip(wireType, end);
                break;
        }
    }

    private void ReadOpset(long end)
    {
        const int Domain = 1, Version = 2;
        string domain = string.Empty;
        long version = 0;
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Domain, LengthDelimited):
                    domain = ReadText(fieldEnd);
                    break;
                case (Version, Varint):
                    version = (long)ReadVarint(fieldEnd);
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
        _opset = OnnxModel.Canonical(domain).Length == 0 ? version : _opset;
    }

    private void ReadMetadata(long end)
    {
        const int Key = 1, Value = 2;

        // Metadata is unlimited in the format, and must not make a summary as large as the file.
        _metadataBytes += end - Position;
        if (_metadataBytes > OnnxModelSummary.MaxMetadataBytes)
        {
            Position = end;
            return;
        }

        string key = string.Empty, value = string.Empty;
        ReadMessage(end, (number, wireType, fieldEnd) =>
        {
            switch (number, wireType)
            {
                case (Key, LengthDelimited):
                    key = ReadText(fieldEnd, OnnxModelSummary.MaxMetadataBytes);
                    break;
                case (Value, LengthDelimited):
                    value = ReadText(fieldEnd, OnnxModelSummary.MaxMetadataBytes);
                    break;
                default:
                    Skip(wireType, fieldEnd);
                    break;
            }
        });
        _metadata[key] = value;
    }

    /// <summary>Reads a tensor if it is small enough to be a constant of a normalization; null otherwise.</summary>
    private TensorProto? TryReadSmallTensor(long end)
    {
        const int MaxBytes = 512;
        if (end - Position > MaxBytes)
        {
            return null;
        }

        TensorProto tensor = Parse(TensorProto.Parser, end);
        _hasExternalData |= tensor.ExternalData.Count > 0;
        return tensor;
    }

    private void AddConstant(string name, TensorProto tensor)
    {
        if (TensorData.ProblemOf(tensor) is null && (OnnxElementType)tensor.DataType is OnnxElementType.Float or OnnxElementType.Float16
            or OnnxElementType.Double or OnnxElementType.UInt8 or OnnxElementType.Int8)
        {
            _smallConstants[name] = ConstantReader.ToDouble(new OnnxTensor(tensor));
        }
    }

    /// <summary>Reads the fields of a tensor, of which a function reads some and returns whether it did.</summary>
    private void ReadTensor(long end, Func<int, int, long, bool> read) => ReadMessage(end, (number, wireType, fieldEnd) =>
    {
        if (!read(number, wireType, fieldEnd))
        {
            _hasExternalData |= number == ExternalDataField;
            Skip(wireType, fieldEnd);
        }
    });

    /// <summary>Collects the attributes of a node that a summary contains.</summary>
    private sealed class AttributeSummary
    {
        public IReadOnlyList<long> Permutation { get; set; } = [];

        public IReadOnlyList<string> ClassLabels { get; set; } = [];

        public TensorProto? Value { get; set; }
    }
}
