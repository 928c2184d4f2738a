using System.Globalization;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Scoring;
using ResNet.Net.Onnx;

namespace ResNet.Net.Internals.Golden;

/// <summary>Compares an output with the expected one, element by element.</summary>
internal sealed class OutputComparison(GoldenTolerance tolerance, double? step)
{
    private const int Top5 = 5;

    /// <param name="name">The data set's name.</param>
    /// <param name="expected">What the output must be; finite.</param>
    /// <param name="actual">The output's values, in row-major order.</param>
    /// <param name="shape">The output's shape.</param>
    public GoldenResult Compare(string name, OnnxTensor expected, ReadOnlySpan<float> actual, long[] shape)
    {
        if (!expected.Shape.SequenceEqual(shape))
        {
            return new GoldenResult
            {
                Dataset = name,
                MaxDifference = double.NaN,
                MaxRelativeDifference = double.NaN,
                Allowed = double.NaN,
                Used = double.PositiveInfinity,
                Top1Agrees = false,
                Top5Agrees = false,
                Failure = $"the output has the shape {TensorMetadata.FormatShape(shape)} instead of {TensorMetadata.FormatShape(expected.Shape)}",
            };
        }

        ReadOnlySpan<float> wanted = expected.AsSpan<float>();
        (double largest, double range) = Extent(wanted);
        double fixedPart = (tolerance.OfLargest * largest) + (tolerance.Steps * (step ?? (range / byte.MaxValue)));
        (int worst, double used, double maximum, double allowed) = (0, 0, 0, fixedPart + (tolerance.Relative * Math.Abs((double)wanted[0])));
        for (int i = 0; i < wanted.Length; i++)
        {
            double difference = float.IsFinite(actual[i]) ? Math.Abs((double)actual[i] - wanted[i]) : double.PositiveInfinity;
            double limit = fixedPart + (tolerance.Relative * Math.Abs((double)wanted[i]));
            double part = difference == 0 ? 0 : difference / limit;
            maximum = Math.Max(maximum, difference);
            if (part > used)
            {
                (worst, used, allowed) = (i, part, limit);
            }
        }

        int classes = shape.Length > 1 ? wanted.Length / (int)shape[0] : wanted.Length;
        return new GoldenResult
        {
            Dataset = name,
            MaxDifference = maximum,
            MaxRelativeDifference = maximum == 0 ? 0 : maximum / largest,
            Allowed = allowed,
            Used = used,
            Top1Agrees = SameBest(wanted, actual, classes, 1),
            Top5Agrees = SameBest(wanted, actual, classes, Top5),
            Failure = used <= 1
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"element {worst} of the output is {actual[worst]} instead of {wanted[worst]}; {allowed:G3} is the most that they may differ by"),
        };
    }

    private static (double Largest, double Range) Extent(ReadOnlySpan<float> values)
    {
        double largest = 0, low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs((double)value));
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return (largest, high - low);
    }

    private static bool SameBest(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int classes, int most)
    {
        int count = Math.Min(most, classes);
        int[] left = new int[count];
        int[] right = new int[count];
        for (int row = 0; row < expected.Length; row += classes)
        {
            TopK.Select(expected.Slice(row, classes), left);
            TopK.Select(actual.Slice(row, classes), right);
            if (!left.Order().SequenceEqual(right.Order()))
            {
                return false;
            }
        }

        return true;
    }
}
