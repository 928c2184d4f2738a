using System.Diagnostics;

namespace ResNet.Net.Fuzz;

/// <summary>Creates inputs, has child processes run them, and reports the outcomes.</summary>
internal sealed class FuzzRun(FuzzOptions options)
{
    /// <summary>The processor time that an input may take.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    // A process that ran this many inputs is replaced, so that slow growth is noticed and attributed.
    private const int InputsPerProcess = 50_000;

    // A child process gets this many inputs at a time, so that it need not wait for its parent after each.
    private const int BatchSize = 64;

    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly FuzzReport _report = new(options.Output);

    public int Run()
    {
        using FuzzTarget target = FuzzTargets.All[options.Target]();
        FuzzSource source = new(target, options);
        Console.WriteLine($"{options.Target}: {source.CorpusSize:N0} seeds, {source.TruncationCount:N0} truncations, seed {options.Seed}.");
        Thread[] threads = [.. Enumerable.Range(0, options.Processes).Select(worker => new Thread(() => Work(target, source, worker)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        _report.Write(_watch.Elapsed);
        return _report.FailureCount == 0 ? 0 : 1;
    }

    private void Work(FuzzTarget target, FuzzSource source, int worker)
    {
        FuzzPool pool = new();
        ChildProcess child = new(options.Target);
        List<(long Index, FuzzInput Input)> batch = [];
        for (long index = worker; !IsOver();)
        {
            for (; batch.Count < BatchSize && index < options.Count; index += options.Processes)
            {
                batch.Add((index, source.Create(index, pool)));
            }

            if (batch.Count == 0)
            {
                break;
            }

            // A failure may have an effect on the results after it, so those inputs run again.
            IReadOnlyList<FuzzResult> results = child.Run([.. batch.Select(item => item.Input)]);
            int count = 0;
            bool isFault = false;
            while (count < results.Count && !isFault)
            {
                isFault = IsFault(results[count], target);
                (long at, FuzzInput input) = batch[count];
                if (isFault)
                {
                    Confirm(target, at, input, results[count]);
                }
                else
                {
                    pool.Offer(input, results[count]);
                    Record(input, at, results[count], null, isReproduced: false);
                }

                count++;
            }

            batch.RemoveRange(0, count);
            if (isFault || child.Count >= InputsPerProcess)
            {
                child.Dispose();
                child = new ChildProcess(options.Target);
            }
        }

        child.Dispose();
        lock (_gate)
        {
            _report.Discovered += pool.Count;
        }
    }

    // Runs the input of a failure in a process of its own: another input may have been the cause.
    private void Confirm(FuzzTarget target, long index, FuzzInput input, FuzzResult result)
    {
        using ChildProcess child = new(options.Target);
        FuzzResult again = child.Run([input])[0];
        bool isFault = IsFault(again, target);
        Record(input, index, result, isFault ? again : result, isFault);
    }

    private bool IsOver() => options.Duration > TimeSpan.Zero && _watch.Elapsed > options.Duration;

    private static bool IsFault(FuzzResult result, FuzzTarget target)
        => result.IsFatal || result.Outcome.Fault is not null || result.Time > TimeLimit || result.Growth > target.MemoryLimit;

    private void Record(FuzzInput input, long index, FuzzResult result, FuzzResult? fault, bool isReproduced)
    {
        lock (_gate)
        {
            _report.Add(input, index, result, fault, isReproduced, _watch.Elapsed);
        }
    }
}
