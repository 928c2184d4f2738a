using System.Text;

namespace ResNet.Net.Onnx.Internals;

/// <summary>Walks through the fields of a model file by their lengths; what is not wanted is skipped, not read. Field numbers are those of onnx.proto.</summary>
internal sealed class OutlineReader
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    private readonly Stream _stream;
    private readonly List<string> _inputs = [];
    private readonly List<string> _initializers = [];
    private long _irVersion;
    private long? _opset;
    private bool _hasGraph;

    private OutlineReader(Stream stream) => _stream = stream;

    private delegate void Field(int number, int wireType, long end);

    public static OnnxOutline Read(Stream stream)
    {
        OutlineReader reader = new(stream);
        reader.Message(stream.Length, reader.ModelField);
        return reader._hasGraph
            ? new OnnxOutline(reader._irVersion, reader._opset ?? 1, reader._inputs, reader._initializers)
            : throw new OnnxModelException("No ONNX model: there is no graph in it.");
    }

    private static OnnxModelException Damaged() => new("No ONNX model, or damaged: a field is longer than what it lies in, or has no known type.");

    private void ModelField(int number, int wireType, long end)
    {
        const int IrVersion = 1, Graph = 7, OpsetImport = 8;
        switch (number, wireType)
        {
            case (IrVersion, Varint):
                _irVersion = (long)ReadVarint(end);
                break;
            case (Graph, LengthDelimited):
                _hasGraph = true;
                Message(end, GraphField);
                break;
            case (OpsetImport, LengthDelimited):
                ReadOpset(end);
                break;
            default:
                Skip(wireType, end);
                break;
        }
    }

    private void GraphField(int number, int wireType, long end)
    {
        const int Initializer = 5, Input = 11, TensorName = 8, ValueName = 1;
        switch (number, wireType)
        {
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

    private void ReadOpset(long end)
    {
        const int Domain = 1, Version = 2;
        string domain = string.Empty;
        long version = 0;
        Message(end, (number, wireType, fieldEnd) =>
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

    private void ReadName(int nameField, long end, List<string> names) => Message(end, (number, wireType, fieldEnd) =>
    {
        if (number == nameField && wireType == LengthDelimited)
        {
            names.Add(ReadText(fieldEnd));
        }
        else
        {
            Skip(wireType, fieldEnd);
        }
    });

    /// <summary>Reads the fields up to where their message ends. A field with a length is given its own end, others that of the message.</summary>
    private void Message(long end, Field field)
    {
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
        const int LongestName = 1 << 16;
        long length = end - _stream.Position;
        if (length > LongestName)
        {
            throw Damaged();
        }

        byte[] bytes = new byte[length];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private ulong ReadVarint(long end)
    {
        const int MostBits = 64;
        ulong value = 0;
        for (int shift = 0; shift < MostBits; shift += 7)
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
