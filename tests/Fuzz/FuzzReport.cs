namespace ResNet.Net.Fuzz;

/// <summary>Counts outcomes, saves the inputs of failures, and prints both. Not thread-safe.</summary>
internal sealed class FuzzReport(string folder)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<string, SortedDictionary<string, long>> _counts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _passed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _faults = [];
    private TimeSpan _nextLine = Interval;
    private long _count;
    private long _notReproduced;
    private long _peak;
    private (TimeSpan Time, string Name) _slowest = (TimeSpan.Zero, "none");

    public long FailureCount { get; private set; }

    public int Discovered { get; set; }

    public void Add(FuzzInput input, long index, FuzzResult result, FuzzResult? fault, bool isReproduced, TimeSpan elapsed)
    {
        _count++;
        FuzzOutcome outcome = result.Outcome;
        SortedDictionary<string, long> row = _counts.TryGetValue(outcome.Group, out SortedDictionary<string, long>? existing)
            ? existing
            : _counts[outcome.Group] = new SortedDictionary<string, long>(StringComparer.Ordinal);
        row[outcome.Name] = row.GetValueOrDefault(outcome.Name) + 1;
        foreach (string stage in outcome.Passed.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            _passed[stage] = _passed.GetValueOrDefault(stage) + 1;
        }

        if (fault is null)
        {
            _peak = Math.Max(_peak, result.Growth);
            _slowest = result.Time > _slowest.Time ? (result.Time, $"input {index}, {outcome.Group}, {outcome.Name}") : _slowest;
        }
        else
        {
            AddFault(input, index, fault, isReproduced);
        }

        if (elapsed > _nextLine)
        {
            _nextLine += Interval;
            Console.WriteLine($"{elapsed:hh\\:mm\\:ss}  {_count:N0} inputs, {FailureCount} failures");
        }
    }

    public void Write(TimeSpan elapsed)
    {
        Console.WriteLine();
        Console.WriteLine("| kind | outcome | inputs |");
        Console.WriteLine("|---|---|---|");
        foreach ((string group, SortedDictionary<string, long> row) in _counts)
        {
            foreach ((string name, long count) in row)
            {
                Console.WriteLine($"| {group} | {name} | {count:N0} |");
            }
        }

        if (_passed.Count > 0)
        {
            Console.WriteLine();
            Console.WriteLine("| stage | inputs that it accepted | share |");
            Console.WriteLine("|---|---|---|");
            foreach ((string stage, long count) in _passed)
            {
                Console.WriteLine($"| {stage} | {count:N0} | {(double)count / _count:P1} |");
            }
        }

        Console.WriteLine();
        Console.WriteLine(
            $"{_count:N0} inputs in {elapsed:hh\\:mm\\:ss}: {FailureCount} failures; {_notReproduced} not reproduced in a new process. "
            + $"{Discovered:N0} inputs became seeds.");
        Console.WriteLine(
            $"Slowest: {_slowest.Time.TotalMilliseconds:F0} ms of processor time ({_slowest.Name}). "
            + $"Peak memory: {_peak / 1e6:F0} MB above the process.");
        foreach ((string fault, int count) in _faults)
        {
            Console.WriteLine($"{count} x {fault}");
        }
    }

    private void AddFault(FuzzInput input, long index, FuzzResult fault, bool isReproduced)
    {
        if (!isReproduced)
        {
            _notReproduced++;
        }
        else
        {
            FailureCount++;
        }

        string name = !isReproduced ? "unreproduced"
            : fault.Outcome.Fault is not null ? fault.Outcome.Name
            : fault.Time > FuzzRun.TimeLimit ? "slow"
            : "memory";
        string description = $"{input.Kind} {name}: {fault.Time.TotalMilliseconds:F0} ms, {fault.Growth / 1e6:F0} MB, "
            + (fault.Outcome.Fault ?? fault.Outcome.Shape);
        string kind = $"{input.Kind} {name}: {FirstFrames(fault.Outcome.Fault ?? fault.Outcome.Shape)}";
        int seen = _faults[kind] = _faults.GetValueOrDefault(kind) + 1;
        const int SavedPerKind = 5;
        if (seen <= SavedPerKind)
        {
            Directory.CreateDirectory(folder);
            string path = Path.Combine(folder, FuzzReplay.NameOf(input, name, index));
            File.WriteAllBytes(path, input.Bytes);
            File.WriteAllText($"{path}.txt", description);
            Console.WriteLine($"{kind}\n  {path}");
        }
    }

    private static string FirstFrames(string fault)
    {
        string[] lines = fault.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string frames = string.Join(" ", lines.Where(line => line.StartsWith("at ", StringComparison.Ordinal)).Take(3));
        return frames.Length > 0 ? $"{FuzzOutcome.ShapeOf(lines[0])} {frames}" : FuzzOutcome.ShapeOf(fault);
    }
}
