using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// Holds the memory for the steps between image and tensor. A slot owns it and never shares it; it grows to what the images need. The
/// memory is pinned, and each buffer starts at a cache line, because vectors that straddle two lines take twice as long.
/// </summary>
internal sealed class PreprocessingScratch
{
    private const int CacheLine = 64;

    private PinnedBuffer<byte> _rows;
    private PinnedBuffer<byte> _row;
    private PinnedBuffer<byte> _flattened;
    private PinnedBuffer<byte> _tile;
    private PinnedBuffer<int> _taps;
    private PinnedBuffer<int> _weights;
    private PinnedBuffer<double> _doubles;
    private PinnedBuffer<float> _fractions;
    private PinnedBuffer<float> _floats;
    private PinnedBuffer<short> _shorts;
    private PinnedBuffer<float> _tensor;
    private (Interpolation Interpolation, ResizePlan Plan)? _filter;

    /// <summary>Gets memory for source rows after the horizontal pass.</summary>
    public Span<byte> Rows(int length) => _rows.Get(length);

    /// <summary>Gets memory for one row of the result, before normalization.</summary>
    public Span<byte> Row(int length) => _row.Get(length);

    /// <summary>Gets memory for source rows without alpha.</summary>
    public Span<byte> Flattened(int length) => _flattened.Get(length);

    /// <summary>Gets memory for a transposed part of the source.</summary>
    public Span<byte> Tile(int length) => _tile.Get(length);

    /// <summary>Gets memory for the source positions and the weights of a filter.</summary>
    /// <param name="length">The number of integers.</param>
    /// <param name="interpolation">The interpolation that the filter belongs to.</param>
    /// <param name="plan">The geometry of the filter.</param>
    /// <param name="isCached">Whether the memory holds the filter already, because the previous image had the same geometry.</param>
    /// <returns>The memory. If the filter is not cached, the caller fills it and then calls <see cref="CommitTaps"/>.</returns>
    public Span<int> Taps(int length, Interpolation interpolation, in ResizePlan plan, out bool isCached)
    {
        isCached = _filter == (interpolation, plan);
        if (!isCached)
        {
            _filter = null;
        }

        return _taps.Get(length);
    }

    /// <summary>Marks the filter as complete. If filling it fails before this call, nothing is cached.</summary>
    public void CommitTaps(Interpolation interpolation, in ResizePlan plan) => _filter = (interpolation, plan);

    /// <summary>Gets memory for the float32 weights that belong to <see cref="Taps"/>.</summary>
    public Span<float> Fractions(int length) => _fractions.Get(length);

    public Span<int> Weights(int length) => _weights.Get(length);

    public Span<double> Doubles(int length) => _doubles.Get(length);

    public Span<float> Floats(int length) => _floats.Get(length);

    public Span<short> Shorts(int length) => _shorts.Get(length);

    /// <summary>Gets memory for the whole resampled and normalized image, from which several crops are copied.</summary>
    public Span<float> Tensor(int length) => _tensor.Get(length);

    private struct PinnedBuffer<T>
        where T : unmanaged
    {
        private T[]? _array;
        private int _start;

        public unsafe Span<T> Get(int length)
        {
            int padding = CacheLine / sizeof(T);
            if (_array is null || _array.Length - padding < length)
            {
                long doubled = Math.Min(_array is null ? 0 : (_array.Length - padding) * 2L, Array.MaxLength - padding);
                _array = GC.AllocateUninitializedArray<T>(checked((int)Math.Max(length, doubled) + padding), pinned: true);
                nuint address = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
                _start = (int)((CacheLine - (address % CacheLine)) % CacheLine) / sizeof(T);
            }

            return _array.AsSpan(_start, length);
        }
    }
}
