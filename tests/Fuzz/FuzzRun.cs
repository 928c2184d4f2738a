using System.Diagnostics;

namespace ResNet.Net.Fuzz;

/// <summary>Creates inputs, has child processes run them, and reports the outcomes.</summary>
internal sealed class FuzzRun(FuzzOptions options)
{
    /// <summary>The processor time that an input may take.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    // A process that ran this many inputs is replaced, so that slow growth is noticed and attributed.
    private const int InputsPerProcess = 50_000;

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
        for (long index = worker; index < options.Count && !IsOver(); index += options.Processes)
        {
            FuzzInput input = source.Create(index, pool);
            FuzzResult result = child.Run(input);
            if (IsFault(result, target))
            {
                child.Dispose();
                child = new ChildProcess(options.Target);

                // Once more in a new process: another input may have been the cause.
                FuzzResult again = child.Run(input);
                bool isFault = IsFault(again, target);
                Record(input, index, result, isFault ? again : result, isFault);
                if (isFault)
                {
                    child.Dispose();
                    child = new ChildProcess(options.Target);
                }
            }
            else
            {
                pool.Offer(input, result);
                Record(input, index, result, null, isReproduced: false);
                if (child.Count >= InputsPerProcess)
                {
                    child.Dispose();
                    child = new ChildProcess(options.Target);
                }
            }
        }

        child.Dispose();
        lock (_gate)
        {
            _report.Discovered += pool.Count;
        }
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
