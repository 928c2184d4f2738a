using System.Globalization;
using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>Converts a network from its binary form to protobuf's text form.</summary>
internal sealed class Caffe2TextWriter : ProtobufReader
{
    private readonly StringBuilder _text = new();
    private int _depth;

    private Caffe2TextWriter(Stream binary)
        : base(binary)
    {
    }

    public static string Write(byte[] binary)
    {
        using MemoryStream stream = new(binary);
        Caffe2TextWriter writer = new(stream);
        writer.WriteMessage(Caffe2Schema.Net, stream.Length);
        return writer._text.ToString();
    }

    private void WriteMessage(Caffe2Field[] fields, long end) => ReadMessage(end, (number, _, fieldEnd) =>
    {
        Caffe2Field field = fields.First(f => f.Number == number);
        _text.Append(' ', 2 * _depth).Append(field.Name);
        if (field.Type == Caffe2FieldType.Message)
        {
            _text.Append(" {\n");
            _depth++;
            WriteMessage(field.Message!(), fieldEnd);
            _depth--;
            _text.Append(' ', 2 * _depth).Append("}\n");
            return;
        }

        _text.Append(": ");
        switch (field.Type)
        {
            case Caffe2FieldType.Text or Caffe2FieldType.Bytes:
                WriteLiteral(ReadBytes(fieldEnd, Array.MaxLength));
                break;
            case Caffe2FieldType.Float:
                WriteFloat(ReadFloat(fieldEnd));
                break;
            case Caffe2FieldType.Boolean:
                _text.Append(ReadVarint(fieldEnd) != 0 ? "true" : "false");
                break;
            default:
                _text.Append(CultureInfo.InvariantCulture, $"{(long)ReadVarint(fieldEnd)}");
                break;
        }

        _text.Append('\n');
    });

    private void WriteFloat(float value) => _text.Append(
        float.IsNaN(value) ? "nan"
        : float.IsInfinity(value) ? (value > 0 ? "inf" : "-inf")
        : value.ToString("R", CultureInfo.InvariantCulture));

    private void WriteLiteral(byte[] bytes)
    {
        _text.Append('"');
        foreach (byte value in bytes)
        {
            _ = value switch
            {
                (byte)'\n' => _text.Append("\\n"),
                (byte)'\r' => _text.Append("\\r"),
                (byte)'\t' => _text.Append("\\t"),
                (byte)'"' or (byte)'\'' or (byte)'\\' => _text.Append('\\').Append((char)value),
                >= 0x20 and < 0x7F => _text.Append((char)value),
                _ => _text.Append('\\')
                    .Append((char)('0' + (value >> 6))).Append((char)('0' + ((value >> 3) & 7))).Append((char)('0' + (value & 7))),
            };
        }

        _text.Append('"');
    }
}
