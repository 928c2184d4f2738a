using System.Collections.Concurrent;

namespace ResNet.Net.Tests;

/// <summary>Races, on the system's clock. Checked are counts and invariants, never times.</summary>
public class DynamicBatcherStressTests
{
    [Fact]
    public async Task SubmitAsync_TenThousandConcurrentCallers_LosesNothing()
    {
        const int Callers = 10_000;
        int ran = 0;
        await using DynamicBatcher<int, int> batcher = new(
            async (inputs, _) =>
            {
                Interlocked.Add(ref ran, inputs.Count);
                await Task.Yield();
                return [.. inputs.Select(i => i * 3)];
            },
            new DynamicBatcherOptions { MaxBatchSize = 64, MaxQueueLength = Callers, MaxQueueTime = Timeout.InfiniteTimeSpan });

        int[] results = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(i => Task.Run(() => batcher.SubmitAsync(i))));

        results.Should().Equal(Enumerable.Range(0, Callers).Select(i => i * 3));
        ran.Should().Be(Callers);
        batcher.QueueLength.Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task SubmitAsync_RandomLoadCancellationAndDisposal_EndsEachInputOnce(int seed)
    {
        Random random = new(seed);
        DynamicBatcherOptions options = new()
        {
            MaxBatchSize = random.Next(1, 6),
            MaxConcurrentBatches = random.Next(1, 4),
            MaxQueueLength = random.Next(6, 40),
            MaxQueueDelay = TimeSpan.FromMilliseconds(random.Next(0, 3)),
            MaxQueueTime = TimeSpan.FromMilliseconds(random.Next(4, 20)),
        };
        Load load = new(options);
        DynamicBatcher<int, int> batcher = new(load.RunAsync, options);
        int submitters = 8;
        int perSubmitter = 1500;
        Task[] callers = [.. Enumerable.Range(0, submitters).Select(s => Task.Run(() => load.SubmitAsync(batcher, s, perSubmitter)))];

        Task all = Task.WhenAll(callers);
        await Task.WhenAny(all, load.ReachedAsync(submitters * perSubmitter * 3 / 4));
        if (seed % 2 == 0)
        {
            await batcher.DrainAsync();
            load.Running.Should().Be(0);
        }

        await batcher.DisposeAsync();
        load.Running.Should().Be(0);
        await all.WaitAsync(TimeSpan.FromMinutes(5));

        load.Violations.Should().BeEmpty();
        load.Outcomes.Should().HaveCount(submitters * perSubmitter, "every submission ends exactly once");
        int succeeded = load.Count("success");
        int failed = load.Count("failure");
        succeeded.Should().BePositive();
        load.Ran.Count.Should().BeGreaterThanOrEqualTo(succeeded + failed);
        load.Ran.Values.Should().OnlyContain(runs => runs == 1);
        foreach ((int input, string outcome) in load.Outcomes)
        {
            // An input that was canceled may have run.
            bool ran = load.Ran.ContainsKey(input);
            (outcome is "success" or "failure" ? ran : outcome == "canceled" || !ran).Should().BeTrue($"{outcome} of input {input}");
        }

        batcher.QueueLength.Should().Be(0);
    }

    /// <summary>Submits inputs at random moments, and runs them with random durations and failures.</summary>
    private sealed class Load(DynamicBatcherOptions options)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;
        private int _goal = int.MaxValue;

        public ConcurrentDictionary<int, string> Outcomes { get; } = new();

        public ConcurrentDictionary<int, int> Ran { get; } = new();

        public ConcurrentQueue<string> Violations { get; } = new();

        public int Running => Volatile.Read(ref _running);

        public int Count(string outcome) => Outcomes.Values.Count(o => o == outcome);

        public Task ReachedAsync(int outcomes)
        {
            Volatile.Write(ref _goal, outcomes);
            return _reached.Task;
        }

        public async Task<IReadOnlyList<int>> RunAsync(IReadOnlyList<int> inputs, CancellationToken cancellationToken)
        {
            Require(Interlocked.Increment(ref _running) <= options.MaxConcurrentBatches, "too many runs");
            Require(inputs.Count >= 1 && inputs.Count <= options.MaxBatchSize, $"{inputs.Count} inputs in a batch");
            foreach (int input in inputs)
            {
                Ran.AddOrUpdate(input, 1, (_, runs) => runs + 1);
            }

            try
            {
                switch (Random.Shared.Next(12))
                {
                    case 0:
                        throw new InvalidDataException();
                    case 1:
                        await Task.Delay(Random.Shared.Next(1, 8), cancellationToken);
                        break;
                    case < 6:
                        await Task.Yield();
                        break;
                }

                return [.. inputs.Select(i => -i)];
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }

        public async Task SubmitAsync(DynamicBatcher<int, int> batcher, int submitter, int count)
        {
            Random random = new(submitter);
            List<Task> pending = [];
            for (int i = 0; i < count; i++)
            {
                pending.Add(SubmitOneAsync(batcher, submitter * count + i, random.Next(4)));
                if (random.Next(8) == 0)
                {
                    await Task.WhenAll(pending);
                    pending.Clear();
                }
            }

            await Task.WhenAll(pending);
        }

        private async Task SubmitOneAsync(DynamicBatcher<int, int> batcher, int input, int kind)
        {
            using CancellationTokenSource cancellation = new();
            Task<int> task = batcher.SubmitAsync(input, kind == 0 ? CancellationToken.None : cancellation.Token);
            if (kind == 1)
            {
                _ = Task.Run(cancellation.CancelAsync);
            }
            else if (kind == 2)
            {
                cancellation.CancelAfter(TimeSpan.FromMilliseconds(input % 10));
            }

            string outcome;
            try
            {
                int result = await task;
                outcome = "success";
                Require(result == -input, $"result {result} of input {input}");
            }
            catch (BatcherRejectedException exception)
            {
                outcome = $"{exception.Reason}";
            }
            catch (OperationCanceledException)
            {
                outcome = "canceled";
                Require(kind != 0, "canceled without a token");
            }
            catch (ObjectDisposedException)
            {
                outcome = "disposed";
            }
            catch (InvalidDataException)
            {
                outcome = "failure";
            }

            Require(Outcomes.TryAdd(input, outcome), $"second outcome of input {input}");
            if (Outcomes.Count >= Volatile.Read(ref _goal))
            {
                _reached.TrySetResult();
            }
        }

        private void Require(bool condition, string violation)
        {
            if (!condition)
            {
                Violations.Enqueue(violation);
            }
        }
    }
}
