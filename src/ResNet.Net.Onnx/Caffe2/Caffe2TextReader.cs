using System.Globalization;
using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>Converts a network from protobuf's text form to its binary form.</summary>
/// <remarks>Source: "Text Format Language Specification" of Protocol Buffers.</remarks>
internal sealed class Caffe2TextReader
{
    // As in the binary form.
    private const int MaxDepth = 64;

    private static readonly (string Name, long Value)[] DeviceTypes = [("CPU", 0), ("CUDA", 1), ("MKLDNN", 2)];

    private readonly ProtobufWriter _writer = new();
    private readonly Caffe2TextScanner _scanner;
    private int _depth;

    private Caffe2TextReader(Caffe2TextScanner scanner) => _scanner = scanner;

    /// <summary>Determines whether the start of a file is text: it has no control characters other than white space.</summary>
    public static bool IsText(ReadOnlySpan<byte> start)
        => !start.IsEmpty && !start.ContainsAnyExceptInRange((byte)0x09, (byte)0xFF) && !start.ContainsAnyInRange((byte)0x0E, (byte)0x1F)
            && !start.Contains((byte)0x7F);

    /// <summary>Converts a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="source">The subject of error messages: the file or the data.</param>
    /// <returns>The binary form.</returns>
    /// <exception cref="OnnxModelException">The text is not a network.</exception>
    public static byte[] ToBinary(byte[] text, string source)
    {
        Caffe2TextReader reader = new(new Caffe2TextScanner(text, source));
        reader.ReadMessage(Caffe2Schema.Net, end: '\0');
        return reader._writer.Written.ToArray();
    }

    private void ReadMessage(Caffe2Field[] fields, char end)
    {
        if (++_depth > MaxDepth)
        {
            throw _scanner.Error($"more than {MaxDepth} messages are nested");
        }

        uint seen = 0;
        while (!_scanner.TryTake(end))
        {
            string name = _scanner.TakeWord("the name of a field");
            Caffe2Field field = fields.FirstOrDefault(f => f.Name == name)
                ?? throw _scanner.Error($"the field '{name}' is unknown here; expected {string.Join(", ", fields.Select(f => f.Name))}");
            uint bit = 1u << field.Number;
            seen = field.IsRepeated || (seen & bit) == 0 ? seen | bit
                : throw _scanner.Error($"the field '{name}' occurs twice, but may occur once");
            bool hasColon = _scanner.TryTake(':');
            if (!hasColon && field.Type != Caffe2FieldType.Message)
            {
                throw _scanner.Error($"expected ':' after '{name}'");
            }

            ReadValues(field);
            _ = _scanner.TryTake(';') || _scanner.TryTake(',');
        }

        _depth--;
    }

    private void ReadValues(Caffe2Field field)
    {
        if (!field.IsRepeated || !_scanner.TryTake('['))
        {
            ReadValue(field);
            return;
        }

        if (_scanner.TryTake(']'))
        {
            return;
        }

        do
        {
            ReadValue(field);
        }
        while (_scanner.TryTake(','));

        if (!_scanner.TryTake(']'))
        {
            throw _scanner.Error($"expected ',' or ']' in the list '{field.Name}'");
        }
    }

    private void ReadValue(Caffe2Field field)
    {
        switch (field.Type)
        {
            case Caffe2FieldType.Message:
                char end = _scanner.TryTake('{') ? '}' : _scanner.TryTake('<') ? '>'
                    : throw _scanner.Error($"expected '{{' after '{field.Name}'");
                _writer.WriteMessage(field.Number, field.Message!(), fields => ReadMessage(fields, end));
                break;
            case Caffe2FieldType.Text or Caffe2FieldType.Bytes:
                _writer.WriteBytes(field.Number, _scanner.TakeLiteral(field.Name));
                break;
            case Caffe2FieldType.Float:
                _writer.WriteFloat(field.Number, ReadFloat(field.Name));
                break;
            case Caffe2FieldType.Boolean:
                _writer.WriteVarint(field.Number, _scanner.TakeWord("true or false") switch
                {
                    "true" or "True" or "t" or "1" => 1UL,
                    "false" or "False" or "f" or "0" => 0UL,
                    string word => throw _scanner.Error($"'{word}' is neither true nor false"),
                });
                break;
            default:
                _writer.WriteVarint(field.Number, (ulong)ReadInteger(field));
                break;
        }
    }

