namespace ResNet.Net;

/// <summary>
/// Pools the slots of a session, as many as were ever in use at the same time. The slot returned last is rented first, since its memory
/// is in the cache. A rented slot keeps the model loaded. The pool is disposed before its session.
/// </summary>
internal sealed class SlotPool(OrtSession session, ModelLayout layout, int capacity, int cropCount, Type owner) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<InferenceSlot> _free = new();
    private bool _disposed;

    public InferenceSlot Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);
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
        bool isPooled;
        lock (_gate)
        {
            isPooled = !_disposed;
            if (isPooled)
            {
                _free.Push(slot);
            }
        }

        // Before the reference: bindings must be freed before their session.
        if (!isPooled)
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
