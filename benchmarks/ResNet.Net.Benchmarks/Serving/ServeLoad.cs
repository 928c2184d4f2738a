using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;

namespace ResNet.Net.Benchmarks.Serving;

/// <summary>Represents what a load measured: times in milliseconds, processor seconds per second of both processes.</summary>
internal sealed record LoadResult(double Rate, double P50, double P95, double P99, double ClientCores, double ServerCores, int Failures);

/// <summary>Generates load: a fixed number of callers, or arrivals at random times.</summary>
internal static class ServeLoad
{
    /// <summary>Runs callers, each of which sends its next request when the previous one is answered.</summary>
    public static Task<LoadResult> ClosedAsync(ServeProcess server, Func<Task> send, int callers, double seconds)
        => MeasureAsync(server, async (latencies, failures) =>
        {
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                {
                    await TimeAsync(send, latencies, failures);
                }
            })));
        });

    /// <summary>Sends requests at random times (a Poisson process), whether or not earlier ones have been answered.</summary>
    public static Task<LoadResult> OpenAsync(ServeProcess server, Func<Task> send, double rate, double seconds)
        => MeasureAsync(server, async (latencies, failures) =>
        {
            Random random = new(1);
            List<Task> requests = [];
            long start = Stopwatch.GetTimestamp();
            for (double due = 0; due < seconds; due += -Math.Log(1 - random.NextDouble()) / rate)
            {
                TimeSpan wait = TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(start);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait);
                }

                requests.Add(Task.Run(() => TimeAsync(send, latencies, failures)));
            }

            await Task.WhenAll(requests);
        });

    private static async Task<LoadResult> MeasureAsync(
        ServeProcess server, Func<ConcurrentQueue<double>, ConcurrentQueue<Exception>, Task> load)
    {
        ConcurrentQueue<double> latencies = [];
        ConcurrentQueue<Exception> failures = [];
        using Process self = Process.GetCurrentProcess();
        double serverBefore = (await server.UsageAsync()).Seconds;
        TimeSpan clientBefore = self.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        await load(latencies, failures);
        double time = Stopwatch.GetElapsedTime(start).TotalSeconds;
        self.Refresh();
        double client = (self.TotalProcessorTime - clientBefore).TotalSeconds;
        double serverTime = (await server.UsageAsync()).Seconds - serverBefore;
        double[] sorted = latencies.IsEmpty && failures.TryPeek(out Exception? failure)
            ? throw new InvalidOperationException("No request succeeded.", failure)
            : [.. latencies.Order()];
        double Percentile(double p) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, p * sorted.Length)];
        return new LoadResult(
            sorted.Length / time, Percentile(0.5), Percentile(0.95), Percentile(0.99), client / time, serverTime / time, failures.Count);
    }

    private static async Task TimeAsync(Func<Task> send, ConcurrentQueue<double> latencies, ConcurrentQueue<Exception> failures)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            await send();
            latencies.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (Exception exception) when (exception is InvalidOperationException or RpcException)
        {
            // The table shows the number of rejected requests.
            failures.Enqueue(exception);
        }
    }
}
