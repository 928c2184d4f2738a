using System.Runtime.Intrinsics;

namespace ResNet.Net;

/// <summary>Defines the inner loops of preprocessing. Every implementation returns the same result, to the last bit.</summary>
internal abstract class PreprocessingKernels
{
    private static readonly PreprocessingKernels Scalar = new ScalarKernels();
    private static readonly PreprocessingKernels Kernels128 = new SimdKernels<Simd128, Vector128<byte>>();
    private static readonly PreprocessingKernels Kernels256 = new SimdKernels<Simd256, Vector256<byte>>();
    private static readonly PreprocessingKernels Kernels512 = new SimdKernels<Simd512, Vector512<byte>>();

    /// <summary>Gets the maximum number of rows that <see cref="ResampleColumns"/> processes in one call.</summary>
    public abstract int RowsPerBlock { get; }

    /// <summary>Gets the kernels for a width.</summary>
    /// <param name="width">One of <see cref="SimdSelection.Supported"/>.</param>
    /// <returns>The kernels. They are stateless and shared.</returns>
    public static PreprocessingKernels For(SimdWidth width) => width switch
    {
        SimdWidth.Vector128 => Kernels128,
        SimdWidth.Vector256 => Kernels256,
        SimdWidth.Vector512 => Kernels512,
        _ => Scalar,
    };

    /// <summary>Gets the length of one row of a plane in the buffers between passes. Kernels may write up to this length.</summary>
    public abstract int PlaneStride(int width);

    /// <summary>Gets the length of one row of all planes in the buffers between passes.</summary>
    public abstract int RowStride(int planes);

    /// <summary>Applies Pillow's horizontal pass.</summary>
    /// <param name="block">At most <see cref="RowsPerBlock"/> rows without alpha.</param>
    /// <param name="columns">The filter.</param>
    /// <param name="output">
    /// Memory for <see cref="RowsPerBlock"/> rows. Contents beyond the rows and columns of the result are undefined.
    /// </param>
    /// <param name="planeStride">The number of bytes from one plane to the next, from <see cref="PlaneStride"/>.</param>
    /// <param name="rowStride">The number of bytes from one row to the next, from <see cref="RowStride"/>.</param>
    /// <param name="scratch">The scratch memory of the slot.</param>
    public abstract void ResampleColumns(
        in PixelView block, in TapTable columns, Span<byte> output, int planeStride, int rowStride, PreprocessingScratch scratch);

    /// <summary>Applies Pillow's vertical pass: computes one row from several, with weights in 22-bit fixed point.</summary>
    /// <param name="rows">
    /// The rows, <paramref name="stride"/> apart. If the number of weights is odd, one more row with arbitrary contents must follow.
    /// </param>
    /// <param name="stride">The number of bytes from one row to the next.</param>
    /// <param name="filter">
    /// The filter. The entry must have at least one weight, with a sum of about 1 and a sum of magnitudes below 2.
    /// </param>
    /// <param name="y">The entry of the filter.</param>
    /// <param name="output">Receives the row.</param>
    public abstract void WeightedSum(ReadOnlySpan<byte> rows, int stride, in TapTable filter, int y, Span<byte> output);

