using System.Net;
using System.Net.Sockets;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a connection that sends bytes as they are and buffers what the server sends.</summary>
internal abstract class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    protected RawConnection(int port)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            LingerState = new LingerOption(true, 0), // closed at once: no port waits for late packets
        };
        _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>Gets the bytes that were received and not skipped yet, until the next call of <see cref="Receive"/>.</summary>
    protected ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

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

    public void Dispose() => _socket.Dispose();

    /// <summary>Removes bytes from <see cref="Unread"/>.</summary>
    protected void Skip(int count) => _start += count;

    /// <summary>Receives bytes after <see cref="Unread"/>.</summary>
    /// <param name="wait">How long the server may send nothing.</param>
    /// <returns>The number of bytes; 0 at the end, -1 if none arrived.</returns>
    protected int Receive(TimeSpan wait)
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
