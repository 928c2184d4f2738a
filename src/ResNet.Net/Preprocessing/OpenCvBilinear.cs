namespace ResNet.Net;

/// <summary>
/// Reproduces OpenCV's INTER_LINEAR on bytes (imgproc/resize.cpp): two source pixels along each axis, weights in 11-bit fixed point, no
/// antialiasing. INTER_AREA falls back to it if a side grows. Computes only the rows and columns of the crop.
/// </summary>
internal static class OpenCvBilinear
{
    private const int One = 1 << 11;

    // The horizontal pass drops these bits, so that its results fit the 16 bits that the vertical pass takes.
    private const int DroppedBits = 4;

    public static void Resample(
        in PixelView source,
        in ResizePlan plan,
        Interpolation interpolation,
        in TensorWriter output,
        PreprocessingKernels kernels,
        PreprocessingScratch scratch)
    {
        OpenCvTapRule rule = OpenCvTap.RuleFor(plan, interpolation);
        Span<int> taps = scratch.Taps(checked(plan.Width * 2), interpolation, plan, out bool isCached);
        Span<int> indices = taps[..plan.Width];
        Span<int> weights = taps[plan.Width..];
        if (!isCached)
        {
            ComputeColumns(plan, rule, indices, weights);
            scratch.CommitTaps(interpolation, plan);
        }

        int planes = PixelLayout.Of(source.Format).PlaneCount;
        int planeStride = kernels.PlaneStride(plan.Width);
        int rowStride = kernels.RowStride(checked(planes * planeStride));
        Passes passes = new()
        {
            Indices = indices,
            Weights = weights,
            IsHalving = rule == OpenCvTapRule.Halving,
            PlaneStride = planeStride,
            IsGray = planes == 1,
            Result = scratch.Row(rowStride),
            Output = output,
            Kernels = kernels,
        };
        OpenCvRowLoop.Run(source, plan, rule, passes, scratch.Shorts(checked(rowStride * 2)), kernels, scratch);
    }

    // The weights of both pixels in one integer, that of the left one in the lower half.
    private static void ComputeColumns(in ResizePlan plan, OpenCvTapRule rule, Span<int> indices, Span<int> weights)
    {
        for (int x = 0; x < indices.Length; x++)
        {
            OpenCvTap tap = OpenCvTap.AtColumn(x, plan, rule);
            indices[x] = tap.Index;
            weights[x] = rule == OpenCvTapRule.Halving ? 1 | (1 << 16) : Fixed(1 - tap.Fraction) | (Fixed(tap.Fraction) << 16);
        }
    }

    private static int Fixed(float weight) => (int)MathF.Round(weight * One, MidpointRounding.ToEven);

    private readonly ref struct Passes : IOpenCvPasses<short>
    {
        public required ReadOnlySpan<int> Indices { get; init; }

        public required ReadOnlySpan<int> Weights { get; init; }

        public required bool IsHalving { get; init; }

        public required int PlaneStride { get; init; }

        public required bool IsGray { get; init; }

        public required Span<byte> Result { get; init; }

        public required TensorWriter Output { get; init; }

        public required PreprocessingKernels Kernels { get; init; }

        public void InterpolateColumns(in PixelView row, Span<short> output)
            => Kernels.InterpolateColumns(row, Indices, Weights, IsHalving ? 0 : DroppedBits, output, PlaneStride);

        public void WriteRow(int y, ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, float fraction)
        {
            if (IsHalving)
            {
                Kernels.AverageRows(upper, lower, Result);
            }
            else
            {
                Kernels.InterpolateRows(upper, lower, (short)Fixed(1 - fraction), (short)Fixed(fraction), Result);
            }

            Output.Write(y, Result, IsGray ? 0 : PlaneStride);
        }
    }
}
