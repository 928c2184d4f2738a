namespace ResNet.Net;

/// <summary>
/// OpenCV's INTER_LINEAR on <c>pixels / 255.0</c>, as notebooks do it: nothing rounded to bytes, no antialiasing. OpenCV computes in double
/// precision; float32 stays within 1e-6 of that. Only the rows and columns of the crop are computed.
/// </summary>
internal static class OpenCvBilinearFloat
{
    public static void Resample(in PixelView source, in ResizePlan plan, in TensorWriter output, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        bool halving = OpenCvTap.IsHalving(plan);
        double scaleX = OpenCvTap.Scale(plan.SourceWidth, plan.ScaledWidth);
        double scaleY = OpenCvTap.Scale(plan.SourceHeight, plan.ScaledHeight);
        int planeStride = kernels.PlaneStride(plan.Width);
        int rowStride = checked(3 * planeStride);
        Span<int> indices = scratch.Taps(plan.Width, Interpolation.OpenCvBilinearFloat, plan, out bool known);
        Span<float> fractions = scratch.Fractions(plan.Width);
        Span<float> floats = scratch.Floats(checked(rowStride * 2));
        for (int x = 0; x < plan.Width && !known; x++)
        {
            OpenCvTap tap = halving ? OpenCvTap.Halving(plan.Left + x) : OpenCvTap.At(plan.Left + x, scaleX).ClampColumn(plan.SourceWidth);
            (indices[x], fractions[x]) = (tap.Index, tap.Fraction);
        }

        scratch.KeepTaps(Interpolation.OpenCvBilinearFloat, plan);

        Span<float> upper = floats[..rowStride];
        Span<float> lower = floats[rowStride..];
        (int upperIndex, int lowerIndex) = (-1, -1);
        for (int y = 0; y < plan.Height; y++)
        {
            OpenCvTap tap = halving ? OpenCvTap.Halving(plan.Top + y) : OpenCvTap.At(plan.Top + y, scaleY);
            int first = Math.Clamp(tap.Index, 0, plan.SourceHeight - 1);
            int second = Math.Clamp(tap.Index + 1, 0, plan.SourceHeight - 1);
            if (first != upperIndex && first == lowerIndex)
            {
                Span<float> swap = upper;
                upper = lower;
                lower = swap;
                (upperIndex, lowerIndex) = (lowerIndex, upperIndex);
            }

            if (first != upperIndex)
            {
                kernels.MixColumns(AlphaFlattener.Rows(source, first, 1, kernels, scratch), indices, fractions, upper, planeStride);
                upperIndex = first;
            }

            if (second != lowerIndex)
            {
                kernels.MixColumns(AlphaFlattener.Rows(source, second, 1, kernels, scratch), indices, fractions, lower, planeStride);
                lowerIndex = second;
            }

            output.Write(y, upper, lower, planeStride, tap.Fraction);
        }
    }
}
