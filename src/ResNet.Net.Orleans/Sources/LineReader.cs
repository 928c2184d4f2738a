using System.Text;

namespace ResNet.Net.Orleans;

/// <summary>Reads lines as <see cref="TextReader"/> does, up to a length: a server may never end a line.</summary>
internal sealed class LineReader(TextReader text, int maxLength)
{
    private readonly char[] _buffer = new char[1024];
    private readonly StringBuilder _line = new();
    private int _position;
    private int _count;
    private long _lines;
    private bool _isAfterCarriageReturn;

    /// <summary>Returns the next line without its line break; null at the end.</summary>
    /// <exception cref="InvalidDataException">The line is longer than the limit.</exception>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        _line.Clear();
        while (true)
        {
            if (_position == _count)
            {
                _position = 0;
                _count = await text.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
                if (_count == 0)
                {
                    return _line.Length > 0 ? _line.ToString() : null;
                }
            }

            if (_isAfterCarriageReturn)
            {
                _isAfterCarriageReturn = false;
                if (_buffer[_position] == '\n')
                {
                    _position++;
                    continue;
                }
            }

            int rest = _count - _position;
            int end = _buffer.AsSpan(_position, rest).IndexOfAny('\r', '\n');
            int length = end < 0 ? rest : end;
            if (_line.Length + length > maxLength)
            {
                throw new InvalidDataException($"line {_lines + 1} has more than {maxLength} characters");
            }

            _line.Append(_buffer, _position, length);
            _position += length;
            if (end >= 0)
            {
                _isAfterCarriageReturn = _buffer[_position++] == '\r';
                _lines++;
                return _line.ToString();
            }
        }
    }
}
