using System.Numerics.Tensors;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Compares two images coarsely by their pixels. Embeddings of different images of a narrow subject can be nearly equal.</summary>
/// <param name="backbone">The backbone, whose preprocessing the images get.</param>
internal sealed class PixelComparison(Backbone backbone)
{
    // Small enough that a crop of 5 % moves little between cells.
    private const int Cells = 12;

    private readonly ImagePreprocessor _preprocessor = new(backbone.Profile, backbone.Options.Decoder, backbone.Options.Decoding);

    /// <summary>The correlation of the cells from which two images count as copies.</summary>
    /// <remarks>
    /// Copies of 50 ImageNet photos, recompressed, of half the size, or cropped by 5 %, have at least 0.94.
    /// NearDuplicatesThresholdTests measures it.
    /// </remarks>
    public const double Threshold = 0.9;

    /// <summary>
    /// Returns whether the images show the same pixels, apart from compression, size and a narrow margin; true if one of them cannot be
    /// read any more, since the embeddings suggest it.
    /// </summary>
    public bool AreCopies(LabeledImage first, LabeledImage second)
    {
        try
        {
            return Correlate(first, second) >= Threshold;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ImageDecodeException)
        {
            // A file that disappears after its features are computed must not end the training.
            return true;
        }
    }

    /// <summary>Computes the correlation of the mean colors of 12x12 cells, from -1 to 1; 0 for an image of one color.</summary>
    public double Correlate(LabeledImage first, LabeledImage second)
    {
        double[] left = CellsOf(first);
        double[] right = CellsOf(second);
        double norms = TensorPrimitives.Norm<double>(left) * TensorPrimitives.Norm<double>(right);
        return norms > 0 ? TensorPrimitives.Dot<double>(left, right) / norms : 0;
    }

    private double[] CellsOf(LabeledImage image)
    {
        float[] tensor = new float[_preprocessor.Length];
        _preprocessor.Preprocess(image.Read().Span, tensor);
        (int width, int height) = (_preprocessor.Width, _preprocessor.Height);
        double[] cells = new double[3 * Cells * Cells];
        int[] counts = new int[Cells * Cells];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int cell = (y * Cells / height * Cells) + (x * Cells / width);
                counts[cell]++;
                for (int channel = 0; channel < 3; channel++)
                {
                    cells[(channel * Cells * Cells) + cell] += tensor[(((channel * height) + y) * width) + x];
                }
            }
        }

        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] /= Math.Max(counts[i % counts.Length], 1);
        }

        // Channel by channel, so that channels of different offsets don't correlate by themselves.
        for (int channel = 0; channel < 3; channel++)
        {
            Span<double> plane = cells.AsSpan(channel * counts.Length, counts.Length);
            TensorPrimitives.Subtract(plane, TensorPrimitives.Sum<double>(plane) / plane.Length, plane);
        }

        return cells;
    }
}
