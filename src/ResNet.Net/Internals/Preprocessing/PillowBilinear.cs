namespace ResNet.Net.Internals.Preprocessing;

/// <summary>
/// Pillow's antialiased bilinear resampling (libImaging/Resample.c): a triangle filter as wide as the scale, weights in 22-bit fixed
/// point, a horizontal and then a vertical pass with bytes between. Only the rows and columns of the crop are computed.
/// </summary>
internal static class PillowBilinear
{
    private const int PrecisionBits = 32 - 8 - 2;
    private const int Half = 1 << (PrecisionBits - 1);

    /// <param name="source">The picture.</param>
    /// <param name="plan">Its geometry.</param>
    /// <param name="rgb">The crop, packed RGB, <c>[Height, Width, 3]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public static void Resample(in PixelView source, in ResizePlan plan, Span<byte> rgb, PreprocessingScratch scratch)
    {
        int columnTaps = TapCount(plan.SourceWidth, plan.ScaledWidth);
        int rowTaps = TapCount(plan.SourceHeight, plan.ScaledHeight);
        int columnEntry = columnTaps + 2;
        int rowEntry = rowTaps + 2;
        Span<int> weights = scratch.Weights((plan.Width * columnEntry) + (plan.Height * rowEntry));
        Span<int> columns = weights[..(plan.Width * columnEntry)];
        Span<int> rows = weights[(plan.Width * columnEntry)..];
        ComputeWeights(columns, columnTaps, plan.SourceWidth, plan.ScaledWidth, plan.Left, plan.Width, scratch);
        ComputeWeights(rows, rowTaps, plan.SourceHeight, plan.ScaledHeight, plan.Top, plan.Height, scratch);

        int firstColumn = columns[0];
        int lastColumn = columns[(plan.Width - 1) * columnEntry] + columns[((plan.Width - 1) * columnEntry) + 1];
        int firstRow = rows[0];
        int lastRow = rows[(plan.Height - 1) * rowEntry] + rows[((plan.Height - 1) * rowEntry) + 1];
        int stride = plan.Width * 3;
        Span<byte> between = scratch.Bytes(checked((lastRow - firstRow) * stride));
        Span<byte> buffer = scratch.Row((lastColumn - firstColumn) * 3);
        for (int y = firstRow; y < lastRow; y++)
        {
            ReadOnlySpan<byte> row = RowReader.Read(source, y, firstColumn, lastColumn - firstColumn, buffer);
            HorizontalPass(row, firstColumn, columns, columnEntry, between.Slice((y - firstRow) * stride, stride));
        }

        for (int y = 0; y < plan.Height; y++)
        {
            ReadOnlySpan<int> entry = rows.Slice(y * rowEntry, rowEntry);
            VerticalPass(between[((entry[0] - firstRow) * stride)..], stride, entry.Slice(2, entry[1]), rgb.Slice(y * stride, stride));
        }
    }

    private static void HorizontalPass(ReadOnlySpan<byte> row, int firstColumn, ReadOnlySpan<int> columns, int entryLength, Span<byte> output)
    {
        for (int x = 0; x < output.Length / 3; x++)
        {
            ReadOnlySpan<int> entry = columns.Slice(x * entryLength, entryLength);
            ReadOnlySpan<byte> pixels = row[((entry[0] - firstColumn) * 3)..];
            int red = Half, green = Half, blue = Half;
            for (int k = 0; k < entry[1]; k++)
            {
                int weight = entry[k + 2];
                red += pixels[3 * k] * weight;
                green += pixels[(3 * k) + 1] * weight;
                blue += pixels[(3 * k) + 2] * weight;
            }

            output[3 * x] = Clip(red);
            output[(3 * x) + 1] = Clip(green);
            output[(3 * x) + 2] = Clip(blue);
        }
    }

    private static void VerticalPass(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<int> weights, Span<byte> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            int sum = Half;
            for (int k = 0; k < weights.Length; k++)
            {
                sum += rows[(k * stride) + i] * weights[k];
            }

            output[i] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

    private static double Support(int sourceSize, int scaledSize) => Math.Max((double)sourceSize / scaledSize, 1.0);

    private static int TapCount(int sourceSize, int scaledSize) => ((int)Math.Ceiling(Support(sourceSize, scaledSize)) * 2) + 1;

    // An entry a pixel: the first source pixel, how many, their weights.
    private static void ComputeWeights(Span<int> entries, int taps, int sourceSize, int scaledSize, int first, int count, PreprocessingScratch scratch)
    {
        double scale = (double)sourceSize / scaledSize;
        double support = Support(sourceSize, scaledSize);
        double inverse = 1.0 / support;
        Span<double> exact = scratch.Doubles(taps);
        for (int i = 0; i < count; i++)
        {
            Span<int> entry = entries.Slice(i * (taps + 2), taps + 2);
            double centre = (first + i + 0.5) * scale;
            int start = Math.Max((int)(centre - support + 0.5), 0);
            int length = Math.Min((int)(centre + support + 0.5), sourceSize) - start;
            double sum = 0;
            for (int k = 0; k < length; k++)
            {
                double distance = Math.Abs((k + start - centre + 0.5) * inverse);
                exact[k] = distance < 1.0 ? 1.0 - distance : 0.0;
                sum += exact[k];
            }

            entry[0] = start;
            entry[1] = length;
            for (int k = 0; k < length; k++)
            {
                double weight = sum != 0 ? exact[k] / sum : exact[k];
                entry[k + 2] = (int)(0.5 + (weight * (1 << PrecisionBits))); // weights of a triangle are never negative
            }
        }
    }
}
