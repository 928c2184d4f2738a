namespace ResNet.Net;

/// <summary>
/// Represents a filter. Each entry describes an output row or column: the first source row or column, their number, and their weights in
/// 22-bit fixed point. Weights may be negative.
/// </summary>
internal readonly ref struct TapTable(Span<int> entries, int taps)
{
    /// <summary>The number of bits in each half of a weight. A half fits the operands of 16-bit multiplications.</summary>
    public const int HalfBits = 11;

    private const int HalfMask = (1 << HalfBits) - 1;

    private readonly Span<int> _entries = entries;
    private readonly int _taps = taps;
    private readonly int _entryLength = EntryLength(taps);

    /// <summary>Gets the number of output rows or columns.</summary>
    public int Count => _entries.Length / _entryLength;

    /// <summary>Gets the first source row or column of all entries.</summary>
    public int First => Start(0);

    /// <summary>Gets the end (exclusive) of the source rows or columns of all entries. Starts and ends never decrease.</summary>
    public int End => Start(Count - 1) + Length(Count - 1);

    /// <summary>Gets the number of integers per entry: start, length, weights, packed weights.</summary>
    public static int EntryLength(int taps) => checked(2 + taps + ((taps + 1) / 2 * 2));

    public int Start(int index) => _entries[index * _entryLength];

    public int Length(int index) => _entries[(index * _entryLength) + 1];

    public ReadOnlySpan<int> Weights(int index) => _entries.Slice((index * _entryLength) + 2, Length(index));

    /// <summary>
    /// Gets the weights in pairs: the upper halves of both weights, that of the first in the lower 16 bits, followed by their lower halves.
    /// The upper half of a negative weight is negative, the lower half never is.
    /// An odd number of weights is padded with 0.
    /// </summary>
    public ReadOnlySpan<int> PackedWeights(int index) => _entries.Slice((index * _entryLength) + 2 + _taps, (Length(index) + 1) / 2 * 2);

    /// <summary>Sets an entry.</summary>
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
            packed[k] = ((first >> HalfBits) & 0xFFFF) | (second >> HalfBits << 16);
            packed[k + 1] = (first & HalfMask) | ((second & HalfMask) << 16);
        }
    }
}
