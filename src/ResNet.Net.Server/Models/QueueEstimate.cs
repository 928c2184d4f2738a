namespace ResNet.Net.Server;

/// <summary>Estimates how long the next image waits in a queue, from the time that images took lately. Thread-safe.</summary>
/// <param name="concurrency">The number of batches that run at the same time.</param>
internal sealed class QueueEstimate(int concurrency)
{
    // The weight of the latest measurement.
    private const double Weight = 0.05;

    private double _secondsPerImage;

    /// <summary>Records the time that an image took.</summary>
    public void Add(TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        double before = Volatile.Read(ref _secondsPerImage);

        // A lost update under a race is one measurement less.
        Volatile.Write(ref _secondsPerImage, before == 0 ? seconds : before + (Weight * (seconds - before)));
    }

    /// <summary>Returns how long an image waits behind others.</summary>
    public TimeSpan WaitFor(int queued) => TimeSpan.FromSeconds(Volatile.Read(ref _secondsPerImage) * queued / concurrency);
}
