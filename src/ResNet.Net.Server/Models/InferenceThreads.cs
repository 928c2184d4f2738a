namespace ResNet.Net.Server;

/// <summary>
/// Runs the batches of a model on threads of its own. On the thread pool, a run of the model would keep a thread from the sockets, and
/// requests and responses would wait for the end of a run whenever all cores run models.
/// </summary>
/// <param name="name">The name of the threads.</param>
/// <param name="count">The largest number of threads. They start when they are needed.</param>
internal sealed class InferenceThreads(string name, int count) : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _queue = new();
    private int _started;
    private int _idle;
    private bool _disposed;

    /// <summary>Queues a batch.</summary>
    public void Queue(IThreadPoolWorkItem batch)
    {
        lock (_gate)
        {
            _queue.Enqueue(batch);
            if (_idle >= _queue.Count)
            {
                Monitor.Pulse(_gate);
                return;
            }

            if (_started == count)
            {
                return;
            }

            _started++;
        }

        new Thread(Run) { Name = name, IsBackground = true }.UnsafeStart();
    }

    /// <summary>Ends the threads after the batches in the queue.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        while (TryTake() is IThreadPoolWorkItem batch)
        {
            batch.Execute();
        }
    }

    /// <summary>Waits for a batch; returns null when there will be none.</summary>
    private IThreadPoolWorkItem? TryTake()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_disposed)
            {
                _idle++;
                _ = Monitor.Wait(_gate);
                _idle--;
            }

            return _queue.Count > 0 ? _queue.Dequeue() : null;
        }
    }
}
