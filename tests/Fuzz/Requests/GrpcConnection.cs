using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a connection of HTTP/2 that sends frames and reads the statuses of gRPC.</summary>
internal sealed class GrpcConnection : RawConnection
{
    public const byte DataFrame = 0, HeadersFrame = 1, ResetFrame = 3, SettingsFrame = 4, PingFrame = 6, GoAwayFrame = 7, WindowFrame = 8;

    private const byte EndStream = 1, EndHeaders = 4, Acknowledge = 1;
    private const int HeaderLength = 9;

    private byte[] _content = [];

    public GrpcConnection(int port, bool isPrefaced)
        : base(port)
    {
        if (isPrefaced)
        {
            Send(Preface);
        }
    }

    /// <summary>Gets what a client sends first: no dynamic table for headers, and a large window for the connection.</summary>
    public static byte[] Preface { get; } =
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        .. Frame(SettingsFrame, 0, 0, [0, 1, 0, 0, 0, 0, 0, 4, 0x3F, 0xFF, 0xFF, 0xFF]),
        .. Frame(WindowFrame, 0, 0, [0x3F, 0, 0, 0]),
    ];

    /// <summary>Gets the identifier of the next stream.</summary>
    public int NextStream { get; private set; } = 1;

    /// <summary>Creates a frame.</summary>
    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        payload.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Creates the frames of a call.</summary>
    public static byte[] Call(int stream, string path, ReadOnlySpan<byte> body)
    {
        using MemoryStream headers = new();
        headers.Write([0x83, 0x86]); // :method POST, :scheme http
        Literal(headers, ":path", path);
        Literal(headers, ":authority", "localhost");
        Literal(headers, "content-type", "application/grpc");
        Literal(headers, "te", "trailers");
        return
        [
            .. Frame(HeadersFrame, EndHeaders, stream, headers.ToArray()),
            .. Frame(DataFrame, EndStream, stream, body),
        ];
    }

    /// <summary>Creates the bytes of a message: a flag, the length and the content.</summary>
    public static byte[] Message(ReadOnlySpan<byte> content)
    {
        byte[] message = new byte[5 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), content.Length);
        content.CopyTo(message.AsSpan(5));
        return message;
    }

    /// <summary>Returns the identifier of a new stream.</summary>
    public int OpenStream()
    {
        int stream = NextStream;
        NextStream += 2;
        return stream;
    }

    /// <summary>Reads until a stream ends, or the connection does.</summary>
    /// <param name="stream">The stream; 0 for any.</param>
    /// <param name="wait">How long the server may send nothing.</param>
    public GrpcAnswer Read(int stream, TimeSpan wait)
    {
        int status = -1;
        string message = string.Empty;
        while (true)
        {
            while (Unread.Length < HeaderLength || Unread.Length < HeaderLength + PayloadLength)
            {
                if (Receive(wait) is int failure and <= 0)
                {
                    return new GrpcAnswer(failure == 0 ? "closed" : "waiting", status, message, [], IsClosed: true);
                }
            }

            ReadOnlySpan<byte> frame = Unread[..(HeaderLength + PayloadLength)];
            byte type = frame[3];
            byte flags = frame[4];
            int of = BinaryPrimitives.ReadInt32BigEndian(frame[5..]) & int.MaxValue;
            byte[] payload = frame[HeaderLength..].ToArray();
            Skip(frame.Length);
            bool isMine = of > 0 && (stream == 0 || of == stream);
            switch (type)
            {
                case SettingsFrame when (flags & Acknowledge) == 0:
                    Send(Frame(SettingsFrame, Acknowledge, 0, []));
                    break;
                case PingFrame when (flags & Acknowledge) == 0:
                    Send(Frame(PingFrame, Acknowledge, 0, payload));
                    break;
                case GoAwayFrame:
                    return new GrpcAnswer(
                        $"GOAWAY {BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4))}", -1, string.Empty, [], IsClosed: true);
                case ResetFrame when isMine:
                    return new GrpcAnswer($"RST {BinaryPrimitives.ReadInt32BigEndian(payload)}", -1, string.Empty, [], false);
                case DataFrame when isMine:
                    _content = payload;
                    Send(Frame(WindowFrame, 0, 0, BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(Math.Max(1, payload.Length)))));
                    break;
                case HeadersFrame when isMine:
                    status = int.TryParse(Value(payload, "grpc-status"u8), CultureInfo.InvariantCulture, out int number) ? number : status;
                    message = Value(payload, "grpc-message"u8) ?? message;
                    break;
                default:
                    break;
            }

            if (isMine && type is DataFrame or HeadersFrame && (flags & EndStream) != 0)
            {
                return new GrpcAnswer("ended", status, Uri.UnescapeDataString(message), _content, IsClosed: false);
            }
        }
    }

    private int PayloadLength => BinaryPrimitives.ReadInt32BigEndian(Unread) >>> 8;

    private static void Literal(MemoryStream headers, string name, string value)
    {
        headers.WriteByte(0);
        headers.WriteByte((byte)name.Length);
        headers.Write(Encoding.ASCII.GetBytes(name));
        headers.WriteByte((byte)value.Length);
        headers.Write(Encoding.ASCII.GetBytes(value));
    }

    // The server does not compress literal headers, and it may not use the dynamic table.
    private static string? Value(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
    {
        int at = headers.IndexOf(name);
        if (at < 0 || at + name.Length >= headers.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = headers[(at + name.Length)..];
        int length = rest[0];
        const int Prefix = 0x7F; // a longer value: the rest of the length follows
        int offset = 1;
        if (length == Prefix)
        {
            for (int shift = 0; offset < rest.Length; shift += 7)
            {
                byte next = rest[offset++];
                length += (next & 0x7F) << shift;
                if (next < 0x80)
                {
                    break;
                }
            }
        }

        return Encoding.ASCII.GetString(rest.Slice(offset, Math.Min(length, rest.Length - offset)));
    }
}

/// <summary>Represents how a call ended.</summary>
/// <param name="End">The end: <c>ended</c>, <c>RST</c> or <c>GOAWAY</c> with a code, <c>closed</c> or <c>waiting</c>.</param>
/// <param name="Status">The status of gRPC; -1 if there is none.</param>
/// <param name="Message">The message of the status.</param>
/// <param name="Content">The content of the last frame with data.</param>
/// <param name="IsClosed">Whether the connection is unusable.</param>
internal readonly record struct GrpcAnswer(string End, int Status, string Message, byte[] Content, bool IsClosed);
