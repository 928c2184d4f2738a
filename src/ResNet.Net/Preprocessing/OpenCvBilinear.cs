namespace ResNet.Net;

/// <summary>
/// OpenCV's INTER_LINEAR on bytes (imgproc/resize.cpp): two source pixels a side, weights in 11-bit fixed point, no antialiasing.
/// Only the rows and columns of the crop are computed.
/// </summary>
internal static class OpenCvBilinear
{
    private const int One = 1 << 11;

    // The horizontal pass drops as many bits: what is left fits 16 bits, and the vertical pass takes no more.
    private const int DroppedBits = 4;

    public static void Resample(in PixelView source, in ResizePlan plan, in TensorWriter output, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        bool halving = OpenCvTap.IsHalving(plan);
        double scaleY = OpenCvTap.Scale(plan.SourceHeight, plan.ScaledHeight);
        Span<int> taps = scratch.Taps(checked(plan.Width * 2), Interpolation.OpenCvBilinear, plan, out bool known);
        Span<int> indices = taps[..plan.Width];
        Span<int> weights = taps[plan.Width..];
        if (!known)
        {
            ComputeColumns(plan, halving, indices, weights);
            scratch.KeepTaps(Interpolation.OpenCvBilinear, plan);
        }

        int planes = PixelLayout.Of(source.Format).PlaneCount;
        int planeStride = kernels.PlaneStride(plan.Width);
        int rowStride = kernels.RowStride(checked(planes * planeStride));
        Span<short> rows = scratch.Shorts(checked(rowStride * 2));
        Span<short> upper = rows[..rowStride];
        Span<short> lower = rows[rowStride..];
        Span<byte> result = scratch.Row(rowStride);
        (int upperIndex, int lowerIndex) = (-1, -1);
        for (int y = 0; y < plan.Height; y++)
        {
            OpenCvTap tap = halving ? OpenCvTap.Halving(plan.Top + y) : OpenCvTap.At(plan.Top + y, scaleY);
            int first = Math.Clamp(tap.Index, 0, plan.SourceHeight - 1);
            int second = Math.Clamp(tap.Index + 1, 0, plan.SourceHeight - 1);
            if (first != upperIndex && first == lowerIndex)
            {
                Span<short> swap = upper;
                upper = lower;
                lower = swap;
                (upperIndex, lowerIndex) = (lowerIndex, upperIndex);
            }

            if (first != upperIndex)
            {
                PixelView row = AlphaFlattener.Rows(source, first, 1, kernels, scratch);
                kernels.MixColumns(row, indices, weights, halving ? 0 : DroppedBits, upper, planeStride);
                upperIndex = first;
            }

            if (second != lowerIndex)
            {
                PixelView row = AlphaFlattener.Rows(source, second, 1, kernels, scratch);
                kernels.MixColumns(row, indices, weights, halving ? 0 : DroppedBits, lower, planeStride);
                lowerIndex = second;
            }

            if (halving)
            {
                kernels.AverageRows(upper, lower, result);
            }
            else
            {
                kernels.MixRows(upper, lower, (short)Fixed(1 - tap.Fraction), (short)Fixed(tap.Fraction), result);
            }

            output.Write(y, result, planes == 1 ? 0 : planeStride);
        }
    }

    // Weights of both pixels in one integer: the left one in its lower half.
    private static void ComputeColumns(in ResizePlan plan, bool halving, Span<int> indices, Span<int> weights)
    {
        double scaleX = OpenCvTap.Scale(plan.SourceWidth, plan.ScaledWidth);
        for (int x = 0; x < indices.Length; x++)
        {
            OpenCvTap tap = halving ? OpenCvTap.Halving(plan.Left + x) : OpenCvTap.At(plan.Left + x, scaleX).ClampColumn(plan.SourceWidth);
            indices[x] = tap.Index;
            weights[x] = halving ? 1 | (1 << 16) : Fixed(1 - tap.Fraction) | (Fixed(tap.Fraction) << 16);
        }
    }

    private static int Fixed(float weight) => (int)MathF.Round(weight * One, MidpointRounding.ToEven);
}
