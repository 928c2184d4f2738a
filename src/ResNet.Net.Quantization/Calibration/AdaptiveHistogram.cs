using System.Numerics.Tensors;

namespace ResNet.Net.Quantization;

/// <summary>Represents a histogram of equal-width bins that widen as the range of values grows.</summary>
/// <remarks>
/// The width is a power of two, bin k holds <c>[k * width, (k + 1) * width)</c>, and widening joins bins 2k and 2k + 1. No count is lost or
/// split, so the histogram depends neither on the order of the values nor on their batches.
/// </remarks>
internal sealed class AdaptiveHistogram
{
    // Smaller values are negligible, and the reciprocal of the width is still a finite float.
    private const int SmallestExponent = -120;

    private readonly long[] _counts;
    private readonly int _capacity;
    private int _exponent = SmallestExponent;

    /// <param name="bins">The capacity, from 4. At least half of the bins lie between the smallest and the largest value.</param>
    public AdaptiveHistogram(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 4);
        _capacity = bins;
        _counts = new long[bins];
    }

    /// <summary>Gets the number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the smallest value; infinity if there are none.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>Gets the largest value; negative infinity if there are none.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Gets the width of a bin.</summary>
    public double Width => Math.ScaleB(1, _exponent);

    /// <summary>Gets the number of the first bin in <see cref="Bins"/>, which starts at <c>First * Width</c>.</summary>
    public long First { get; private set; }

    /// <summary>Gets the counts, from the bin of the smallest value to the bin of the largest.</summary>
    public ReadOnlySpan<long> Bins => Count == 0 ? [] : _counts.AsSpan(0, (int)(BinOf(Max) - First) + 1);

    /// <summary>Adds finite values.</summary>
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
        // Turns -0 into 0.
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
