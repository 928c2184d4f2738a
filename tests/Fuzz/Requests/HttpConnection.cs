using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a connection that sends bytes as they are and reads responses of HTTP/1.1.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    public HttpConnection(int port)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            LingerState = new LingerOption(true, 0), // closed at once: no port waits for late packets
        };
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>Sends bytes, unless the server has closed the connection.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (SocketException)
        {
            // The server may answer and close before it has read everything. What it sent is still to be read.
        }
    }

    /// <summary>Reads a response.</summary>
    /// <param name="wait">How long the server may send nothing.</param>
    /// <param name="hasBody">Whether the request permits a body in the response: not <c>HEAD</c>.</param>
    /// <returns>The response. Its status is 0 if the server closed the connection, and -1 if it sent nothing in time.</returns>
    public HttpAnswer Read(TimeSpan wait, bool hasBody)
    {
        while (true)
        {
            int head;
            while ((head = Unread.IndexOf("\r\n\r\n"u8)) < 0)
            {
                if (Receive(wait) is int failure and <= 0)
                {
                    return new HttpAnswer(failure, string.Empty, IsClosed: true);
                }
            }

            string text = Encoding.Latin1.GetString(Unread[..head]);
            _start += head + 4;
            if (text.Length < 12 || !int.TryParse(text.AsSpan(9, 3), out int status))
            {
                return new HttpAnswer(-2, text, IsClosed: true);
            }

            if (status < 200)
            {
                continue; // 100 Continue
            }

            string? body = !hasBody || status is 204 or 304 ? string.Empty : ReadBody(text, wait);
            bool isClosed = body is null || text.Contains("\r\nConnection: close", StringComparison.OrdinalIgnoreCase);
            return new HttpAnswer(body is null ? -2 : status, body ?? text, isClosed);
        }
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    // Returns null if the response is incomplete.
    private string? ReadBody(string head, TimeSpan wait)
    {
        const string Length = "\r\nContent-Length: ";
        int at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
        {
            ReadOnlySpan<char> value = head.AsSpan(at + Length.Length);
            int end = value.IndexOf('\r');
            return Take(int.Parse(end < 0 ? value : value[..end], provider: null), wait);
        }

        StringBuilder body = new();
        while (true)
        {
            int line;
            while ((line = Unread.IndexOf("\r\n"u8)) < 0)
            {
                if (Receive(wait) <= 0)
                {
                    return null;
                }
            }

            if (!Utf8Parser.TryParse(Unread[..line], out int length, out _, 'X'))
            {
                return null;
            }

            _start += line + 2;
            if (Take(length + 2, wait) is not string chunk)
            {
                return null;
            }

            if (length == 0)
            {
                return body.ToString();
            }

            body.Append(chunk, 0, length);
        }
    }

    private string? Take(int length, TimeSpan wait)
    {
        while (_end - _start < length)
        {
            if (Receive(wait) <= 0)
            {
                return null;
            }
        }

        string text = Encoding.Latin1.GetString(Unread[..length]);
        _start += length;
        return text;
    }

    // Returns the number of bytes; 0 at the end, -1 if none arrived.
    private int Receive(TimeSpan wait)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        try
        {
            if (!_socket.Poll(wait, SelectMode.SelectRead))
            {
                return -1;
            }

            int count = _socket.Receive(_buffer.AsSpan(_end));
            _end += count;
            return count;
        }
        catch (SocketException)
        {
            return 0; // reset
        }
    }
}

/// <summary>Represents a response.</summary>
/// <param name="Status">
/// The status; 0 if the server closed the connection, -1 if it sent nothing, -2 if what it sent is no complete response.
/// </param>
/// <param name="Body">The body.</param>
/// <param name="IsClosed">Whether the connection ends with this response.</param>
internal readonly record struct HttpAnswer(int Status, string Body, bool IsClosed);
