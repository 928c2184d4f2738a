namespace ResNet.Net;

/// <summary>
/// Reproduces OpenCV's INTER_LINEAR on <c>pixels / 255.0</c>, as notebooks use it: no rounding to bytes, no antialiasing. OpenCV computes
/// in double precision; the float32 results are within 1e-6 of it. Computes only the rows and columns of the crop.
/// </summary>
internal static class OpenCvBilinearFloat
{
    public static void Resample(
        in PixelView source, in ResizePlan plan, in TensorWriter output, PreprocessingKernels kernels, PreprocessingScratch scratch)
    {
        OpenCvTapRule rule = OpenCvTap.RuleFor(plan, Interpolation.OpenCvBilinearFloat);
        Span<int> indices = scratch.Taps(plan.Width, Interpolation.OpenCvBilinearFloat, plan, out bool isCached);
        Span<float> fractions = scratch.Fractions(plan.Width);
        if (!isCached)
        {
            ComputeColumns(plan, rule, indices, fractions);
            scratch.CommitTaps(Interpolation.OpenCvBilinearFloat, plan);
        }

        int planeStride = kernels.PlaneStride(plan.Width);
        Passes passes = new() { Indices = indices, Fractions = fractions, PlaneStride = planeStride, Output = output, Kernels = kernels };
        OpenCvRowLoop.Run(source, plan, rule, passes, scratch.Floats(checked(3 * planeStride * 2)), kernels, scratch);
    }

    private static void ComputeColumns(in ResizePlan plan, OpenCvTapRule rule, Span<int> indices, Span<float> fractions)
    {
        for (int x = 0; x < indices.Length; x++)
        {
            (indices[x], fractions[x]) = OpenCvTap.AtColumn(x, plan, rule);
        }
    }

    private readonly ref struct Passes : IOpenCvPasses<float>
    {
        public required ReadOnlySpan<int> Indices { get; init; }

        public required ReadOnlySpan<float> Fractions { get; init; }

        public required int PlaneStride { get; init; }

        public required TensorWriter Output { get; init; }

        public required PreprocessingKernels Kernels { get; init; }

        public void InterpolateColumns(in PixelView row, Span<float> output)
            => Kernels.InterpolateColumns(row, Indices, Fractions, output, PlaneStride);

        public void WriteRow(int y, ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction)
            => Output.Write(y, upper, lower, PlaneStride, fraction);
    }
}
