using System.Runtime.Intrinsics;

namespace ResNet.Net;

/// <summary>The inner loops of preprocessing. Every implementation gives the same result, to the last bit.</summary>
internal abstract class PreprocessingKernels
{
    private static readonly PreprocessingKernels Scalar = new ScalarKernels();
    private static readonly PreprocessingKernels Kernels128 = new SimdKernels<Simd128, Vector128<byte>>();
    private static readonly PreprocessingKernels Kernels256 = new SimdKernels<Simd256, Vector256<byte>>();
    private static readonly PreprocessingKernels Kernels512 = new SimdKernels<Simd512, Vector512<byte>>();

    /// <summary>How many rows <see cref="ResampleColumns"/> takes.</summary>
    public abstract int RowsAtOnce { get; }

    /// <param name="width">A width that is in <see cref="SimdSelection.Supported"/>.</param>
    /// <returns>The kernels; shared, since they have no state.</returns>
    public static PreprocessingKernels For(SimdWidth width) => width switch
    {
        SimdWidth.Vector128 => Kernels128,
        SimdWidth.Vector256 => Kernels256,
        SimdWidth.Vector512 => Kernels512,
        _ => Scalar,
    };

    /// <summary>The length of a plane's row in buffers between passes: kernels may write that much.</summary>
    public abstract int PlaneStride(int width);

    /// <summary>The length of a row of all planes in buffers between passes.</summary>
    public abstract int RowStride(int planes);

    /// <summary>Pillow's horizontal pass.</summary>
    /// <param name="block">At most <see cref="RowsAtOnce"/> rows without alpha.</param>
    /// <param name="columns">The filter.</param>
    /// <param name="output">Room for <see cref="RowsAtOnce"/> rows; rows and columns beyond those asked for hold anything.</param>
    /// <param name="planeStride">Bytes from one plane to the next, from <see cref="PlaneStride"/>.</param>
    /// <param name="rowStride">Bytes from one row to the next, from <see cref="RowStride"/>.</param>
    /// <param name="scratch">The slot's memory.</param>
    public abstract void ResampleColumns(in PixelView block, in TapTable columns, Span<byte> output, int planeStride, int rowStride, PreprocessingScratch scratch);

    /// <summary>Pillow's vertical pass: one row from several, with weights in 22-bit fixed point.</summary>
    /// <param name="rows">Rows, <paramref name="stride"/> apart, one more than there are weights where that number is odd (of any content).</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="filter">The filter; of the row, at least one weight, none negative, their sum about 1.</param>
    /// <param name="y">The row of the filter.</param>
    /// <param name="output">The result.</param>
    public abstract void WeightedSum(ReadOnlySpan<byte> rows, int stride, in TapTable filter, int y, Span<byte> output);

    /// <summary>OpenCV's horizontal pass: <c>(left * weight + right * weight) >> droppedBits</c>.</summary>
    /// <param name="row">One row without alpha.</param>
    /// <param name="indices">The left pixel of every column; the right one is its neighbour, or itself at the end of the row. Never decreasing.</param>
    /// <param name="weights">Both weights, 16 bits each, the left pixel's in the lower half.</param>
    /// <param name="droppedBits">So many that the result fits 16 bits with a sign.</param>
    /// <param name="output">The planes, <paramref name="planeStride"/> apart.</param>
    /// <param name="planeStride">From <see cref="PlaneStride"/>.</param>
    public abstract void MixColumns(in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<int> weights, int droppedBits, Span<short> output, int planeStride);

    /// <summary>The same in float32, on values in [0, 255]: <c>left * (1 - fraction) + right * fraction</c>. Gray fills all three planes.</summary>
    public abstract void MixColumns(in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride);

    /// <summary>OpenCV's vertical pass: <c>((upper * upperWeight >> 16) + (lower * lowerWeight >> 16) + 2) >> 2</c>; none negative.</summary>
    public abstract void MixRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, short upperWeight, short lowerWeight, Span<byte> output);

    /// <summary>OpenCV's vertical pass at half size: <c>(upper + lower + 2) >> 2</c>; none negative.</summary>
    public abstract void AverageRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, Span<byte> output);

    /// <summary>The same in float32, on values in [0, 255], normalized: <c>(upper * (1 - fraction) + lower * fraction) * scale + offset</c>.</summary>
    public abstract void MixRows(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> output, float scale, float offset);

    /// <summary>Pixels with alpha in their fourth byte onto black; that byte then holds anything.</summary>
    public abstract void Flatten(ReadOnlySpan<byte> pixels, Span<byte> output);

    /// <summary><c>value * scale + offset</c> in float32; never fused, so that every width and processor gives the same.</summary>
    public abstract void Normalize(ReadOnlySpan<byte> values, Span<float> output, float scale, float offset);

    /// <summary>Packed color pixels without alpha to planes, normalized as above.</summary>
    /// <param name="pixels">Whole pixels.</param>
    /// <param name="layout">3 or 4 bytes a pixel.</param>
    /// <param name="planes">Three planes, <paramref name="planeStride"/> apart, as many values each as there are pixels.</param>
    /// <param name="planeStride">Values from one plane to the next.</param>
    /// <param name="normalization">The order of the planes, their factors and summands.</param>
    public abstract void NormalizePixels(ReadOnlySpan<byte> pixels, PixelLayout layout, Span<float> planes, int planeStride, Normalization normalization);
}
