namespace ResNet.Net;

/// <summary>Cubic convolution along one axis (Keys 1981, a = -0.5): four cells and their weights for each position. Cells beyond the edge are the edge's own.</summary>
internal readonly struct CubicTaps
{
    private const int Count = 4;

    private readonly int[] _cells;
    private readonly float[] _weights;

    /// <param name="positions">Where to interpolate: 0 is the center of the first cell, 1 that of the second. NaN: nowhere.</param>
    /// <param name="cells">How many cells there are.</param>
    public CubicTaps(ReadOnlySpan<double> positions, int cells)
    {
        _cells = new int[positions.Length * Count];
        _weights = new float[positions.Length * Count];
        for (int i = 0; i < positions.Length; i++)
        {
            double position = positions[i];
            int first = double.IsNaN(position) ? 0 : (int)Math.Floor(position) - 1;
            for (int tap = 0; tap < Count; tap++)
            {
                _cells[(i * Count) + tap] = Math.Clamp(first + tap, 0, cells - 1);
                _weights[(i * Count) + tap] = (float)Weight(Math.Abs(position - (first + tap)));
            }
        }
    }

    /// <summary>The value at a position, of cells that lie a stride apart; NaN where the position is nowhere.</summary>
    public float At(int position, ReadOnlySpan<float> values, int stride)
    {
        float sum = 0;
        for (int tap = position * Count; tap < (position + 1) * Count; tap++)
        {
            sum += _weights[tap] * values[_cells[tap] * stride];
        }

        return sum;
    }

    private static double Weight(double distance) => distance switch
    {
        <= 1 => (((1.5 * distance) - 2.5) * distance * distance) + 1,
        < 2 => (((((-0.5 * distance) + 2.5) * distance) - 4) * distance) + 2,
        double.NaN => double.NaN,
        _ => 0,
    };
}
