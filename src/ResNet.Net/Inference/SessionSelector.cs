namespace ResNet.Net;

/// <summary>
/// Selects the session that runs an image by the load: the session that runs an image on all cores, or, if more than half of the cores have
/// an image of their own, one that runs an image on one core. The latter is opened on the thread pool when it is needed. Owns both.
/// </summary>
internal sealed class SessionSelector : IDisposable
{
    // A short burst does not justify the memory of another session.
    private const int ImagesBeforeOpening = 8;

    private readonly SessionSlots _first;
    private readonly int _cores;
    private readonly Func<SessionSlots?>? _openSecond;
    private readonly Type _owner;
    private volatile SessionSlots? _second;
    private Task? _opening;
    private int _inProgress;
    private int _underLoad;

    // The owner, and one per call in progress. The last releases the sessions.
    private int _holders = 1;

    /// <param name="first">The session that is open.</param>
    /// <param name="cores">The number of processor cores that the model may use.</param>
    /// <param name="openSecond">
    /// Opens the session that runs an image on one core; returns null if it cannot be opened. Null if the first session serves every load.
    /// </param>
    /// <param name="owner">The public type that is disposed.</param>
    public SessionSelector(SessionSlots first, int cores, Func<SessionSlots?>? openSecond, Type owner)
    {
        _first = first;
        _cores = cores;
        _openSecond = openSecond;
        _owner = owner;
    }

    /// <summary>Keeps the sessions open until <see cref="Release"/>, even if they are disposed meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The sessions have been released.</exception>
    public void Hold()
    {
        int holders = Volatile.Read(ref _holders);
        while (true)
        {
            ObjectDisposedException.ThrowIf(holders == 0, _owner);
            int before = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (before == holders)
            {
                return;
            }

            holders = before;
        }
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            // The process must not end while a session is opened.
            Volatile.Read(ref _opening)?.Wait();
            _first.Dispose();
            _second?.Dispose();
        }
    }

    /// <summary>Records that an image, or a batch that runs at once, is in progress. The caller ends it with <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The sessions have been released.</exception>
    public void Enter()
    {
        Hold();
        Interlocked.Increment(ref _inProgress);
    }

    public void Exit()
    {
        Interlocked.Decrement(ref _inProgress);
        Release();
    }

    /// <summary>Returns the session for the current load. The caller holds the sessions.</summary>
    public SessionSlots Select()
    {
        if (_openSecond is null || Volatile.Read(ref _inProgress) * 2 <= _cores)
        {
            return _first;
        }

        if (_second is SessionSlots second)
        {
            return second;
        }

        if (Interlocked.Increment(ref _underLoad) == ImagesBeforeOpening)
        {
            Volatile.Write(ref _opening, Task.Run(() => { _second = _openSecond(); }));
        }

        return _first;
    }

    /// <summary>Releases the sessions when no call is in progress.</summary>
    public void Dispose() => Release();
}
