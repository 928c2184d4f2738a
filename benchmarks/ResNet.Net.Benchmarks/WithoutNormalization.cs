namespace ResNet.Net.Benchmarks;

/// <summary>Wraps the kernels of a vector width and omits normalization.</summary>
internal sealed class WithoutNormalization(PreprocessingKernels kernels) : PreprocessingKernels
{
    private static readonly Dictionary<SimdWidth, WithoutNormalization> All = SimdSelection.Supported.ToDictionary(
        width => width, width => new WithoutNormalization(PreprocessingKernels.For(width)));

    public override int RowsPerBlock => kernels.RowsPerBlock;

    public static new WithoutNormalization For(SimdWidth width) => All[width];

    public override int PlaneStride(int width) => kernels.PlaneStride(width);

    public override int RowStride(int planes) => kernels.RowStride(planes);

    public override void ResampleColumns(
        in PixelView block, in TapTable columns, Span<byte> output, int planeStride, int rowStride, PreprocessingScratch scratch)
        => kernels.ResampleColumns(block, columns, output, planeStride, rowStride, scratch);

    public override void WeightedSum(ReadOnlySpan<byte> rows, int stride, in TapTable filter, int y, Span<byte> output)
        => kernels.WeightedSum(rows, stride, filter, y, output);

    public override void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<int> weights, int droppedBits, Span<short> output, int planeStride)
        => kernels.InterpolateColumns(row, indices, weights, droppedBits, output, planeStride);

    public override void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride)
        => kernels.InterpolateColumns(row, indices, fractions, output, planeStride);

    public override void InterpolateRows(
        ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, short upperWeight, short lowerWeight, Span<byte> output)
        => kernels.InterpolateRows(upper, lower, upperWeight, lowerWeight, output);

    public override void InterpolateRows(
        ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> output, float scale, float offset)
        => kernels.InterpolateRows(upper, lower, fraction, output, scale, offset);

    public override void AverageRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, Span<byte> output)
        => kernels.AverageRows(upper, lower, output);

    public override void SumAreas(in PixelView row, in AreaTable columns, Span<float> output, int planeStride)
        => kernels.SumAreas(row, columns, output, planeStride);

    public override void AddBlocks(in PixelView row, int first, int length, int count, Span<int> sums, int planeStride)
        => kernels.AddBlocks(row, first, length, count, sums, planeStride);

    public override void AddWeighted(ReadOnlySpan<float> values, float weight, Span<float> sums)
        => kernels.AddWeighted(values, weight, sums);

    public override void ScaleToBytes(ReadOnlySpan<float> values, float scale, Span<byte> output)
        => kernels.ScaleToBytes(values, scale, output);

    public override void ScaleToBytes(ReadOnlySpan<int> values, float scale, Span<byte> output)
        => kernels.ScaleToBytes(values, scale, output);

    public override void Flatten(ReadOnlySpan<byte> pixels, Span<byte> output) => kernels.Flatten(pixels, output);

    public override void Normalize(ReadOnlySpan<byte> values, Span<float> output, float scale, float offset)
    {
    }

    public override void NormalizePixels(
        ReadOnlySpan<byte> pixels, PixelLayout layout, Span<float> planes, int planeStride, Normalization normalization)
    {
    }
}
