using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ResNet.Net.Fuzz;

/// <summary>Sends requests to a server in the same process, over sockets of the loopback interface.</summary>
internal sealed class RequestTarget : FuzzTarget
{
    private const int GoodInterval = 64, EmbeddedInterval = 4096;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromMinutes(5);

    // The server may wait for the rest of a malformed request.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(15);

    // What docs/serving.md documents, and what Kestrel answers to malformed requests.
    private static readonly int[] Statuses =
        [200, 204, 206, 304, 400, 403, 404, 405, 408, 411, 413, 414, 415, 416, 417, 422, 426, 429, 431, 501, 503, 504, 505];

    // OK, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, PERMISSION_DENIED (the host of another site), RESOURCE_EXHAUSTED,
    // UNIMPLEMENTED (a compressed message), UNAVAILABLE.
    private static readonly int[] GrpcStatuses = [0, 3, 4, 5, 7, 8, 12, 14];

    // A message that differs from its announced length, compression or type: INTERNAL, as in all implementations of gRPC.
    private static readonly string[] FramingErrors =
    [
        "Incomplete message.",
        "Additional data after the message received.",
        "Request did not include grpc-encoding value with compressed message.",
    ];

    private readonly string _root = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
    private FuzzServer? _server;
    private HttpConnection? _http;
    private GrpcConnection? _grpc;
    private int _count;

    public override long MemoryLimit => 192 << 20;

