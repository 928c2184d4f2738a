using System.Globalization;
using System.Text;

namespace ResNet.Net;

/// <summary>
/// Reads labels from a literal of Python, such as <c>{0: 'cat', 1: "dog's"}</c> in the metadata of Ultralytics models, or from a flow
/// collection of YAML, such as <c>[cat, dog]</c>. Only text and numbers are accepted; nothing is evaluated.
/// </summary>
internal sealed class LabelLiteral
{
    private readonly string _text;
    private readonly bool _isYaml;
    private int _position;

    private LabelLiteral(string text, bool isYaml)
    {
        _text = text;
        _isYaml = isYaml;
    }

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    /// <exception cref="LabelFormatException">The text is not a literal with labels.</exception>
    public static LabelList Read(string text, bool isYaml)
    {
        LabelLiteral literal = new(text, isYaml);
        LabelList labels = literal.ReadCollection();
        literal.SkipSpace();
        return literal._position == text.Length ? labels : throw literal.Unexpected("the end");
    }

    private LabelList ReadCollection()
    {
        SkipSpace();
        char open = Current;
        char close = open switch
        {
            '{' => '}',
            '[' => ']',
            '(' when !_isYaml => ')',
            _ => throw Unexpected("'{' or '['"),
        };
        _position++;
        LabelList labels = new();
        for (SkipSpace(); Current != close; SkipSpace())
        {
            string item = ReadText();
            SkipSpace();
            if (open == '{')
            {
                Expect(':');
                SkipSpace();
                long index = LabelList.ParseIndex(item)
                    ?? throw new LabelFormatException($"the key '{LabelFormatException.Quote(item)}' is not an index");
                labels.Add(index, ReadText());
                SkipSpace();
            }
            else
            {
                labels.Add(item);
            }

            if (Current != close)
            {
                Expect(',');
            }
        }

        _position++;
        return labels;
    }

    private void SkipSpace()
    {
        while (char.IsWhiteSpace(Current) || Current == '#')
        {
            _position = Current == '#' ? EndOfLine() : _position + 1;
        }
    }

    private int EndOfLine() => _text.IndexOf('\n', _position) is >= 0 and int end ? end : _text.Length;

    private void Expect(char expected)
    {
        if (Current != expected)
        {
            throw Unexpected($"'{expected}'");
        }

        _position++;
    }

    private string ReadText() => Current is '\'' or '"' ? ReadQuoted() : ReadBare();

    private string ReadBare()
    {
        int start = _position;
        while (_position < _text.Length && !",:[]{}()'\"#\r\n".Contains(Current, StringComparison.Ordinal))
        {
            _position++;
        }

        string text = _text[start.._position].Trim();
        return text.Length > 0 && (_isYaml || text.All(char.IsAsciiDigit)) ? text : throw Unexpected("a label", start);
    }

    private string ReadQuoted()
    {
        char quote = Current;
        int start = _position++;
        StringBuilder text = new();
        while (_position < _text.Length)
        {
            char next = _text[_position++];
            if (next == quote && !(_isYaml && quote == '\'' && Current == '\''))
            {
                return text.ToString();
            }

            if (next == quote)
            {
                _position++; // YAML doubles single quotes.
                text.Append(quote);
            }
            else if (next == '\\' && !(_isYaml && quote == '\''))
            {
                AppendEscape(text);
            }
            else
            {
                text.Append(next);
            }
        }

        throw new LabelFormatException($"the quote at character {start + 1} is not closed");
    }

    private void AppendEscape(StringBuilder text)
    {
        char letter = Current;
        _position++;
        int digits = letter switch
        {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if (digits == 0)
        {
            // Python keeps the backslash of an unknown escape.
            text.Append(letter switch
            {
                'n' or 'r' or 't' => " ",
                '\\' or '\'' or '"' => $"{letter}",
                _ => $"\\{letter}",
            });
            return;
        }

        ReadOnlySpan<char> hex = _text.AsSpan(_position, Math.Min(digits, _text.Length - _position));
        if (hex.Length < digits
            || !int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            || !Rune.IsValid(code))
        {
            throw Unexpected($"{digits} hexadecimal digits of a character");
        }

        text.Append(new Rune(code));
        _position += digits;
    }

    private LabelFormatException Unexpected(string expected, int? position = null)
    {
        int at = position ?? _position;
        string rest = at < _text.Length ? $"'{LabelFormatException.Quote(_text[at..Math.Min(at + 10, _text.Length)])}'" : "the end";
        return new LabelFormatException($"{expected} is expected at character {at + 1}, not {rest}");
    }
}
