using System.Numerics.Tensors;

namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>
/// Counts values in bins of equal width that widen as values come. The width is a power of two, bin k holds <c>[k width, (k + 1) width)</c>, and widening joins the bins 2k and 2k + 1:
/// no count is lost or split, and the histogram depends on the values alone, not on their order or the batches they came in.
/// </summary>
internal sealed class AdaptiveHistogram
{
    // Below this everything is zero to a float of any use, and the reciprocal of the width is still finite.
    private const int SmallestExponent = -120;

    private readonly long[] _counts;
    private readonly int _capacity;
    private int _exponent = SmallestExponent;

    /// <param name="bins">At least half as many bins lie between the smallest and the largest value: from 4.</param>
    public AdaptiveHistogram(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 4);
        _capacity = bins;
        _counts = new long[bins];
    }

    /// <summary>Values counted.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest value; meaningless before the first.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>The largest value; meaningless before the first.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>The width of a bin.</summary>
    public double Width => Math.ScaleB(1, _exponent);

    /// <summary>The number of the first bin in <see cref="Bins"/>: it begins at <c>First * Width</c>.</summary>
    public long First { get; private set; }

    /// <summary>The counts, from the smallest value's bin to the largest one's.</summary>
    public ReadOnlySpan<long> Bins => Count == 0 ? [] : _counts.AsSpan(0, (int)(BinOf(Max) - First) + 1);

    /// <param name="values">Finite values.</param>
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        Widen(Math.Min(Min, TensorPrimitives.Min(values)), Math.Max(Max, TensorPrimitives.Max(values)));
        float perWidth = MathF.ScaleB(1, -_exponent);
        int first = checked((int)First);
        long[] counts = _counts;
        foreach (float value in values)
        {
            // Exact: the factor is a power of two.
            counts[(int)MathF.Floor(value * perWidth) - first]++;
        }

        Count += values.Length;
    }

    private long BinOf(double value) => (long)Math.Floor(Math.ScaleB(value, -_exponent));

    private void Widen(float min, float max)
    {
        // -0 and 0 are one value.
        (min, max) = (min + 0f, max + 0f);
        int joined = 0;
        while (Math.Floor(Math.ScaleB(max, -_exponent - joined)) - Math.Floor(Math.ScaleB(min, -_exponent - joined)) >= _capacity
            || Math.Max(Math.Abs(min), Math.Abs(max)) >= Math.ScaleB(int.MaxValue / 2, _exponent + joined))
        {
            joined++;
        }

        long oldFirst = First;
        int oldLength = Bins.Length;
        _exponent += joined;
        (Min, Max) = (min, max);
        First = BinOf(min);
        if (oldLength == 0)
        {
            return;
        }

        long[] old = _counts.AsSpan(0, oldLength).ToArray();
        Array.Clear(_counts);
        for (int i = 0; i < oldLength; i++)
        {
            _counts[(int)(((oldFirst + i) >> joined) - First)] += old[i];
        }
    }
}
