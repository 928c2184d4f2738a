using System.Threading.Channels;

namespace ResNet.Net.Tests;

/// <summary>A function for a batcher of integers. Each run ends when the test ends it; the result of an input is its text.</summary>
internal sealed class ControlledRuns
{
    // Keeps a failed test from waiting forever.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Channel<ControlledRun> _started = Channel.CreateUnbounded<ControlledRun>();

    public Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<int> inputs, CancellationToken cancellationToken)
    {
        ControlledRun run = new(inputs, cancellationToken);
        _started.Writer.TryWrite(run);
        return run.Task.WaitAsync(Limit, CancellationToken.None);
    }

    /// <summary>Waits for the next run.</summary>
    public async Task<ControlledRun> NextAsync() => await _started.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    /// <summary>Ends the next runs one after the other, and returns their inputs.</summary>
    public async Task<List<int[]>> CompleteAsync(int runs)
    {
        List<int[]> inputs = [];
        for (int i = 0; i < runs; i++)
        {
            ControlledRun run = await NextAsync();
            inputs.Add([.. run.Inputs]);
            run.Complete();
        }

        return inputs;
    }
}

internal sealed class ControlledRun(IReadOnlyList<int> inputs, CancellationToken token)
{
    private readonly TaskCompletionSource<IReadOnlyList<string>> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<int> Inputs { get; } = inputs;

    public CancellationToken Token { get; } = token;

    public Task<IReadOnlyList<string>> Task => _source.Task;

    public void Complete() => Complete([.. Inputs.Select(i => $"{i}")]);

    public void Complete(IReadOnlyList<string>? results) => _source.SetResult(results!);

    public void Fail(Exception exception) => _source.SetException(exception);
}
