using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace ResNet.Net.Fuzz;

/// <summary>Mutates requests: content, headers, addresses, lengths, messages of gRPC and frames of HTTP/2.</summary>
internal static class RequestMutator
{
    private const int MaxLength = 16_000; // one frame of HTTP/2

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "0", "1", "2", "1e400", "1e-400", "NaN", "9223372036854775808",
        "4294967296",
        "[[[[[[[[", "{\"a\":", "\\u0000", "\\ud800", "\"image\"", "\"image_bytes\"", "\"FP32\"", "\"BYTES\"", "\"INT64\"", "\"shape\":",
        "\"data\":", "\"parameters\":", "\"binary_data_size\":", "\"classification\":", "\"outputs\":[],", "AAAA", "=", "====", "\r\n",
        "--b1", "--b1--", "\"id\":\"a\",", "// x\n", "\u00A0",
    ];

    private static readonly string[] Headers =
    [
        "Expect: 100-continue", "Content-Encoding: gzip", "Content-Type: application/json", "Content-Type: multipart/form-data",
        "Content-Type: multipart/form-data; boundary=", "Content-Type: ;;;", "Accept: text/html", "Accept-Encoding: gzip, br",
        "Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "Authorization: Bearer x", "X-Api-Key: x", "Range: bytes=0-1",
        "If-None-Match: *", "traceparent: 00-0-0-0", "baggage: a=b;c,,=", "X-Forwarded-For: 1.2.3.4", "X-HTTP-Method-Override: DELETE",
        $"{RequestCorpus.LengthHeader}: -1", $"{RequestCorpus.LengthHeader}: 0", $"{RequestCorpus.LengthHeader}: 4294967297",
        $"{RequestCorpus.LengthHeader}: 1 ", "Cookie: a=b; c", "TE: trailers", "Connection: close", "Keep-Alive: 0", "Accept: */*;q=x",
    ];

    private static readonly string[] Lengths =
        ["-1", "0", "1", "+1", "0x10", "4294967296", "99999999999999999999", "1e3", "1 1", "1,1", "", "1048577", "\t7", "7\t"];

    private static readonly string[] Parts =
    [
        "%00", "%2e%2e/", "../", "//", "%", "%zz", "%c0%ae", "%ff", "?", "&", "=", "&top=-1", "&top=0", "&top=99999999999", "&crop=maybe",
        "&explain=true", "&explain=1,2,x", "&explain=-1", "&model=", "&model=none", "&version=9", "/versions/", "/infer", "/ready",
        "x", "~",
        "#", "|", "\"", "<script>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public static byte[] Mutate(FuzzInput input, FuzzInput other, Random random)
    {
        byte[] splice = other.Kind == input.Kind ? other.Bytes : input.Bytes;
        byte[] bytes = input.Kind switch
        {
            RequestCorpus.Http => MutateRequest(input.Bytes, splice, random),
            RequestCorpus.Raw => MutateRaw(input.Bytes, splice, random),
            RequestCorpus.Grpc => MutateCall(input.Bytes, splice, random),
            _ => MutateFrames(input.Bytes, splice, random),
        };
        return bytes.Length > MaxLength ? bytes[..MaxLength] : bytes;
    }

    /// <summary>Returns whether a server that has read the bytes expects no more of this request.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> request)
    {
        int head = request.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        string text = Encoding.Latin1.GetString(request[..head]);
        string[] lengths = [.. text.Split("\r\n").Skip(1).Where(line => Is(line, "Content-Length"))];
        return text.Contains("\r\nTransfer-Encoding: chunked", StringComparison.Ordinal)
            ? lengths.Length == 0 && request.EndsWith("\r\n0\r\n\r\n"u8)
            : lengths.Length == 1 && lengths[0] == $"Content-Length: {request.Length - head - 4}";
    }

    private static bool Is(string line, string name) => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase);

    private static (List<string> Head, byte[] Body) Split(byte[] request)
    {
        int head = request.AsSpan().IndexOf("\r\n\r\n"u8);
        return head < 0
            ? ([.. Encoding.Latin1.GetString(request).Split("\r\n")], [])
            : ([.. Encoding.Latin1.GetString(request.AsSpan(0, head)).Split("\r\n")], request[(head + 4)..]);
    }

    private static byte[] Join(List<string> head, ReadOnlySpan<byte> body)
        => [.. Encoding.Latin1.GetBytes(string.Join("\r\n", head)), .. "\r\n\r\n"u8, .. body];

    private static byte[] MutateRequest(byte[] request, byte[] other, Random random)
    {
        (List<string> head, byte[] body) = Split(request);
        if (body.Length > 0 && random.Next(4) > 0)
        {
            body = MutateBody(body, Split(other).Body, random);
        }

        if (random.Next(4) == 0)
        {
            MutateHeaders(head, body.Length, random);
        }

        if (random.Next(6) == 0)
        {
            head[0] = MutateTarget(head[0], random);
        }

        if (body.Length > MaxLength - 2000)
        {
            body = body[..(MaxLength - 2000)];
        }

        head.RemoveAll(line => Is(line, "Content-Length") || Is(line, "Transfer-Encoding"));
        if (random.Next(12) > 0)
        {
            head.Add(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}"));
            return Join(head, body);
        }

        head.Add("Transfer-Encoding: chunked");
        using MemoryStream chunks = new();
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(body.Length - at, random.Next(1, 400));
            chunks.Write(Encoding.ASCII.GetBytes($"{length:x}\r\n"));
            chunks.Write(body, at, length);
            chunks.Write("\r\n"u8);
            at += length;
        }

        // The search for the end of the chunks begins with the line before it.
        byte[] mutated = Join(head, chunks.ToArray());
        return body.Length == 0 ? [.. mutated[..^2], .. "\r\n0\r\n\r\n"u8] : [.. mutated, .. "0\r\n\r\n"u8];
    }

    private static byte[] MutateBody(byte[] body, byte[] other, Random random)
    {
        if (random.Next(3) == 0)
        {
            return ProtobufMutator.Mutate(body, other, random);
        }

        List<byte> bytes = [.. body];
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count + 1);
            int count = Math.Min(random.Next(12), bytes.Count - at);
            byte[] token = Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]);
            switch (random.Next(5))
            {
                case 0: // a token in place of the next one
                    int end = bytes.FindIndex(at, b => b is (byte)',' or (byte)']' or (byte)'}' or (byte)':');
                    bytes.RemoveRange(at, Math.Max(0, end - at));
                    bytes.InsertRange(at, token);
                    break;
                case 1:
                    bytes.InsertRange(at, token);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                default:
                    byte[] repeated = [.. Enumerable.Repeat(token, random.Next(1, 100)).SelectMany(t => t)];
                    bytes.InsertRange(at, repeated);
                    break;
            }
        }

        return [.. bytes];
    }

    private static void MutateHeaders(List<string> head, int length, Random random)
    {
        int at = random.Next(1, Math.Max(2, head.Count));
        switch (random.Next(5))
        {
            case 0 when head.Count > 2 && !Is(head[at], "Host"):
                head.RemoveAt(at);
                break;
            case 1:
                head.RemoveAll(line => Is(line, RequestCorpus.LengthHeader));
                head.Add(string.Create(CultureInfo.InvariantCulture, $"{RequestCorpus.LengthHeader}: {random.Next(-1, length + 10)}"));
                break;
            case 2:
                head.Add($"X-Long: {new string('a', random.Next(2000))}");
                break;
            default:
                string header = Headers[random.Next(Headers.Length)];
                head.RemoveAll(line => Is(line, header[..header.IndexOf(':', StringComparison.Ordinal)]) && random.Next(4) > 0);
                head.Add(header);
                break;
        }
    }

    private static string MutateTarget(string line, Random random)
    {
        string[] words = line.Split(' ');
        if (words.Length != 3)
        {
            return line;
        }

        if (random.Next(3) == 0)
        {
            words[0] = ((string[])["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"])[random.Next(8)];
        }
        else
        {
            int at = random.Next(1, words[1].Length + 1);
            int count = random.Next(Math.Min(4, words[1].Length - at) + 1);
            words[1] = $"{words[1][..at]}{Parts[random.Next(Parts.Length)]}{words[1][(at + count)..]}";
        }

        return string.Join(' ', words);
    }

    private static byte[] MutateRaw(byte[] request, byte[] other, Random random)
    {
        (List<string> head, byte[] body) = Split(request);
        int at = random.Next(head.Count);
        switch (random.Next(10))
        {
            case 0:
                return [.. MutateRequest(request, other, random), .. other, .. request]; // pipelined
            case 1:
                head.RemoveAll(line => Is(line, "Content-Length"));
                head.Add($"Content-Length: {Lengths[random.Next(Lengths.Length)]}");
                break;
            case 2:
                head.Add($"Content-Length: {Lengths[random.Next(Lengths.Length)]}");
                break;
            case 3:
                head.Add("Transfer-Encoding: chunked");
                body = [.. Encoding.ASCII.GetBytes($"{Lengths[random.Next(Lengths.Length)]}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
                break;
            case 4:
                string[] codings = ["gzip, chunked", "chunked, chunked", "identity", "xchunked", ""];
                head.Add($"Transfer-Encoding: {codings[random.Next(codings.Length)]}");
                break;
            case 5:
                string[] lines = [" folded", "no colon", ": empty", "Host: other", "Host:", "a\0: b", "a : b", "\u00FF: x"];
                head[at] = lines[random.Next(lines.Length)];
                break;
            case 6:
                head[0] = head[0].Replace("HTTP/1.1", ((string[])["HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP", "http/1.1"])[random.Next(5)],
                    StringComparison.Ordinal);
                break;
            case 7:
                for (int headers = random.Next(1, 150); headers > 0; headers--)
                {
                    head.Add($"X-{headers}: {new string('a', random.Next(60))}");
                }

                break;
            case 8:
                return request[..random.Next(request.Length + 1)];
            default:
                return ProtobufMutator.Mutate(request, other, random);
        }

        return Join(head, body);
    }

    private static byte[] MutateCall(byte[] call, byte[] other, Random random)
    {
        if (call.Length < 6)
        {
            return other;
        }

        byte[] content = call[6..];
        int method = call[0] % RequestCorpus.Methods.Count;
        if (random.Next(4) > 0 && TryParse(method, content) is IMessage message)
        {
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                MessageMutator.Mutate(message, random);
            }

            content = message.ToByteArray();
        }
        else
        {
            content = ProtobufMutator.Mutate(content, other.Length > 6 ? other[6..] : other, random);
        }

        content = content.Length > MaxLength - 6 ? content[..(MaxLength - 6)] : content;
        byte[] framed = GrpcConnection.Message(content);
        if (random.Next(12) == 0)
        {
            framed[random.Next(5)] = (byte)random.Next(4);
        }

        return [(byte)method, .. framed];
    }

    private static IMessage? TryParse(int method, byte[] content)
    {
        try
        {
            return RequestCorpus.Methods[method].Type.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static byte[] MutateFrames(byte[] bytes, byte[] other, Random random)
    {
        if (random.Next(3) == 0)
        {
            return ProtobufMutator.Mutate(bytes, other, random);
        }

        int start = Math.Min(24, bytes.Length);
        List<byte[]> frames = [];
        for (int at = start; at + 9 <= bytes.Length;)
        {
            int end = Math.Min(bytes.Length, at + 9 + ((bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2]));
            frames.Add(bytes[at..end]);
            at = end;
        }

        for (int edits = random.Next(1, 4); edits > 0 && frames.Count > 0; edits--)
        {
            int at = random.Next(frames.Count);
            byte[] frame = [.. frames[at]];
            switch (random.Next(7))
            {
                case 0:
                    frames.RemoveAt(at);
                    break;
                case 1:
                    frames.Insert(random.Next(frames.Count), frame);
                    break;
                case 2:
                    frame[3] = (byte)random.Next(12);
                    frames[at] = frame;
                    break;
                case 3:
                    frame[4] = (byte)random.Next(64);
                    frames[at] = frame;
                    break;
                case 4:
                    frame[8] = (byte)random.Next(8);
                    frames[at] = frame;
                    break;
                case 5:
                    frames[at] = [.. frame.AsSpan(0, 9), .. ProtobufMutator.Mutate(frame[9..], [1, 2], random)];
                    break;
                default:
                    byte[] payload = new byte[((int[])[0, 1, 4, 5, 6, 8, 64])[random.Next(7)]];
                    random.NextBytes(payload);
                    frames.Insert(at, GrpcConnection.Frame((byte)random.Next(11), (byte)random.Next(64), random.Next(8), payload));
                    break;
            }
        }

        return [.. bytes.AsSpan(0, start), .. frames.SelectMany(frame => frame)];
    }
}