    private float ReadFloat(string field)
    {
        bool negative = _scanner.TryTake('-');
        string word = _scanner.TakeNumber($"a number after '{field}'");
        double value = word.ToUpperInvariant() switch
        {
            "INF" or "INFINITY" or "INFF" or "INFINITYF" => double.PositiveInfinity,
            "NAN" or "NANF" => double.NaN,
            _ when TryParseUnsigned(word, out ulong integer) => integer,
            _ when double.TryParse(word.TrimEnd('f', 'F'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out double number) => number,
            _ => throw _scanner.Error($"'{word}' is not a number"),
        };
        return (float)(negative ? -value : value);
    }

    private long ReadInteger(Caffe2Field field)
    {
        bool negative = _scanner.TryTake('-');
        string word = _scanner.TakeNumber($"an integer after '{field.Name}'");
        (long minimum, ulong maximum) = field.Type switch
        {
            Caffe2FieldType.Int32 => ((long)int.MinValue, (ulong)int.MaxValue),
            Caffe2FieldType.UInt32 => (0L, (ulong)uint.MaxValue),
            _ => (long.MinValue, (ulong)long.MaxValue),
        };
        if (!negative && field.Name == "device_type"
            && Array.Find(DeviceTypes, d => d.Name == word) is { Name: not null } device)
        {
            return device.Value;
        }

        if (!TryParseUnsigned(word, out ulong value) || value > (negative ? unchecked((ulong)-minimum) : maximum))
        {
            throw _scanner.Error($"'{(negative ? "-" : string.Empty)}{word}' is not an integer from {minimum} to {maximum}");
        }

        return negative ? unchecked(-(long)value) : (long)value;
    }

    /// <summary>Parses a decimal, octal (leading 0) or hexadecimal (leading 0x) number.</summary>
    private static bool TryParseUnsigned(string word, out ulong value)
    {
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        if (word.Length < 2 || word[0] != '0')
        {
            return ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        value = 0;
        foreach (char digit in word)
        {
            if (digit is < '0' or > '7' || value >> 61 != 0)
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}

/// <summary>Reads the tokens of protobuf's text form.</summary>
/// <param name="text">The text in UTF-8.</param>
/// <param name="source">The subject of error messages: the file or the data.</param>
internal sealed class Caffe2TextScanner(byte[] text, string source)
{
    private const int MaxWord = 256;

    private readonly byte[] _text = text;
    private int _next = text.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
    private int _token;

    /// <summary>Creates the exception for an error at the last token.</summary>
    public OnnxModelException Error(string reason)
    {
        ReadOnlySpan<byte> before = _text.AsSpan(0, _token);
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new OnnxModelException($"{source} is not a Caffe2 network in text form: line {line}, column {column}: {reason}.");
    }

    /// <summary>Takes a character if it is the next token. The null character stands for the end of the text.</summary>
    public bool TryTake(char token)
    {
        SkipSpace();
        if (_next == _text.Length)
        {
            return token == '\0';
        }

        if (token == '\0' || _text[_next] != token)
        {
            return false;
        }

        _next++;
        return true;
    }

    public string TakeWord(string expected) => TakeWhile(c => char.IsAsciiLetterOrDigit((char)c) || c == '_', expected);

    /// <summary>Takes an unsigned number or a word.</summary>
    public string TakeNumber(string expected)
    {
        byte last = 0;
        return TakeWhile(
            c =>
            {
                bool isSign = c is (byte)'+' or (byte)'-' && last is (byte)'e' or (byte)'E';
                last = c;
                return isSign || char.IsAsciiLetterOrDigit((char)c) || c is (byte)'_' or (byte)'.';
            },
            expected);
    }

    /// <summary>Takes one or more adjacent string literals.</summary>
    public byte[] TakeLiteral(string field)
    {
        MemoryStream value = new();
        bool any = false;
        for (char quote; (quote = TryTake('"') ? '"' : TryTake('\'') ? '\'' : '\0') != '\0'; any = true)
        {
            while (Take() is byte next && next != quote)
            {
                TakeCharacter(next, value);
            }
        }

        return any ? value.ToArray() : throw Error($"expected a string in quotes after '{field}'");
    }

    private void TakeCharacter(byte first, MemoryStream value)
    {
        if (first != '\\')
        {
            value.WriteByte(first);
            return;
        }

        byte escape = Take();
        switch ((char)escape)
        {
            case >= '0' and <= '7':
                int octal = escape - '0';
                for (int i = 1; i < 3 && _next < _text.Length && _text[_next] is >= (byte)'0' and <= (byte)'7'; i++)
                {
                    octal = (octal * 8) + _text[_next++] - '0';
                }

                value.WriteByte(octal <= byte.MaxValue ? (byte)octal : throw Error("an octal escape exceeds \\377"));
                break;
            case 'x' or 'X':
                value.WriteByte((byte)TakeHexadecimal(1, 2));
                break;
            case 'u' or 'U':
                int length = escape == 'u' ? 4 : 8;
                value.Write(Rune.TryCreate(TakeHexadecimal(length, length), out Rune rune)
                    ? Encoding.UTF8.GetBytes(rune.ToString())
                    : throw Error("an escape is not a Unicode character"));
                break;
            default:
                int index = "abfnrtv\\'\"?".IndexOf((char)escape, StringComparison.Ordinal);
                value.WriteByte(index >= 0 ? (byte)"\a\b\f\n\r\t\v\\'\"?"[index] : throw Error($"the escape \\{(char)escape} is unknown"));
                break;
        }
    }

    private int TakeHexadecimal(int minimum, int maximum)
    {
        uint value = 0;
        int digits = 0;
        for (; digits < maximum && _next < _text.Length && char.IsAsciiHexDigit((char)_text[_next]); digits++)
        {
            value = (value << 4) | (uint)Convert.ToInt32(((char)_text[_next++]).ToString(), 16);
        }

        return digits >= minimum ? unchecked((int)value) : throw Error($"an escape has {digits} hexadecimal digits instead of {minimum}");
    }

    /// <summary>Takes the next byte of a string literal.</summary>
    private byte Take()
        => _next < _text.Length && _text[_next] != '\n' ? _text[_next++] : throw Error("a string is not closed on its line");

    private string TakeWhile(Func<byte, bool> accepts, string expected)
    {
        SkipSpace();
        int end = _next;
        while (end < _text.Length && accepts(_text[end]))
        {
            end++;
        }

        if (end == _next)
        {
            throw Error(end == _text.Length ? $"expected {expected}, but the text ends" : $"expected {expected}, not '{(char)_text[end]}'");
        }

        string word = end - _next <= MaxWord ? Encoding.ASCII.GetString(_text, _next, end - _next) : throw Error("a word is too long");
        _next = end;
        return word;
    }

    /// <summary>Skips white space and comments.</summary>
    private void SkipSpace()
    {
        while (_next < _text.Length && (_text[_next] is (byte)' ' or (>= 0x09 and <= 0x0D) || _text[_next] == '#'))
        {
            if (_text[_next] == '#')
            {
                int length = _text.AsSpan(_next).IndexOf((byte)'\n');
                _next = length < 0 ? _text.Length : _next + length;
            }
            else
            {
                _next++;
            }
        }

        _token = _next;
    }
}
