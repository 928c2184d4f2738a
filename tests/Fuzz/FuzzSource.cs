namespace ResNet.Net.Fuzz;

/// <summary>Creates inputs: the corpus itself, then mutations, of which every fifth is a truncation of the corpus. Thread-safe.</summary>
internal sealed class FuzzSource
{
    // Longer files are truncated at this many positions.
    private const int MaxTruncations = 2048;

    private const long TruncationInterval = 5;

    private readonly FuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly IReadOnlyList<FuzzInput> _corpus;
    private readonly List<(int Seed, int Length)> _truncations = [];

    public FuzzSource(FuzzTarget target, FuzzOptions options)
    {
        _target = target;
        _options = options;
        _corpus = target.CreateCorpus();
        for (int seed = 0; seed < _corpus.Count; seed++)
        {
            int length = _corpus[seed].Bytes.Length;
            int positions = Math.Min(length, MaxTruncations);
            for (int i = 0; i < positions; i++)
            {
                _truncations.Add((seed, (int)((long)i * length / positions)));
            }
        }

        // If not all of them fit, every n-th, from all files.
        Stride = (int)(TruncationInterval * _truncations.Count / Math.Max(1, options.Count)) + 1;
        TruncationCount = _truncations.Count / Stride;
    }

    public int CorpusSize => _corpus.Count;

    public int TruncationCount { get; }

    private int Stride { get; }

    /// <summary>Creates an input. It depends on the options, the index and the pool only.</summary>
    public FuzzInput Create(long index, FuzzPool pool)
    {
        Random random = new(unchecked((int)((_options.Seed * 7_919L) + (index * 2_654_435_761L))));
        int settings = random.Next();
        if (index < _corpus.Count)
        {
            return _corpus[(int)index] with { Settings = settings };
        }

        index -= _corpus.Count;
        if (index % TruncationInterval == 0 && index / TruncationInterval < TruncationCount)
        {
            (int seed, int length) = _truncations[(int)(index / TruncationInterval) * Stride];
            return _corpus[seed] with { Settings = settings, Bytes = _corpus[seed].Bytes[..length] };
        }

        FuzzInput original = pool.Count > 0 && random.Next(2) > 0 ? pool.Choose(random) : _corpus[random.Next(_corpus.Count)];
        FuzzInput other = _corpus[random.Next(_corpus.Count)];
        return _target.Mutate(original, other, random) with { Settings = settings };
    }
}

/// <summary>
/// Collects the inputs that had an outcome which no input before them had: another message, or more time or memory than any with the same
/// message. Mutations of them explore further. Not thread-safe.
/// </summary>
internal sealed class FuzzPool
{
    // Some messages contain a part of the input, so that every mutation seems new.
    private const int MaxCountPerOutcome = 300;
    private const int MaxLength = 256 * 1024;

    private readonly HashSet<(string, int, int)> _known = [];
    private readonly Dictionary<(string, string), int> _counts = [];
    private readonly List<FuzzInput> _inputs = [];

    public int Count => _inputs.Count;

    public FuzzInput Choose(Random random) => _inputs[random.Next(_inputs.Count)];

    public void Offer(FuzzInput input, FuzzResult result)
    {
        FuzzOutcome outcome = result.Outcome;
        int time = (int)Math.Log2(Math.Max(1, result.Time.TotalMilliseconds / 8));
        int size = (int)Math.Log2(Math.Max(1, input.Bytes.Length));
        int count = _counts.GetValueOrDefault((outcome.Group, outcome.Name));
        if (count < MaxCountPerOutcome && input.Bytes.Length <= MaxLength
            && _known.Add(($"{outcome.Group} {outcome.Name} {outcome.Shape}", time, size)))
        {
            _inputs.Add(input);
            _counts[(outcome.Group, outcome.Name)] = count + 1;
        }
    }
}
