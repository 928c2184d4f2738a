namespace ResNet.Net.Comparison;

/// <summary>Represents a contestant during the comparison of one model: its process and its samples.</summary>
internal sealed class Entrant(Contestant contestant, PeerProcess process) : IDisposable
{
    private readonly List<double> _milliseconds = [];
    private readonly List<double> _imagesPerSecond = [];
    private long? _latencyBytes;

    public Contestant Contestant => contestant;

    public PeerProcess Process => process;

    /// <summary>Gets or sets why the contestant stopped; <see langword="null"/> while it runs.</summary>
    public string? Failure { get; set; }

    public void RunLatency(int from, int count, bool isWarmup)
    {
        PeerReply reply = process.Send(new PeerRequest(PeerRequest.Latency, from, count));
        if (!isWarmup)
        {
            _milliseconds.AddRange(reply.Milliseconds ?? []);
            _latencyBytes = reply.AllocatedBytes is long bytes ? (_latencyBytes ?? 0) + bytes : null;
        }
    }

    public void RunThroughput(int from, int count, bool isWarmup)
    {
        PeerReply reply = process.Send(new PeerRequest(PeerRequest.Throughput, from, count));
        if (!isWarmup && reply.Seconds is double seconds)
        {
            _imagesPerSecond.Add(count / seconds);
        }
    }

    /// <summary>Returns the figures so far.</summary>
    public ContestantResult Result() => new()
    {
        Id = contestant.Id,
        Name = contestant.Name,
        Role = contestant.Role,
        MedianMilliseconds = Quantile(_milliseconds, 0.5),
        P95Milliseconds = Quantile(_milliseconds, 0.95),
        ImagesPerSecond = Quantile(_imagesPerSecond, 0.5),
        PeakMegabytes = process.PeakMemory is long bytes ? Math.Round(bytes / 1e6, 1) : null,
        ManagedBytesPerImage = _milliseconds.Count > 0 ? _latencyBytes / _milliseconds.Count : null,
        StartupMilliseconds = Math.Round(process.Startup.TotalMilliseconds, 0),
        Versions = process.Ready.Versions,
    };

    public void Dispose() => process.Dispose();

    private static double? Quantile(List<double> values, double fraction)
    {
        if (values.Count == 0)
        {
            return null;
        }

        double[] sorted = [.. values.Order()];
        double position = fraction * (sorted.Length - 1);
        (int below, double part) = ((int)position, position % 1);
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return Math.Round(sorted[below] + (part * (above - sorted[below])), 3);
    }
}
