
namespace ResNet.Net.Extensions.Tests;

/// <summary>Creates a classifier when the test allows it, or fails.</summary>
internal sealed class SlowSource
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    /// <summary>The number of calls that fail before the first success.</summary>
    public int Failures { get; init; }

    public int Calls => Volatile.Read(ref _calls);

    public Task Started => _started.Task;

    /// <summary>The last created classifier.</summary>
    public ResNetClassifier? Made { get; private set; }

    public void GoOn() => _goOn.TrySetResult();

    public async Task<ResNetClassifier> CreateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        int call = Interlocked.Increment(ref _calls);
        _started.TrySetResult();
        await _goOn.Task.WaitAsync(cancellationToken);
        if (call <= Failures)
        {
            throw new ModelUnavailableException("model", $"attempt {call} failed");
        }

        return Made = await ResNetClassifier.CreateAsync(ResNetVariant.Cifar10ResNet20, cancellationToken: cancellationToken);
    }

    /// <summary>Reads the bytes of the embedded model.</summary>
    public static byte[] EmbeddedModel()
    {
        using UnmanagedMemoryStream stream = EmbeddedResource.Open("resnet20-cifar10.onnx");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
