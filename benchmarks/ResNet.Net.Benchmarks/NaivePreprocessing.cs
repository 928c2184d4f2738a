namespace ResNet.Net.Benchmarks;

/// <summary>
/// Preprocesses with typical hand-written loops: a two-pass, per-pixel, antialiased bilinear resize of the whole image, a crop, and a loop
/// over a four-dimensional tensor. This is the baseline.
/// </summary>
internal static class NaivePreprocessing
{
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Std = [0.229f, 0.224f, 0.225f];

    public static Tensor4 Run(byte[] rgb, int width, int height)
    {
        double scale = 256.0 / Math.Min(width, height);
        (int newWidth, int newHeight) = ((int)(width * scale), (int)(height * scale));
        byte[] resized = Resize(rgb, width, height, newWidth, newHeight);
        (int left, int top) = ((newWidth - 224) / 2, (newHeight - 224) / 2);
        byte[] cropped = new byte[224 * 224 * 3];
        for (int y = 0; y < 224; y++)
        {
            for (int x = 0; x < 224; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    cropped[(((y * 224) + x) * 3) + c] = resized[((((top + y) * newWidth) + left + x) * 3) + c];
                }
            }
        }

        return Normalize(cropped);
    }

    /// <param name="rgb">224x224 pixels.</param>
    public static Tensor4 Normalize(byte[] rgb)
    {
        Tensor4 input = new(1, 3, 224, 224);
        for (int y = 0; y < 224; y++)
        {
            for (int x = 0; x < 224; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    input[0, c, y, x] = ((rgb[(((y * 224) + x) * 3) + c] / 255f) - Mean[c]) / Std[c];
                }
            }
        }

        return input;
    }

    private static byte[] Resize(byte[] rgb, int width, int height, int newWidth, int newHeight)
    {
        byte[] intermediate = new byte[newWidth * height * 3];
        (int Start, float[] Weights)[] columns = Weights(width, newWidth);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                (int start, float[] weights) = columns[x];
                for (int c = 0; c < 3; c++)
                {
                    float sum = 0;
                    for (int k = 0; k < weights.Length; k++)
                    {
                        sum += weights[k] * rgb[(((y * width) + start + k) * 3) + c];
                    }

                    intermediate[(((y * newWidth) + x) * 3) + c] = (byte)Math.Clamp(sum + 0.5f, 0, 255);
                }
            }
        }

        byte[] result = new byte[newWidth * newHeight * 3];
        (int Start, float[] Weights)[] rows = Weights(height, newHeight);
        for (int y = 0; y < newHeight; y++)
        {
            (int start, float[] weights) = rows[y];
            for (int x = 0; x < newWidth; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    float sum = 0;
                    for (int k = 0; k < weights.Length; k++)
                    {
                        sum += weights[k] * intermediate[((((start + k) * newWidth) + x) * 3) + c];
                    }

                    result[(((y * newWidth) + x) * 3) + c] = (byte)Math.Clamp(sum + 0.5f, 0, 255);
                }
            }
        }

        return result;
    }

    private static (int Start, float[] Weights)[] Weights(int size, int newSize)
    {
        (int Start, float[] Weights)[] all = new (int, float[])[newSize];
        float scale = (float)size / newSize;
        float support = Math.Max(scale, 1);
        for (int i = 0; i < newSize; i++)
        {
            float center = (i + 0.5f) * scale;
            int start = Math.Max((int)(center - support + 0.5f), 0);
            int end = Math.Min((int)(center + support + 0.5f), size);
            float[] weights = new float[end - start];
            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] = Math.Max(0, 1 - Math.Abs((start + k + 0.5f - center) / support));
            }

            float sum = weights.Sum();
            all[i] = (start, [.. weights.Select(weight => weight / sum)]);
        }

        return all;
    }
}
