namespace ResNet.Net.Server;

/// <summary>Estimates how long the next image waits in a queue, from the time that images took lately. Thread-safe.</summary>
/// <param name="concurrency">The number of batches that run at the same time.</param>
internal sealed class QueueEstimate(int concurrency)
{
    // The weight of the latest measurement. Faster images count more, so that one slow image does not reject many requests.
    private const double Weight = 0.05, FasterWeight = 0.2;

    private double _secondsPerImage;
    private int _count;

    /// <summary>Records the time that an image took.</summary>
    public void Add(TimeSpan time)
    {
        // The first images of a process take longer: code is compiled, and sessions start.
        if (Volatile.Read(ref _count) < concurrency && Interlocked.Increment(ref _count) <= concurrency)
        {
            return;
        }

        double seconds = time.TotalSeconds;
        double before = Volatile.Read(ref _secondsPerImage);

        // A lost update under a race is one measurement less.
        double weight = seconds < before ? FasterWeight : Weight;
        Volatile.Write(ref _secondsPerImage, before == 0 ? seconds : before + (weight * (seconds - before)));
    }

    /// <summary>Returns how long an image waits behind others.</summary>
    public TimeSpan WaitFor(int queued) => TimeSpan.FromSeconds(Volatile.Read(ref _secondsPerImage) * queued / concurrency);
}
