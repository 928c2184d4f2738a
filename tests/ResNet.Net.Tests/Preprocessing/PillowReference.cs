namespace ResNet.Net.Tests;

/// <summary>
/// Implements Pillow's bilinear and bicubic resampling for the whole image, step by step after libImaging/Resample.c: precompute_coeffs,
/// normalize_coeffs_8bpc, ImagingResampleHorizontal_8bpc, ImagingResampleVertical_8bpc. It is slow and shares no code with the library.
/// </summary>
internal static class PillowReference
{
    private const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Resizes packed pixels.</summary>
    /// <returns>The packed pixels, <c>[newHeight, newWidth, channels]</c>.</returns>
    public static byte[] Resize(
        byte[] pixels, int width, int height, int channels, int newWidth, int newHeight, bool isBicubic = false)
    {
        (int[] starts, int[] lengths, int[][] weights) = Coefficients(width, newWidth, isBicubic);
        byte[] intermediate = new byte[newWidth * height * channels];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    int sum = 1 << (PrecisionBits - 1);
                    for (int k = 0; k < lengths[x]; k++)
                    {
                        sum += pixels[(((y * width) + starts[x] + k) * channels) + c] * weights[x][k];
                    }

                    intermediate[(((y * newWidth) + x) * channels) + c] = Clip8(sum);
                }
            }
        }

        (starts, lengths, weights) = Coefficients(height, newHeight, isBicubic);
        byte[] result = new byte[newWidth * newHeight * channels];
        int row = newWidth * channels;
        for (int y = 0; y < newHeight; y++)
        {
            for (int i = 0; i < row; i++)
            {
                int sum = 1 << (PrecisionBits - 1);
                for (int k = 0; k < lengths[y]; k++)
                {
                    sum += intermediate[((starts[y] + k) * row) + i] * weights[y][k];
                }

                result[(y * row) + i] = Clip8(sum);
            }
        }

        return result;
    }

    private static byte Clip8(int sum)
    {
        int value = sum >> PrecisionBits;
        return value < 0 ? (byte)0 : value > 255 ? (byte)255 : (byte)value;
    }

    private static (int[] Starts, int[] Lengths, int[][] Weights) Coefficients(int inSize, int outSize, bool isBicubic)
    {
        double scale = (double)inSize / outSize;
        double filterScale = scale < 1.0 ? 1.0 : scale;
        double support = (isBicubic ? 2.0 : 1.0) * filterScale;
        int[] starts = new int[outSize];
        int[] lengths = new int[outSize];
        int[][] weights = new int[outSize][];
        for (int xx = 0; xx < outSize; xx++)
        {
            double center = (xx + 0.5) * scale;
            double ww = 0.0;
            double ss = 1.0 / filterScale;
            int xmin = (int)(center - support + 0.5);
            if (xmin < 0)
            {
                xmin = 0;
            }

            int xmax = (int)(center + support + 0.5);
            if (xmax > inSize)
            {
                xmax = inSize;
            }

            xmax -= xmin;
            double[] k = new double[xmax];
            for (int x = 0; x < xmax; x++)
            {
                double distance = (x + xmin - center + 0.5) * ss;
                k[x] = isBicubic ? Bicubic(distance) : Bilinear(distance);
                ww += k[x];
            }

            for (int x = 0; x < xmax; x++)
            {
                if (ww != 0.0)
                {
                    k[x] /= ww;
                }
            }

            starts[xx] = xmin;
            lengths[xx] = xmax;
            weights[xx] = [.. k.Select(w => w < 0 ? (int)(-0.5 + (w * (1 << PrecisionBits))) : (int)(0.5 + (w * (1 << PrecisionBits))))];
        }

        return (starts, lengths, weights);
    }

    private static double Bilinear(double x)
    {
        if (x < 0.0)
        {
            x = -x;
        }

        return x < 1.0 ? 1.0 - x : 0.0;
    }

    private static double Bicubic(double x)
    {
        const double a = -0.5;
        if (x < 0.0)
        {
            x = -x;
        }

        if (x < 1.0)
        {
            return ((((a + 2.0) * x) - (a + 3.0)) * x * x) + 1;
        }

        return x < 2.0 ? ((((x - 5) * x) + 8) * x - 4) * a : 0.0;
    }
}
