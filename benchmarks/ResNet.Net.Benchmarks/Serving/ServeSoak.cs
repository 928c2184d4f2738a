using System.Diagnostics;
using System.Globalization;
using System.Net;
using Grpc.Core;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Benchmarks.Serving;

/// <summary>
/// Sends mixed load to a server of the embedded model, good and bad, and watches its memory: <c>serve-soak MINUTES</c>. Fails if a request
/// has an unexpected answer, or if the memory of the second half grows by more than 1 MB per minute.
/// </summary>
internal static class ServeSoak
{
    public const string Command = "serve-soak";

    private const int Callers = 6;
    private const double MaxSlope = 1;
    private const int SmallSide = 224, LargeWidth = 1600, LargeHeight = 1200;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(double minutes)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-soak-").FullName;
        try
        {
            string small = Path.Combine(folder, "small.jpg"), large = Path.Combine(folder, "large.jpg");
            File.WriteAllBytes(small, JpegFile.Encode(DrawnImage.Rgb(SmallSide, SmallSide), SmallSide, SmallSide));
            File.WriteAllBytes(large, JpegFile.Encode(DrawnImage.Rgb(LargeWidth, LargeHeight), LargeWidth, LargeHeight));
            ResNetVariant variant = ResNetVariant.Cifar10ResNet20;
            using ServeProcess server = await ServeProcess.StartAsync(variant.Id, "");
            using ServeRequests requests = new(server);
            await requests.UntilReadyAsync();
            string tensor = ServeRequests.WriteTensor(small, variant.Profile);
            Func<Random, Task>[] kinds =
            [
                Good(await requests.CreateAsync(ServeRequests.Tensor, tensor, variant.Profile)),
                Good(await requests.CreateAsync(ServeRequests.Infer, small, variant.Profile)),
                Good(await requests.CreateAsync(ServeRequests.Infer, large, variant.Profile)),
                Good(await requests.CreateAsync(ServeRequests.Classify, large, variant.Profile)),
                Good(await requests.CreateAsync(ServeRequests.Grpc, small, variant.Profile)),
                Good(await requests.CreateAsync(ServeRequests.Grpc, large, variant.Profile)),
                _ => PostAsync(requests.Http, "/classify?explain=true&crop=true", File.ReadAllBytes(small), HttpStatusCode.OK),
                random => PostAsync(
                    requests.Http, "/classify", File.ReadAllBytes(large)[..random.Next(1000, 100_000)], HttpStatusCode.UnprocessableEntity),
                _ => PostAsync(requests.Http, $"/v2/models/{ServeChild.Model}/infer", "{"u8.ToArray(), HttpStatusCode.BadRequest),
                _ => PostAsync(requests.Http, "/predictions/none", [1, 2, 3], HttpStatusCode.NotFound),
                _ => BadGrpcAsync(requests),
                _ => GetAsync(requests.Http, "/metrics"),
                _ => GetAsync(requests.Http, "/models"),
                random => LeaveAsync(requests.Http, large, random),
            ];
            return await RunAsync(server, kinds, TimeSpan.FromMinutes(minutes));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(ServeProcess server, Func<Random, Task>[] kinds, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        long count = 0;
        using CancellationTokenSource ended = new();
        Task load = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            Random random = new(caller);
            while (!ended.IsCancellationRequested)
            {
                await kinds[random.Next(kinds.Length)](random);
                _ = Interlocked.Increment(ref count);
            }
        })));
        List<(double Minutes, double Megabytes)> samples = [];
        while (Stopwatch.GetElapsedTime(start) < time && !load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(Sampling));
            samples.Add((Stopwatch.GetElapsedTime(start).TotalMinutes, (await server.UsageAsync()).Bytes / 1e6));
            Console.WriteLine(string.Create(
                Culture, $"{samples[^1].Minutes,6:F1} min {samples[^1].Megabytes,8:F1} MB {Interlocked.Read(ref count),10} requests"));
        }

        await ended.CancelAsync();
        await load;
        double slope = Slope(samples[(samples.Count / 2)..]);
        Console.WriteLine(string.Create(
            Culture,
            $"{count} requests. Memory of the second half: {slope:F2} MB per minute; at most {samples.Max(s => s.Megabytes):F0} MB."));
        return slope <= MaxSlope ? 0 : 1;
    }

    /// <summary>Returns the slope of the line with the least squares.</summary>
    private static double Slope(List<(double X, double Y)> points)
    {
        (double x, double y) = (points.Average(p => p.X), points.Average(p => p.Y));
        double spread = points.Sum(p => (p.X - x) * (p.X - x));
        return spread == 0 ? 0 : points.Sum(p => (p.X - x) * (p.Y - y)) / spread;
    }

    private static Func<Random, Task> Good(Func<Task> send) => _ => send();

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

    private static async Task GetAsync(HttpClient http, string path) => _ = await http.GetStringAsync(new Uri(path, UriKind.Relative));

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
    private static async Task LeaveAsync(HttpClient http, string file, Random random)
    {
        using CancellationTokenSource gone = new(TimeSpan.FromMilliseconds(random.Next(1, 20)));
        try
        {
            using ByteArrayContent content = new(await File.ReadAllBytesAsync(file));
            using HttpResponseMessage response = await http.PostAsync(new Uri("/classify", UriKind.Relative), content, gone.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
    }
}
