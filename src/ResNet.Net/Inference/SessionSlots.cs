namespace ResNet.Net;

/// <summary>Represents a session with the pools of its slots, for single images and for batches. Owns the session.</summary>
internal sealed class SessionSlots : IDisposable
{
    private readonly OrtSession _session;

    public SessionSlots(OrtSession session, Func<OrtSession, int, SlotPool> createPool, int batchSize)
    {
        _session = session;
        Singles = createPool(session, 1);
        Batches = batchSize == 1 ? Singles : createPool(session, batchSize);
    }

    public SlotPool Singles { get; }

    public SlotPool Batches { get; }

    public void Dispose()
    {
        Singles.Dispose();
        Batches.Dispose();
        _session.Dispose();
    }
}