    public override IReadOnlyList<FuzzInput> CreateCorpus() => RequestCorpus.Create();

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random)
        => input with { Bytes = RequestMutator.Mutate(input, other, random) };

    public override void Prepare()
    {
        _server = FuzzServer.StartAsync().GetAwaiter().GetResult();
        _ = Exchange(RequestCorpus.Good);
    }

    public override FuzzOutcome Run(FuzzInput input)
    {
        try
        {
            FuzzOutcome outcome = input.Kind switch
            {
                RequestCorpus.Http when RequestMutator.IsComplete(input.Bytes) => RunHttp(input),
                RequestCorpus.Http or RequestCorpus.Raw => RunRaw(input),
                RequestCorpus.Grpc => RunGrpc(input),
                _ => RunFrames(input),
            };
            string? fault = outcome.Fault ?? CheckServer();
            return outcome with { Fault = fault };
        }
        catch (Exception exception)
        {
            return FuzzOutcome.Undocumented(input.Kind, exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _http?.Dispose();
        _grpc?.Dispose();
        _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    private FuzzOutcome RunHttp(FuzzInput input)
    {
        HttpAnswer answer = Exchange(input.Bytes);
        string? fault = answer.Status switch
        {
            0 => "The server closed the connection without an answer.",
            -1 => "The server did not answer.",
            -2 => $"The response is incomplete or malformed: {answer.Body}",
            _ => FaultOf(answer),
        };
        return OutcomeOf(RequestCorpus.Http, answer) with { Fault = fault };
    }

    // Sends a complete request on the connection that is kept open.
    private HttpAnswer Exchange(byte[] request)
    {
        _http ??= new HttpConnection(_server!.HttpPort);
        _http.Send(request);
        HttpAnswer answer = _http.Read(AnswerTime, hasBody: !request.AsSpan().StartsWith("HEAD "u8));
        if (answer.IsClosed)
        {
            _http.Dispose();
            _http = null;
        }

        return answer;
    }

    private FuzzOutcome RunRaw(FuzzInput input)
    {
        using HttpConnection connection = new(_server!.HttpPort);
        connection.Send(input.Bytes);
        FuzzOutcome outcome = new(RequestCorpus.Raw, "closed", "closed");
        bool hasHead = input.Bytes.AsSpan().IndexOf("HEAD "u8) >= 0;
        int requests = Math.Max(1, input.Bytes.AsSpan().Count("HTTP/1."u8));
        for (int i = 0; i < requests; i++)
        {
            HttpAnswer answer = connection.Read(Patience, hasBody: !hasHead);
            if (answer.Status <= 0)
            {
                string name = answer.Status == -1 ? "waiting" : "closed";
                return i > 0 ? outcome : new FuzzOutcome(RequestCorpus.Raw, name, name);
            }

            outcome = OutcomeOf(RequestCorpus.Raw, answer) with { Fault = FaultOf(answer) };
            if (outcome.Fault is not null || answer.IsClosed || hasHead)
            {
                break;
            }
        }

        return outcome;
    }

    private FuzzOutcome RunGrpc(FuzzInput input)
    {
        if (input.Bytes.Length == 0)
        {
            return new FuzzOutcome(RequestCorpus.Grpc, "empty", "empty");
        }

        const int MaxStream = 1_000_000;
        _grpc ??= new GrpcConnection(_server!.GrpcPort, isPrefaced: true);
        int stream = _grpc.OpenStream();
        string path = RequestCorpus.Methods[input.Bytes[0] % RequestCorpus.Methods.Count].Path;
        _grpc.Send(GrpcConnection.Call(stream, path, input.Bytes.AsSpan(1)));
        GrpcAnswer answer = _grpc.Read(stream, AnswerTime);
        if (answer.IsClosed || stream > MaxStream)
        {
            _grpc.Dispose();
            _grpc = null;
        }

        return OutcomeOf(RequestCorpus.Grpc, answer) with
        {
            Fault = answer.End == "ended" ? FaultOf(answer) : $"The call did not end, but: {answer.End}.",
        };
    }

    private FuzzOutcome RunFrames(FuzzInput input)
    {
        using GrpcConnection connection = new(_server!.GrpcPort, isPrefaced: false);
        connection.Send(input.Bytes);
        FuzzOutcome outcome = new(RequestCorpus.Frames, "closed", "closed");
        for (int calls = 0; calls < 4; calls++)
        {
            GrpcAnswer answer = connection.Read(0, Patience);
            outcome = OutcomeOf(RequestCorpus.Frames, answer) with { Fault = FaultOf(answer) };
            if (answer.IsClosed || outcome.Fault is not null)
            {
                break;
            }
        }

        return outcome;
    }

    private static FuzzOutcome OutcomeOf(string kind, HttpAnswer answer)
        => new(
            kind,
            answer.Status.ToString(CultureInfo.InvariantCulture),
            answer.Status >= 400 ? FuzzOutcome.ShapeOf(answer.Body) : $"{answer.Status} {answer.Body.Length / 64}");

    private static FuzzOutcome OutcomeOf(string kind, GrpcAnswer answer)
    {
        string name = answer.End == "ended" ? $"status {answer.Status}" : answer.End;
        return new FuzzOutcome(kind, name, $"{name} {FuzzOutcome.ShapeOf(answer.Message)}");
    }

    private string? FaultOf(HttpAnswer answer)
        => !Statuses.Contains(answer.Status) ? $"The status {answer.Status} is not documented: {answer.Body}" : LeakOf(answer.Body);

    private string? FaultOf(GrpcAnswer answer)
        => answer.Status >= 0 && !GrpcStatuses.Contains(answer.Status) && !FramingErrors.Contains(answer.Message)
            && !answer.Message.StartsWith("Content-Type ", StringComparison.Ordinal)
            ? $"The status {answer.Status} is not documented: {answer.Message}"
            : LeakOf(answer.Message);

    private string? LeakOf(string text)
        => text.Contains("   at ", StringComparison.Ordinal) || text.Contains(_root, StringComparison.Ordinal)
            || text.Contains("Exception:", StringComparison.Ordinal)
            ? $"The answer has a path or a stack trace: {text}"
            : null;

    // Now and then, and after each error in the log: the server answers correctly, and nothing is left of requests that ended.
    private string? CheckServer()
    {
        if (_server!.TakeError() is string error)
        {
            return $"The server logged an error: {error}";
        }

        _count++;
        if (_count % GoodInterval != 0)
        {
            return null;
        }

        HttpAnswer answer = Exchange(RequestCorpus.Good);
        if (answer.Status != 200 || ScoresOf(answer.Body) is not [1, 2, 3])
        {
            return $"A good request was answered with {answer.Status}: {answer.Body}";
        }

        if (_count % EmbeddedInterval == 0)
        {
            byte[] image = File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "cat.png"));
            answer = Exchange(RequestCorpus.Request("POST", $"/predictions/{FuzzServer.Embedded}", string.Empty, image));
            if (answer.Status != 200 || !answer.Body.StartsWith("[{\"cat\":0.9", StringComparison.Ordinal))
            {
                return $"The embedded model answered with {answer.Status}: {answer.Body}";
            }
        }

        // Requests whose connections have just been closed end a moment later.
        for (int waits = 0; _server.UsedMemory != 0 || _server.QueueLength != 0; waits++)
        {
            if (waits > 1000)
            {
                return $"Bodies of ended requests take {_server.UsedMemory} bytes; {_server.QueueLength} images are in the queues.";
            }

            Thread.Sleep(10);
        }

        return null;
    }

    private static float[] ScoresOf(string body)
    {
        using JsonDocument document = JsonDocument.Parse(Encoding.Latin1.GetBytes(body));
        return
        [
            .. document.RootElement.GetProperty("outputs").EnumerateArray().Single(o => o.GetProperty("name").GetString() == "scores")
                .GetProperty("data").EnumerateArray().Select(value => value.GetSingle()),
        ];
    }
}
