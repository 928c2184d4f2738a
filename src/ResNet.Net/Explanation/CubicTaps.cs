namespace ResNet.Net;

/// <summary>
/// Represents cubic convolution along one axis (Keys 1981, a = -0.5), with four cells and their weights for each position. Edge cells are
/// repeated beyond the edge.
/// </summary>
internal readonly struct CubicTaps
{
    private const int Count = 4;

    private readonly int[] _cells;
    private readonly float[] _weights;

    /// <param name="positions">The positions; 0 is the center of the first cell, 1 that of the second. NaN yields NaN.</param>
    /// <param name="cells">The number of cells.</param>
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

    /// <summary>Interpolates between values that are <paramref name="stride"/> apart.</summary>
    /// <param name="position">The index of the position.</param>
    /// <param name="values">The values of the cells.</param>
    /// <param name="stride">The distance between the values of neighboring cells.</param>
    /// <returns>The value; NaN if the position is NaN.</returns>
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
