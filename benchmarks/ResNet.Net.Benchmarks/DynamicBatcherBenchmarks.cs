using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the overhead of the dynamic batcher per input: a thousand inputs are submitted at once, and their batches return immediately.
/// Each operation is one input.
/// </summary>
public class DynamicBatcherBenchmarks
{
    private const int Inputs = 1000;

    private readonly CancellationTokenSource _cancellation = new();
    private readonly Task<int>[] _tasks = new Task<int>[Inputs];
    private DynamicBatcher<int, int>? _batcher;

    [Params(1, 8, 64)]
    public int MaxBatchSize { get; set; }

    [GlobalSetup]
    public void SetUp()
        => _batcher = new DynamicBatcher<int, int>(
            (inputs, _) => Task.FromResult(inputs), new DynamicBatcherOptions { MaxBatchSize = MaxBatchSize });

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _batcher!.DisposeAsync();
        _cancellation.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Inputs)]
    public Task Submit() => SubmitAll(CancellationToken.None);

    [Benchmark(OperationsPerInvoke = Inputs)]
    public Task SubmitCancelable() => SubmitAll(_cancellation.Token);

    [Benchmark]
    public Task<int> SubmitOne() => _batcher!.SubmitAsync(0);

    private Task<int[]> SubmitAll(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Inputs; i++)
        {
            _tasks[i] = _batcher!.SubmitAsync(i, cancellationToken);
        }

        return Task.WhenAll(_tasks);
    }
}
