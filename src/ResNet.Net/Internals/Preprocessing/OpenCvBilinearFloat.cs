namespace ResNet.Net.Internals.Preprocessing;

/// <summary>
/// OpenCV's INTER_LINEAR on <c>pixels / 255.0</c>, as notebooks do it: double precision, nothing rounded to bytes, no antialiasing.
/// Only the rows and columns of the crop are computed.
/// </summary>
internal static class OpenCvBilinearFloat
{
    /// <param name="source">The picture.</param>
    /// <param name="plan">Its geometry.</param>
    /// <param name="rgb">The crop in [0, 1], packed RGB, <c>[Height, Width, 3]</c>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public static void Resample(in PixelView source, in ResizePlan plan, Span<float> rgb, PreprocessingScratch scratch)
    {
        bool halving = OpenCvTap.IsHalving(plan);
        double scaleX = OpenCvTap.Scale(plan.SourceWidth, plan.ScaledWidth);
        double scaleY = OpenCvTap.Scale(plan.SourceHeight, plan.ScaledHeight);
        int rowLength = plan.SourceWidth * 3;
        Span<byte> buffer = scratch.Row(rowLength * 2);
        for (int y = 0; y < plan.Height; y++)
        {
            // Averages of 2x2 pixels are taps with a fraction of one half.
            OpenCvTap vertical = halving ? new OpenCvTap(2 * (plan.Top + y), 0.5f) : OpenCvTap.At(plan.Top + y, scaleY);
            int first = Math.Clamp(vertical.Index, 0, plan.SourceHeight - 1);
            int second = Math.Clamp(vertical.Index + 1, 0, plan.SourceHeight - 1);
            ReadOnlySpan<byte> upper = RowReader.Read(source, first, 0, plan.SourceWidth, buffer[..rowLength]);
            ReadOnlySpan<byte> lower = RowReader.Read(source, second, 0, plan.SourceWidth, buffer[rowLength..]);
            for (int x = 0; x < plan.Width; x++)
            {
                OpenCvTap tap = halving ? new OpenCvTap(2 * (plan.Left + x), 0.5f) : OpenCvTap.At(plan.Left + x, scaleX).ClampColumn(plan.SourceWidth);
                int left = tap.Index * 3;
                int right = Math.Min(tap.Index + 1, plan.SourceWidth - 1) * 3;
                for (int channel = 0; channel < 3; channel++)
                {
                    double top = Mix(upper[left + channel] / 255.0, upper[right + channel] / 255.0, tap.Fraction);
                    double bottom = Mix(lower[left + channel] / 255.0, lower[right + channel] / 255.0, tap.Fraction);
                    rgb[(((y * plan.Width) + x) * 3) + channel] = (float)Mix(top, bottom, vertical.Fraction);
                }
            }
        }
    }

    private static double Mix(double from, double to, float fraction) => (from * (1 - fraction)) + (to * fraction);
}
