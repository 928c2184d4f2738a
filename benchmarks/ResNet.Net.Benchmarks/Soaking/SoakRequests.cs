using System.Net;
using Grpc.Core;
using ResNet.Net.Benchmarks.Serving;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>Sends mixed requests to the server, good and bad, and throws if an answer is not the expected one.</summary>
internal sealed class SoakRequests : IDisposable
{
    private readonly ServeRequests _requests;
    private readonly Func<Random, Task>[] _kinds;
    private long _count;

    private SoakRequests(ServeRequests requests, Func<Random, Task>[] kinds)
    {
        _requests = requests;
        _kinds = kinds;
    }

    /// <summary>Gets the number of requests that ended as expected.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Waits until the server is ready, and prepares all kinds of requests.</summary>
    /// <param name="server">The process of the server.</param>
    /// <param name="small">The path of a small JPEG file.</param>
    /// <param name="large">The path of a large JPEG file.</param>
    /// <param name="profile">The preprocessing of the served model.</param>
    public static async Task<SoakRequests> CreateAsync(ServeProcess server, string small, string large, PreprocessingProfile profile)
    {
        ServeRequests requests = new(server);
        requests.Http.Timeout = TimeSpan.FromMinutes(10); // at the lowest priority, a busy machine runs nothing for minutes
        await requests.UntilReadyAsync();
        byte[] bytes = await File.ReadAllBytesAsync(small), largeBytes = await File.ReadAllBytesAsync(large);
        Task<Func<Task>> Good(string kind, string file) => requests.CreateAsync(kind, file, profile);
        Func<Task>[] good =
        [
            await Good(ServeRequests.Tensor, ServeRequests.WriteTensor(small, profile)),
            await Good(ServeRequests.Infer, small), await Good(ServeRequests.Infer, large), await Good(ServeRequests.Classify, large),
            await Good(ServeRequests.Grpc, small), await Good(ServeRequests.Grpc, large),
        ];
        HttpClient http = requests.Http;
        return new SoakRequests(requests,
        [
            .. good.Select(send => (Func<Random, Task>)(_ => send())),
            _ => PostAsync(http, "/classify?explain=true&crop=true", bytes, HttpStatusCode.OK),
            random => PostAsync(http, "/classify", largeBytes[..random.Next(1000, 100_000)], HttpStatusCode.UnprocessableEntity),
            _ => PostAsync(http, $"/v2/models/{ServeChild.Model}/infer", "{"u8.ToArray(), HttpStatusCode.BadRequest),
            _ => PostAsync(http, "/predictions/none", [1, 2, 3], HttpStatusCode.NotFound),
            _ => BadGrpcAsync(requests),
            _ => http.GetStringAsync(new Uri("/metrics", UriKind.Relative)),
            _ => http.GetStringAsync(new Uri("/models", UriKind.Relative)),
            random => LeaveAsync(http, largeBytes, random),
        ]);
    }

    /// <summary>Sends requests, one after another for each caller, until the token is canceled.</summary>
    public Task RunAsync(int callers, CancellationToken ended)
        => Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            Random random = new(caller);
            while (!ended.IsCancellationRequested)
            {
                await _kinds[random.Next(_kinds.Length)](random);
                _ = Interlocked.Increment(ref _count);
            }
        })));

    public void Dispose() => _requests.Dispose();

    private static async Task PostAsync(HttpClient http, string path, byte[] body, HttpStatusCode expected)
    {
        using ByteArrayContent content = new(body);
        using HttpResponseMessage response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        string text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != expected)
        {
            throw new InvalidOperationException($"{path}: {response.StatusCode} instead of {expected}: {text}");
        }
    }

    private static async Task BadGrpcAsync(ServeRequests requests)
    {
        try
        {
            _ = await requests.GrpcClient.ModelInferAsync(new ModelInferRequest { ModelName = ServeChild.Model });
            throw new InvalidOperationException("A gRPC request without input succeeded.");
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.InvalidArgument)
        {
            // The expected answer.
        }
    }

    /// <summary>Sends an image and leaves before the answer, most of the time.</summary>
    private static async Task LeaveAsync(HttpClient http, byte[] image, Random random)
    {
        using CancellationTokenSource gone = new(TimeSpan.FromMilliseconds(random.Next(1, 20)));
        try
        {
            using ByteArrayContent content = new(image);
            using HttpResponseMessage response = await http.PostAsync(new Uri("/classify", UriKind.Relative), content, gone.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
    }
}
