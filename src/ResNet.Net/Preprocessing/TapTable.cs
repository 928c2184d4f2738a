namespace ResNet.Net;

/// <summary>For every output row or column of a filter: the first source row or column, how many, and their weights in 22-bit fixed point.</summary>
internal readonly ref struct TapTable(Span<int> entries, int taps)
{
    /// <summary>A weight is an upper and a lower half of so many bits, which 16-bit multiplications take.</summary>
    public const int HalfBits = 11;

    private const int HalfMask = (1 << HalfBits) - 1;

    private readonly Span<int> _entries = entries;
    private readonly int _taps = taps;
    private readonly int _entryLength = EntryLength(taps);

    public int Count => _entries.Length / _entryLength;

    /// <summary>The first source row or column of all.</summary>
    public int First => Start(0);

    /// <summary>One more than the last source row or column of all: starts and ends never go back.</summary>
    public int End => Start(Count - 1) + Length(Count - 1);

    /// <summary>Integers that an entry takes: start, length, weights, packed weights.</summary>
    public static int EntryLength(int taps) => checked(2 + taps + ((taps + 1) / 2 * 2));

    public int Start(int index) => _entries[index * _entryLength];

    public int Length(int index) => _entries[(index * _entryLength) + 1];

    public ReadOnlySpan<int> Weights(int index) => _entries.Slice((index * _entryLength) + 2, Length(index));

    /// <summary>
    /// The weights by twos: the upper halves of both, the first one's in the lower 16 bits; then their lower halves. After an odd number a 0 makes the last pair.
    /// </summary>
    public ReadOnlySpan<int> PackedWeights(int index) => _entries.Slice((index * _entryLength) + 2 + _taps, (Length(index) + 1) / 2 * 2);

    /// <summary>Writes an entry.</summary>
    public void Set(int index, int start, ReadOnlySpan<int> weights)
    {
        Span<int> entry = _entries.Slice(index * _entryLength, _entryLength);
        entry[0] = start;
        entry[1] = weights.Length;
        weights.CopyTo(entry[2..]);
        Span<int> packed = entry[(2 + _taps)..];
        for (int k = 0; k < weights.Length; k += 2)
        {
            int first = weights[k];
            int second = k + 1 < weights.Length ? weights[k + 1] : 0;
            packed[k] = (first >> HalfBits) | (second >> HalfBits << 16);
            packed[k + 1] = (first & HalfMask) | ((second & HalfMask) << 16);
        }
    }
}
