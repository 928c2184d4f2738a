using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// Memory for the steps between image and tensor. Belongs to a slot, grows to what the images need, is never shared. It never moves, and each piece
/// begins at a cache line: vectors that lie across two cost twice.
/// </summary>
internal sealed class PreprocessingScratch
{
    private const int CacheLine = 64;

    private Block<byte> _rows;
    private Block<byte> _row;
    private Block<byte> _flattened;
    private Block<byte> _tile;
    private Block<int> _taps;
    private Block<int> _weights;
    private Block<double> _doubles;
    private Block<float> _fractions;
    private Block<float> _floats;
    private Block<short> _shorts;
    private Block<float> _tensor;
    private (Interpolation Interpolation, ResizePlan Plan)? _filter;

    /// <summary>Source rows after the horizontal pass.</summary>
    public Span<byte> Rows(int length) => _rows.Take(length);

    /// <summary>One row of the result, before it is normalized.</summary>
    public Span<byte> Row(int length) => _row.Take(length);

    /// <summary>Source rows without their alpha.</summary>
    public Span<byte> Flattened(int length) => _flattened.Take(length);

    /// <summary>A part of the source with rows and columns exchanged.</summary>
    public Span<byte> Tile(int length) => _tile.Take(length);

    /// <summary>Where the filter reads, and with which weights.</summary>
    /// <param name="length">How many integers.</param>
    /// <param name="interpolation">Whose filter it is.</param>
    /// <param name="plan">The geometry that it is for.</param>
    /// <param name="known">Whether the filter is there from the last image, which had the same geometry.</param>
    /// <returns>The memory; where the filter is not known, to be filled, and then <see cref="KeepTaps"/>.</returns>
    public Span<int> Taps(int length, Interpolation interpolation, in ResizePlan plan, out bool known)
    {
        known = _filter == (interpolation, plan);
        if (!known)
        {
            _filter = null;
        }

        return _taps.Take(length);
    }

    /// <summary>Says that the filter is complete: a failure before that leaves none to be found.</summary>
    public void KeepTaps(Interpolation interpolation, in ResizePlan plan) => _filter = (interpolation, plan);

    /// <summary>What belongs to <see cref="Taps"/>, in float32.</summary>
    public Span<float> Fractions(int length) => _fractions.Take(length);

    public Span<int> Weights(int length) => _weights.Take(length);

    public Span<double> Doubles(int length) => _doubles.Take(length);

    public Span<float> Floats(int length) => _floats.Take(length);

    public Span<short> Shorts(int length) => _shorts.Take(length);

    /// <summary>The whole resampled image, normalized: what several crops are taken from.</summary>
    public Span<float> Tensor(int length) => _tensor.Take(length);

    private struct Block<T>
        where T : unmanaged
    {
        private T[]? _array;
        private int _start;

        public unsafe Span<T> Take(int length)
        {
            int room = CacheLine / sizeof(T);
            if (_array is null || _array.Length - room < length)
            {
                long doubled = Math.Min(_array is null ? 0 : (_array.Length - room) * 2L, Array.MaxLength - room);
                _array = GC.AllocateUninitializedArray<T>(checked((int)Math.Max(length, doubled) + room), pinned: true);
                nuint address = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
                _start = (int)((CacheLine - (address % CacheLine)) % CacheLine) / sizeof(T);
            }

            return _array.AsSpan(_start, length);
        }
    }
}
