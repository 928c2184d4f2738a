using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>Represents the shift and scale that give each feature a mean of 0 and a standard deviation of 1.</summary>
/// <param name="Mean">The mean of each feature.</param>
/// <param name="Scale">The reciprocal of the standard deviation; 0 for a constant feature, which thus has no effect.</param>
internal sealed record Standardization(float[] Mean, float[] Scale)
{
    /// <summary>The smallest ratio of standard deviation and mean that is not a rounding error of the features.</summary>
    private const double SmallestRatio = 1.0 / (1 << 22);

    private const double SmallestDeviation = 1e-30;
    private const int RowsPerPart = 4096;

    /// <summary>Measures the features of images, with all views of each.</summary>
    /// <exception cref="TrainingException">A feature is not finite.</exception>
    public static Standardization Measure(TrainingSet set, IReadOnlyList<int> images, int threads)
    {
        int columns = set.Features.Columns;
        double count = (double)images.Count * set.ViewsPerImage;
        double[] mean = Sum(set, images, threads, null);
        for (int i = 0; i < columns; i++)
        {
            mean[i] /= count;
        }

        double[] squares = Sum(set, images, threads, mean);
        float[] scale = new float[columns];
        for (int i = 0; i < columns; i++)
        {
            double deviation = Math.Sqrt(squares[i] / count);
            scale[i] = deviation > SmallestDeviation && deviation > SmallestRatio * Math.Abs(mean[i]) ? (float)(1 / deviation) : 0;
        }

        return new Standardization([.. mean.Select(value => (float)value)], scale);
    }

    /// <summary>Standardizes a row.</summary>
    public void Apply(ReadOnlySpan<float> features, Span<float> standardized)
    {
        TensorPrimitives.Subtract(features, Mean, standardized);
        TensorPrimitives.Multiply(standardized[..features.Length], Scale, standardized);
    }

    /// <summary>Throws if a feature is not finite.</summary>
    /// <exception cref="TrainingException">A feature is not finite.</exception>
    public static void ThrowUnlessFinite(TrainingSet set)
    {
        for (int row = 0; row < set.Features.Rows; row++)
        {
            if (!float.IsFinite(TensorPrimitives.MaxMagnitude(set.Features[row])))
            {
                throw new TrainingException(
                    $"A feature of image {row / set.ViewsPerImage} (row {row}) is not a finite number. "
                    + "Check the backbone and its preprocessing, or delete the feature cache.");
            }
        }
    }

    /// <summary>Sums each feature, or its squared distance from the mean, in parts of fixed size.</summary>
    private static double[] Sum(TrainingSet set, IReadOnlyList<int> images, int threads, double[]? mean)
    {
        int columns = set.Features.Columns;
        int imagesPerPart = Math.Max(1, RowsPerPart / set.ViewsPerImage);
        double[][] parts = new double[(images.Count + imagesPerPart - 1) / imagesPerPart][];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            double[] sum = parts[part] = new double[columns];
            for (int i = part * imagesPerPart; i < Math.Min((part + 1) * imagesPerPart, images.Count); i++)
            {
                for (int view = 0; view < set.ViewsPerImage; view++)
                {
                    ReadOnlySpan<float> row = set.Features[(images[i] * set.ViewsPerImage) + view];
                    for (int column = 0; column < sum.Length; column++)
                    {
                        double distance = mean is null ? 0 : row[column] - mean[column];
                        sum[column] += mean is null ? row[column] : distance * distance;
                    }
                }
            }
        });
        double[] total = new double[columns];
        foreach (double[] part in parts)
        {
            TensorPrimitives.Add(total, part, total);
        }

        return total;
    }
}
