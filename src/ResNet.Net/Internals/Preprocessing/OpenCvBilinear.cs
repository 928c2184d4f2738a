namespace ResNet.Net.Internals.Preprocessing;

/// <summary>
/// OpenCV's INTER_LINEAR on bytes (imgproc/resize.cpp): two source pixels a side, weights in 11-bit fixed point, no antialiasing.
/// Only the rows and columns of the crop are computed.
/// </summary>
internal static class OpenCvBilinear
{
    private const int One = 1 << 11;

    /// <param name="source">The picture.</param>
    /// <param name="plan">Its geometry.</param>
    /// <param name="rgb">The crop, packed RGB, <c>[Height, Width, 3]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public static void Resample(in PixelView source, in ResizePlan plan, Span<byte> rgb, PreprocessingScratch scratch)
    {
        if (OpenCvTap.IsHalving(plan))
        {
            Halve(source, plan, rgb, scratch);
            return;
        }

        double scaleX = OpenCvTap.Scale(plan.SourceWidth, plan.ScaledWidth);
        double scaleY = OpenCvTap.Scale(plan.SourceHeight, plan.ScaledHeight);
        int stride = plan.Width * 3;
        Span<int> rows = scratch.Integers(stride * 2);
        Span<int> upper = rows[..stride];
        Span<int> lower = rows[stride..];
        (int upperIndex, int lowerIndex) = (-1, -1);
        for (int y = 0; y < plan.Height; y++)
        {
            OpenCvTap tap = OpenCvTap.At(plan.Top + y, scaleY);
            int first = Math.Clamp(tap.Index, 0, plan.SourceHeight - 1);
            int second = Math.Clamp(tap.Index + 1, 0, plan.SourceHeight - 1);
            if (first != upperIndex && first == lowerIndex)
            {
                Span<int> swap = upper;
                upper = lower;
                lower = swap;
                (upperIndex, lowerIndex) = (lowerIndex, upperIndex);
            }

            if (first != upperIndex)
            {
                HorizontalPass(source, plan, first, scaleX, upper, scratch);
                upperIndex = first;
            }

            if (second != lowerIndex)
            {
                HorizontalPass(source, plan, second, scaleX, lower, scratch);
                lowerIndex = second;
            }

            VerticalPass(upper, lower, Fixed(1 - tap.Fraction), Fixed(tap.Fraction), rgb.Slice(y * stride, stride));
        }
    }

    private static void HorizontalPass(in PixelView source, in ResizePlan plan, int y, double scale, Span<int> output, PreprocessingScratch scratch)
    {
        ReadOnlySpan<byte> row = RowReader.Read(source, y, 0, plan.SourceWidth, scratch.Row(plan.SourceWidth * 3));
        for (int x = 0; x < plan.Width; x++)
        {
            OpenCvTap tap = OpenCvTap.At(plan.Left + x, scale).ClampColumn(plan.SourceWidth);
            int left = tap.Index * 3;
            int right = Math.Min(tap.Index + 1, plan.SourceWidth - 1) * 3;
            int weightLeft = Fixed(1 - tap.Fraction);
            int weightRight = Fixed(tap.Fraction);
            for (int channel = 0; channel < 3; channel++)
            {
                output[(3 * x) + channel] = (row[left + channel] * weightLeft) + (row[right + channel] * weightRight);
            }
        }
    }

    private static void VerticalPass(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, int weightUpper, int weightLower, Span<byte> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            int sum = ((weightUpper * (upper[i] >> 4)) >> 16) + ((weightLower * (lower[i] >> 4)) >> 16) + 2;
            output[i] = (byte)(sum >> 2);
        }
    }

    private static void Halve(in PixelView source, in ResizePlan plan, Span<byte> rgb, PreprocessingScratch scratch)
    {
        Span<byte> buffer = scratch.Row(plan.Width * 12);
        for (int y = 0; y < plan.Height; y++)
        {
            int top = 2 * (plan.Top + y);
            ReadOnlySpan<byte> upper = RowReader.Read(source, top, 2 * plan.Left, 2 * plan.Width, buffer[..(plan.Width * 6)]);
            ReadOnlySpan<byte> lower = RowReader.Read(source, top + 1, 2 * plan.Left, 2 * plan.Width, buffer[(plan.Width * 6)..]);
            for (int x = 0; x < plan.Width; x++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    int i = (6 * x) + channel;
                    rgb[(((y * plan.Width) + x) * 3) + channel] = (byte)((upper[i] + upper[i + 3] + lower[i] + lower[i + 3] + 2) >> 2);
                }
            }
        }
    }

    private static int Fixed(float weight) => (int)MathF.Round(weight * One, MidpointRounding.ToEven);
}
