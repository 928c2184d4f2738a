namespace ResNet.Net;

/// <summary>
/// Represents the areas of INTER_AREA along one axis. Each entry describes an output row or column: the first source row or column, their
/// number, and their weights.
/// </summary>
internal readonly ref struct AreaTable(Span<int> positions, Span<float> weights, int taps)
{
    // Slivers of an area that are not larger than this are ignored.
    private const double Tolerance = 1e-3;

    private readonly Span<int> _positions = positions;
    private readonly Span<float> _weights = weights;
    private readonly int _taps = taps;

    /// <summary>Gets the number of output rows or columns.</summary>
    public int Count => _positions.Length / 2;

    /// <summary>Gets the largest number of weights per entry.</summary>
    public static int MaxTaps(double scale) => checked((int)Math.Ceiling(scale) + 2);

    public int Start(int index) => _positions[2 * index];

    public int Length(int index) => _positions[(2 * index) + 1];

    public ReadOnlySpan<float> Weights(int index) => _weights.Slice(index * _taps, Length(index));

    /// <summary>Computes the entries like computeResizeAreaTab of OpenCV.</summary>
    /// <param name="first">The first output row or column.</param>
    /// <param name="sourceSize">The number of source rows or columns.</param>
    /// <param name="scale">The number of source rows or columns per output row or column, at least 1.</param>
    public void Fill(int first, int sourceSize, double scale)
    {
        for (int i = 0; i < Count; i++)
        {
            Span<float> weights = _weights.Slice(i * _taps, _taps);
            double from = (first + i) * scale;
            double to = from + scale;
            double length = Math.Min(scale, sourceSize - from);
            int last = Math.Min((int)Math.Floor(to), sourceSize - 1);
            int start = Math.Min((int)Math.Ceiling(from), last);
            int count = 0;
            _positions[2 * i] = start;
            if (start - from > Tolerance)
            {
                _positions[2 * i] = start - 1;
                weights[count++] = (float)((start - from) / length);
            }

            weights.Slice(count, last - start).Fill((float)(1.0 / length));
            count += last - start;
            if (to - last > Tolerance)
            {
                weights[count++] = (float)(Math.Min(Math.Min(to - last, 1.0), length) / length);
            }

            _positions[(2 * i) + 1] = count;
        }
    }
}
