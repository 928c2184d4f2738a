namespace ResNet.Net.Evaluation;

/// <summary>Limits the bytes that are in memory at the same time: callers wait until others have released theirs.</summary>
/// <param name="limit">The limit in bytes. A caller that needs more waits until it is alone.</param>
internal sealed class MemoryGate(long limit)
{
    private readonly object _gate = new();
    private long _inUse;

    /// <summary>Gets the number of bytes that are in memory.</summary>
    public long Current => Interlocked.Read(ref _inUse);

    /// <summary>Gets the largest number of bytes so far that were in memory at the same time.</summary>
    public long Peak { get; private set; }

    public void Enter(long bytes)
    {
        lock (_gate)
        {
            while (_inUse > 0 && _inUse + bytes > limit)
            {
                Monitor.Wait(_gate);
            }

            _inUse += bytes;
            Peak = Math.Max(Peak, _inUse);
        }
    }

    public void Exit(long bytes)
    {
        lock (_gate)
        {
            _inUse -= bytes;
            Monitor.PulseAll(_gate);
        }
    }
}