    /// <summary>Applies OpenCV's horizontal pass: <c>(left * weight + right * weight) >> droppedBits</c>.</summary>
    /// <param name="row">One row without alpha.</param>
    /// <param name="indices">
    /// The left pixel of each column, in ascending order. The right pixel is its neighbor, or the same pixel at the end of the row.
    /// </param>
    /// <param name="weights">Both weights of each column, 16 bits each, that of the left pixel in the lower half.</param>
    /// <param name="droppedBits">The number of bits to drop, so that the result fits into 16 bits with a sign.</param>
    /// <param name="output">Receives the planes, <paramref name="planeStride"/> apart.</param>
    /// <param name="planeStride">The number of values from one plane to the next, from <see cref="PlaneStride"/>.</param>
    public abstract void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<int> weights, int droppedBits, Span<short> output, int planeStride);

    /// <summary>
    /// Applies OpenCV's horizontal pass in float32, to values in [0, 255]: <c>left * (1 - fraction) + right * fraction</c>. Gray fills all
    /// three planes.
    /// </summary>
    public abstract void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride);

    /// <summary>
    /// Applies OpenCV's vertical pass: <c>((upper * upperWeight >> 16) + (lower * lowerWeight >> 16) + 2) >> 2</c>. No input may be
    /// negative.
    /// </summary>
    public abstract void InterpolateRows(
        ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, short upperWeight, short lowerWeight, Span<byte> output);

    /// <summary>
    /// Applies OpenCV's vertical pass in float32, to values in [0, 255], and normalizes:
    /// <c>(upper * (1 - fraction) + lower * fraction) * scale + offset</c>.
    /// </summary>
    public abstract void InterpolateRows(
        ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> output, float scale, float offset);

    /// <summary>Applies OpenCV's vertical pass at half size: <c>(upper + lower + 2) >> 2</c>. No input may be negative.</summary>
    public abstract void AverageRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, Span<byte> output);

    /// <summary>
    /// Applies the horizontal pass of OpenCV's INTER_AREA: weighted sums in float32, in the order of the source pixels; never fused.
    /// </summary>
    /// <param name="row">One row without alpha.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="output">Receives the planes, <paramref name="planeStride"/> apart.</param>
    /// <param name="planeStride">The number of values from one plane to the next, from <see cref="PlaneStride"/>.</param>
    public abstract void SumAreas(in PixelView row, in AreaTable columns, Span<float> output, int planeStride);

    /// <summary>Adds the sums of consecutive blocks of pixels of one row.</summary>
    /// <param name="row">One row without alpha.</param>
    /// <param name="first">The first pixel of the first block.</param>
    /// <param name="length">The number of pixels per block.</param>
    /// <param name="count">The number of blocks.</param>
    /// <param name="sums">The planes that the sums are added to, <paramref name="planeStride"/> apart.</param>
    /// <param name="planeStride">The number of values from one plane to the next, from <see cref="PlaneStride"/>.</param>
    public abstract void AddBlocks(in PixelView row, int first, int length, int count, Span<int> sums, int planeStride);

    /// <summary>Computes <c>sums += values * weight</c> in float32; never fused.</summary>
    public abstract void AddWeighted(ReadOnlySpan<float> values, float weight, Span<float> sums);

    /// <summary>Computes <c>values * scale</c>, rounds halves to even, and clamps to bytes. The products must be within +-2^21.</summary>
    public abstract void ScaleToBytes(ReadOnlySpan<float> values, float scale, Span<byte> output);

    /// <inheritdoc cref="ScaleToBytes(ReadOnlySpan{float}, float, Span{byte})"/>
    public abstract void ScaleToBytes(ReadOnlySpan<int> values, float scale, Span<byte> output);

    /// <summary>Blends pixels with alpha in their fourth byte over black. The fourth byte of the output is undefined.</summary>
    public abstract void Flatten(ReadOnlySpan<byte> pixels, Span<byte> output);

    /// <summary>
    /// Computes <c>value * scale + offset</c> in float32; never fused, so that all widths and processors return the same result.
    /// </summary>
    public abstract void Normalize(ReadOnlySpan<byte> values, Span<float> output, float scale, float offset);

    /// <summary>Splits packed color pixels without alpha into planes and normalizes them like <see cref="Normalize"/>.</summary>
    /// <param name="pixels">Whole pixels.</param>
    /// <param name="layout">The layout of the pixels, with 3 or 4 bytes each.</param>
    /// <param name="planes">Receives three planes, <paramref name="planeStride"/> apart, with one value per pixel.</param>
    /// <param name="planeStride">The number of values from one plane to the next.</param>
    /// <param name="normalization">The order of the planes, their factors and summands.</param>
    public abstract void NormalizePixels(
        ReadOnlySpan<byte> pixels, PixelLayout layout, Span<float> planes, int planeStride, Normalization normalization);
}
