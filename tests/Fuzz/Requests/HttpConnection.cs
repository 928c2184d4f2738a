using System.Buffers.Text;
using System.Text;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a connection that sends bytes as they are and reads responses of HTTP/1.1.</summary>
internal sealed class HttpConnection(int port) : RawConnection(port)
{
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
            Skip(head + 4);
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

            Skip(line + 2);
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
        while (Unread.Length < length)
        {
            if (Receive(wait) <= 0)
            {
                return null;
            }
        }

        string text = Encoding.Latin1.GetString(Unread[..length]);
        Skip(length);
        return text;
    }
}

/// <summary>Represents a response.</summary>
/// <param name="Status">
/// The status; 0 if the server closed the connection, -1 if it sent nothing, -2 if what it sent is no complete response.
/// </param>
/// <param name="Body">The body.</param>
/// <param name="IsClosed">Whether the connection ends with this response.</param>
internal readonly record struct HttpAnswer(int Status, string Body, bool IsClosed);
