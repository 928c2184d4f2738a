using System.Diagnostics;
using System.Text.Json;

namespace ResNet.Net.Comparison;

/// <summary>Runs a contestant in its process: answers requests on standard input until it ends.</summary>
internal static class PeerHost
{
    public static int Run(string[] args, Func<PeerArguments, IPeer> create)
    {
        try
        {
            PeerArguments arguments = PeerArguments.Parse(args);
            using IPeer peer = create(arguments);
            PeerPrediction[] top = peer.Classify(arguments.Photos[0]);
            Write(new PeerReply { Ready = true, Preprocessing = peer.Preprocessing, Versions = peer.Versions, Top = top });
            while (Console.ReadLine() is string line)
            {
                Write(Answer(peer, arguments.Photos, JsonSerializer.Deserialize<PeerRequest>(line, PeerJson.Options)!));
            }

            return 0;
        }
        catch (Exception exception)
        {
            Write(new PeerReply { Error = $"{exception.GetType().Name}: {exception.Message}" });
            return 1;
        }
    }

    private static PeerReply Answer(IPeer peer, IReadOnlyList<string> photos, PeerRequest request)
    {
        string[] paths = [.. Enumerable.Range(request.From, request.Count).Select(i => photos[i % photos.Count])];
        return request.Command switch
        {
            PeerRequest.Latency => MeasureLatency(peer, paths),
            PeerRequest.Throughput => MeasureThroughput(peer, paths),
            PeerRequest.Scores => new PeerReply { Scores = [.. paths.Select(path => peer.GetProbabilities(path, request.Preprocessing!))] },
            _ => throw new ArgumentException($"The command '{request.Command}' is unknown."),
        };
    }

    private static PeerReply MeasureLatency(IPeer peer, string[] paths)
    {
        double[] milliseconds = new double[paths.Length];
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < paths.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            peer.Classify(paths[i]);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return new PeerReply { Milliseconds = milliseconds, AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - before };
    }

    private static PeerReply MeasureThroughput(IPeer peer, string[] paths)
    {
        long start = Stopwatch.GetTimestamp();
        peer.ClassifyAll(paths);
        return new PeerReply { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    private static void Write(PeerReply reply) => Console.WriteLine(JsonSerializer.Serialize(reply, PeerJson.Options));
}
