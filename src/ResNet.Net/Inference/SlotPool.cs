namespace ResNet.Net;

/// <summary>
/// The slots of a session, as many as were ever in use at once. The last returned is rented first: its memory is warm.
/// A rented slot keeps the session's model loaded. Disposed before its session.
/// </summary>
internal sealed class SlotPool(OrtSession session, ModelLayout layout, int capacity, int cropCount) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<InferenceSlot> _free = new();
    private bool _disposed;

    public InferenceSlot Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ResNetClassifier));
            session.AddReference();
            if (_free.TryPop(out InferenceSlot? slot))
            {
                return slot;
            }
        }

        try
        {
            return new InferenceSlot(session, layout, capacity, cropCount);
        }
        catch
        {
            session.RemoveReference();
            throw;
        }
    }

    public void Return(InferenceSlot slot)
    {
        bool isKept;
        lock (_gate)
        {
            isKept = !_disposed;
            if (isKept)
            {
                _free.Push(slot);
            }
        }

        // Before the reference: what is bound to a session is freed before it.
        if (!isKept)
        {
            slot.Dispose();
        }

        session.RemoveReference();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_free.TryPop(out InferenceSlot? slot))
            {
                slot.Dispose();
            }
        }
    }
}
