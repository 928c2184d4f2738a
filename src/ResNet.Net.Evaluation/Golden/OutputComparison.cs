using System.Globalization;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Compares an output with the expected one, element by element.</summary>
internal sealed class OutputComparison(GoldenTolerance tolerance, double? step)
{
    private const int Top5 = 5;

    /// <param name="name">The dataset's name.</param>
    /// <param name="expected">The expected output, which is finite.</param>
    /// <param name="actual">The values of the output in row-major order.</param>
    /// <param name="shape">The shape of the output.</param>
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
                Failure = $"the output has shape {TensorMetadata.FormatShape(shape)} "
                    + $"instead of {TensorMetadata.FormatShape(expected.Shape)}",
            };
        }

        ReadOnlySpan<float> reference = expected.AsSpan<float>();
        (double largest, double range) = Extent(reference);
        double fixedPart = (tolerance.RelativeToMax * largest) + (tolerance.Steps * (step ?? (range / byte.MaxValue)));
        double first = fixedPart + (tolerance.Relative * Math.Abs((double)reference[0]));
        (int worst, double used, double maximum, double allowed) = (0, 0, 0, first);
        for (int i = 0; i < reference.Length; i++)
        {
            double difference = float.IsFinite(actual[i]) ? Math.Abs((double)actual[i] - reference[i]) : double.PositiveInfinity;
            double limit = fixedPart + (tolerance.Relative * Math.Abs((double)reference[i]));
            double part = difference == 0 ? 0 : difference / limit;
            maximum = Math.Max(maximum, difference);
            if (part > used)
            {
                (worst, used, allowed) = (i, part, limit);
            }
        }

        int classes = shape.Length > 1 ? reference.Length / (int)shape[0] : reference.Length;
        return new GoldenResult
        {
            Dataset = name,
            MaxDifference = maximum,
            MaxRelativeDifference = maximum == 0 ? 0 : maximum / largest,
            Allowed = allowed,
            Used = used,
            Top1Agrees = SameBest(reference, actual, classes, 1),
            Top5Agrees = SameBest(reference, actual, classes, Top5),
            Failure = used <= 1
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"element {worst} of the output is {actual[worst]} instead of {reference[worst]}; "
                    + $"the allowed difference is {allowed:G3}"),
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
