using System.Text;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Reads a few fields of a model file and skips all others by their lengths, without reading them. Field numbers are those of onnx.proto.
/// </summary>
internal sealed class ModelSummaryReader
{
    // Deeper than the nested subgraphs of any model, and safe for the stack.
    private const int MaxDepth = 64;

    private const int NoField = 0, ExternalDataField = 13;
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    private readonly Stream _stream;
    private readonly List<string> _inputs = [];
    private readonly List<string> _outputs = [];
    private readonly List<string> _initializers = [];
    private readonly List<NodeSummary> _nodes = [];
    private readonly List<NodeProto> _incompleteNodes = [];
    private long _irVersion;
    private long? _opset;
    private int _depth;
    private bool _hasGraph;
    private bool _hasExternalData;

    private ModelSummaryReader(Stream stream) => _stream = stream;

    private delegate void Field(int number, int wireType, long end);

    public static OnnxModelSummary Read(Stream stream)
    {
        ModelSummaryReader reader = new(stream);
        reader.ReadMessage(stream.Length, reader.ReadModelField);
        return reader._hasGraph
            ? new OnnxModelSummary(reader._irVersion, reader._opset ?? 1, reader._inputs, reader._initializers, reader._hasExternalData)
            {
                OutputNames = reader._outputs,
                Nodes = reader._nodes,
                Problems = reader.FindProblems(),
            }
            : throw new OnnxModelException("The data is not an ONNX model: it contains no graph.");
    }

    private static OnnxModelException Damaged()
        => new("The data is damaged or not an ONNX model: a field is longer than its message, or its type is unknown.");

    private void ReadModelField(int number, int wireType, long end)
    {
        const int IrVersion = 1, Graph = 7, OpsetImport = 8, Function = 25, FunctionNode = 7;
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
            case (Function, LengthDelimited):
                ReadMessage(end, (functionField, type, fieldEnd) =>
                {
                    if (functionField == FunctionNode && type == LengthDelimited)
                    {
                        _ = ReadNode(fieldEnd);
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
        const int Node = 1, Initializer = 5, Input = 11, Output = 12, TensorName = 8, ValueName = 1;
        switch (number, wireType)
        {
            case (Node, LengthDelimited):
                _nodes.Add(ReadNode(end));
                break;
            case (Output, LengthDelimited):
                ReadName(ValueName, end, _outputs);
                break;
            case (Initializer, LengthDelimited):
                ReadName(TensorName, end, _initializers);
                break;
            case (Input, LengthDelimited):
                ReadName(ValueName, end, _inputs);
                break;
            default:
                Skip(wireType, end);
                break;
        }
    }

    private NodeSummary ReadNode(long end)
    {
        const int Input = 1, Output = 2, Name = 3, OpType = 4, Domain = 7;
        List<string> inputs = [], outputs = [];
        string opType = string.Empty, name = string.Empty, domain = string.Empty;
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
                case (Name, LengthDelimited):
                    name = ReadText(fieldEnd);
                    break;
                case (Domain, LengthDelimited):
                    domain = ReadText(fieldEnd);
                    break;
                default:
                    ReadNodeField(number, wireType, fieldEnd);
                    break;
            }
        });
        if (inputs.Contains(string.Empty))
        {
            _incompleteNodes.Add(new NodeProto { OpType = opType, Name = name, Domain = domain, Input = { inputs }, Output = { outputs } });
        }

        return new NodeSummary(opType, inputs, outputs);
    }

    private string[] FindProblems()
        => [.. _incompleteNodes.Select(n => OperatorInputs.ProblemOf(new OnnxNode(n), _opset ?? 1)).OfType<string>()];

    // Attributes can contain tensors, and subgraphs with tensors.
    private void ReadNodeField(int number, int wireType, long end)
    {
        const int Attribute = 5;
        if (number == Attribute && wireType == LengthDelimited)
        {
            ReadMessage(end, ReadAttributeField);
        }
        else
        {
            Skip(wireType, end);
        }
    }

    private void ReadAttributeField(int number, int wireType, long end)
    {
        const int Tensor = 5, Graph = 6, Tensors = 10, Graphs = 11;
        switch (number, wireType)
        {
            case (Tensor or Tensors, LengthDelimited):
                ReadName(NoField, end, _initializers);
                break;
            case (Graph or Graphs, LengthDelimited):
                ReadMessage(end, ReadSubgraphField);
                break;
            default:
                Skip(wireType, end);
                break;
        }
    }

    private void ReadSubgraphField(int number, int wireType, long end)
    {
        const int Node = 1, Initializer = 5;
        switch (number, wireType)
        {
            case (Node, LengthDelimited):
                _ = ReadNode(end);
                break;
            case (Initializer, LengthDelimited):
                ReadName(NoField, end, _initializers);
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

    private void ReadName(int nameField, long end, List<string> names) => ReadMessage(end, (number, wireType, fieldEnd) =>
    {
        if (number == nameField && wireType == LengthDelimited)
        {
            names.Add(ReadText(fieldEnd));
        }
        else
        {
            _hasExternalData |= number == ExternalDataField;
            Skip(wireType, fieldEnd);
        }
    });

    /// <summary>Reads the fields of a message. A length-delimited field gets its own end position, any other that of the message.</summary>
    private void ReadMessage(long end, Field field)
    {
        if (++_depth > MaxDepth)
        {
            throw Damaged();
        }

        while (_stream.Position < end)
        {
            ulong tag = ReadVarint(end);
            int wireType = (int)(tag & 7);
            long fieldEnd = end;
            if (wireType == LengthDelimited)
            {
                ulong length = ReadVarint(end);
                fieldEnd = length <= (ulong)(end - _stream.Position) ? _stream.Position + (long)length : throw Damaged();
            }

            field(tag >> 3 <= int.MaxValue ? (int)(tag >> 3) : throw Damaged(), wireType, fieldEnd);
        }

        _depth--;
    }

    private void Skip(int wireType, long end)
    {
        switch (wireType)
        {
            case Varint:
                _ = ReadVarint(end);
                break;
            case Fixed64 when end - _stream.Position >= sizeof(ulong):
                _stream.Seek(sizeof(ulong), SeekOrigin.Current);
                break;
            case Fixed32 when end - _stream.Position >= sizeof(uint):
                _stream.Seek(sizeof(uint), SeekOrigin.Current);
                break;
            case LengthDelimited:
                _stream.Position = end;
                break;
            default:
                throw Damaged();
        }
    }

    private string ReadText(long end)
    {
        const int MaxLength = 1 << 16;
        long length = end - _stream.Position;
        if (length > MaxLength)
        {
            throw Damaged();
        }

        byte[] bytes = new byte[length];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private ulong ReadVarint(long end)
    {
        const int MaxBits = 64;
        ulong value = 0;
        for (int shift = 0; shift < MaxBits; shift += 7)
        {
            int next = _stream.Position < end ? _stream.ReadByte() : -1;
            if (next < 0)
            {
                throw Damaged();
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }
}
