namespace ResNet.Net.Server.Tests;

/// <summary>A decoder that a test can stop, so that images are in progress for as long as the test wants. It counts its images.</summary>
internal sealed class Gate : IImageDecoder, IDisposable
{
    private readonly SkiaSharpDecoder _decoder = new();
    private readonly ManualResetEventSlim _open = new(true);
    private int _entered;
    private int _onPool;

    /// <summary>Gets the number of images that the decoder was given since <see cref="Close"/>.</summary>
    public int Entered => Volatile.Read(ref _entered);

    /// <summary>Gets the number of images that were decoded on threads of the thread pool since <see cref="Close"/>.</summary>
    public int OnPool => Volatile.Read(ref _onPool);

    public IReadOnlyList<string> Formats => _decoder.Formats;

    /// <summary>Lets the next images wait.</summary>
    public void Close()
    {
        _open.Reset();
        Volatile.Write(ref _entered, 0);
        Volatile.Write(ref _onPool, 0);
    }

    public void Open() => _open.Set();

    public async Task UntilEnteredAsync(int count)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (Entered < count)
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
    {
        Interlocked.Increment(ref _entered);
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            Interlocked.Increment(ref _onPool);
        }

        _open.Wait();
        return _decoder.TryDecode(encoded, request);
    }

    public void Dispose()
    {
        _open.Set();
        _open.Dispose();
    }

    /// <summary>Starts a server whose model runs one image at a time through the gate.</summary>
    public async Task<ServerHost> StartAsync(Action<ResNetServerOptions>? configure = null)
    {
        ServerHost host = await ServerHost.StartAsync(
            options =>
            {
                options.MaxConcurrentBatches = 1;
                configure?.Invoke(options);
            },
            models => models.AddModel(ServerHost.Model, (_, token) => ResNetClassifier.CreateAsync(
                ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Decoder = this }, cancellationToken: token)));
        host.BeforeDispose = Open;
        return host;
    }
}
