namespace ResNet.Net.Internals.Preprocessing;

/// <summary>For every output row or column of a filter: the first source row or column, how many, and their weights.</summary>
internal readonly ref struct TapTable(Span<int> entries, int taps)
{
    private readonly Span<int> _entries = entries;
    private readonly int _entryLength = EntryLength(taps);

    public int Count => _entries.Length / _entryLength;

    /// <summary>The first source row or column of all.</summary>
    public int First => Start(0);

    /// <summary>One more than the last source row or column of all: starts and ends never go back.</summary>
    public int End => Start(Count - 1) + Length(Count - 1);

    /// <summary>Integers that an entry takes.</summary>
    public static int EntryLength(int taps) => taps + 2;

    public int Start(int index) => _entries[index * _entryLength];

    public int Length(int index) => _entries[(index * _entryLength) + 1];

    public ReadOnlySpan<int> Weights(int index) => _entries.Slice((index * _entryLength) + 2, Length(index));

    public Span<int> Set(int index, int start, int length)
    {
        _entries[index * _entryLength] = start;
        _entries[(index * _entryLength) + 1] = length;
        return _entries.Slice((index * _entryLength) + 2, length);
    }
}
