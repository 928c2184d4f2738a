using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ResNet.Net;

/// <remarks>
/// Columns gather two pixels at a time from the row, which wider vectors don't make faster. These kernels therefore use 128 bits and
/// process four columns per iteration.
/// </remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    private const int ColumnsPerIteration = 4;

    // Two neighboring pixels are read as 8 bytes.
    private const int PairBytes = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<int> weights, int droppedBits, Span<short> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        int count = CountVectorColumns(row, layout, indices);
        ArgumentOutOfRangeException.ThrowIfLessThan(weights.Length, indices.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, ((layout.PlaneCount - 1) * planeStride) + indices.Length);
        Vector128<byte> control = CreatePairControl(layout);
        fixed (byte* pixels = row.Pixels)
        fixed (int* index = indices, weight = weights)
        fixed (short* target = output)
        {
            for (int x = 0; x < count; x += ColumnsPerIteration)
            {
                // [R G B -] of columns 0 and 1 and of columns 2 and 3; then grouped by color.
                Vector128<short> first = Vector128.NarrowWithSaturation(
                    InterpolatePair(pixels + ((nint)index[x] * layout.Size), weight[x], control) >> droppedBits,
                    InterpolatePair(pixels + ((nint)index[x + 1] * layout.Size), weight[x + 1], control) >> droppedBits);
                Vector128<short> second = Vector128.NarrowWithSaturation(
                    InterpolatePair(pixels + ((nint)index[x + 2] * layout.Size), weight[x + 2], control) >> droppedBits,
                    InterpolatePair(pixels + ((nint)index[x + 3] * layout.Size), weight[x + 3], control) >> droppedBits);
                Vector128<short> even = Vector128.Shuffle(first, Vector128.Create(0, 4, 1, 5, 2, 6, 3, 7));
                Vector128<short> odd = Vector128.Shuffle(second, Vector128.Create(0, 4, 1, 5, 2, 6, 3, 7));
                Vector128<byte> redGreen = Simd128.UnpackLow32(even.AsByte(), odd.AsByte());
                redGreen.AsInt16().GetLower().Store(target + x);
                if (layout.PlaneCount == 3)
                {
                    redGreen.AsInt16().GetUpper().Store(target + planeStride + x);
                    Simd128.UnpackHigh32(even.AsByte(), odd.AsByte()).AsInt16().GetLower().Store(target + (2 * planeStride) + x);
                }
            }
        }

        ScalarKernels.InterpolateColumns(row, count, indices, weights, droppedBits, output, planeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InterpolateColumns(
        in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        int count = CountVectorColumns(row, layout, indices);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractions.Length, indices.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, (2 * planeStride) + indices.Length);
        Vector128<byte> control = CreatePairControl(layout);
        fixed (byte* pixels = row.Pixels)
        fixed (int* index = indices)
        fixed (float* fraction = fractions, target = output)
        {
            for (int x = 0; x < count; x += ColumnsPerIteration)
            {
                Vector128<byte> column0 = InterpolatePair(pixels + ((nint)index[x] * layout.Size), fraction[x], control);
                Vector128<byte> column1 = InterpolatePair(pixels + ((nint)index[x + 1] * layout.Size), fraction[x + 1], control);
                Vector128<byte> column2 = InterpolatePair(pixels + ((nint)index[x + 2] * layout.Size), fraction[x + 2], control);
                Vector128<byte> column3 = InterpolatePair(pixels + ((nint)index[x + 3] * layout.Size), fraction[x + 3], control);
                StoreColumns(column0, column1, column2, column3, target + x, planeStride);
            }
        }

        ScalarKernels.InterpolateColumns(row, count, indices, fractions, output, planeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InterpolateRows(
        ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, short upperWeight, short lowerWeight, Span<byte> output)
    {
        int count = CountVectorValues(upper, lower, output);
        TVector upperWeights = TSimd.BroadcastInt16(upperWeight);
        TVector lowerWeights = TSimd.BroadcastInt16(lowerWeight);
        TVector two = TSimd.BroadcastInt16(2);
        fixed (short* first = upper, second = lower)
        fixed (byte* target = output)
        {
            for (int i = 0; i < count; i += TSimd.Size)
            {
                // Each lane of bytes is packed from two lanes of 16-bit values.
                TVector low = TSimd.AddInt16(
                    TSimd.MultiplyHighInt16(LoadEven(first + i), upperWeights),
                    TSimd.MultiplyHighInt16(LoadEven(second + i), lowerWeights));
                TVector high = TSimd.AddInt16(
                    TSimd.MultiplyHighInt16(LoadOdd(first + i), upperWeights),
                    TSimd.MultiplyHighInt16(LoadOdd(second + i), lowerWeights));
                TSimd.Store(DivideBy4(low, high, two), target + i);
            }
        }

        For(SimdWidth.Scalar).InterpolateRows(upper[count..], lower[count..], upperWeight, lowerWeight, output[count..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AverageRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, Span<byte> output)
    {
        int count = CountVectorValues(upper, lower, output);
        TVector two = TSimd.BroadcastInt16(2);
        fixed (short* first = upper, second = lower)
        fixed (byte* target = output)
        {
            for (int i = 0; i < count; i += TSimd.Size)
            {
                TVector low = TSimd.AddInt16(LoadEven(first + i), LoadEven(second + i));
                TVector high = TSimd.AddInt16(LoadOdd(first + i), LoadOdd(second + i));
                TSimd.Store(DivideBy4(low, high, two), target + i);
            }
        }

        For(SimdWidth.Scalar).AverageRows(upper[count..], lower[count..], output[count..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InterpolateRows(
        ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> output, float scale, float offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upper.Length, output.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(lower.Length, output.Length);
        int count = output.Length & -FloatsPerVector;
        TVector upperWeights = TSimd.BroadcastSingle(1 - fraction);
        TVector lowerWeights = TSimd.BroadcastSingle(fraction);
        TVector scales = TSimd.BroadcastSingle(scale);
        TVector offsets = TSimd.BroadcastSingle(offset);
        fixed (float* first = upper, second = lower, target = output)
        {
            for (int i = 0; i < count; i += FloatsPerVector)
            {
                TVector interpolated = TSimd.AddSingle(
                    TSimd.MultiplySingle(TSimd.Load((byte*)(first + i)), upperWeights),
                    TSimd.MultiplySingle(TSimd.Load((byte*)(second + i)), lowerWeights));
                StoreNormalized(interpolated, target + i, scales, offsets);
            }
        }

        For(SimdWidth.Scalar).InterpolateRows(upper[count..], lower[count..], fraction, output[count..], scale, offset);
    }

    /// <summary>Gets the number of columns, a multiple of four, that can read 8 bytes without leaving the row.</summary>
    private static int CountVectorColumns(in PixelView row, PixelLayout layout, ReadOnlySpan<int> indices)
    {
        int count = indices.Length & -ColumnsPerIteration;
        int limit = (row.Width * layout.Size) - PairBytes;
        while (count > 0 && indices[count - 1] * layout.Size > limit)
        {
            count -= ColumnsPerIteration;
        }

        return count > 0 && indices[0] < 0
            ? throw new ArgumentOutOfRangeException(nameof(indices), indices[0], "The index of a column is negative.")
            : count;
    }

    private static int CountVectorValues(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, ReadOnlySpan<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upper.Length, output.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(lower.Length, output.Length);
        return output.Length & -TSimd.Size;
    }

    /// <summary>
    /// Creates a shuffle control that interleaves the red, green and blue of two pixels as 16-bit values; gray is in the first pair.
    /// </summary>
    private static Vector128<byte> CreatePairControl(PixelLayout layout)
    {
        Span<byte> control = stackalloc byte[LaneBytes];
        control.Fill(0xFF);
        for (int plane = 0; plane < 3; plane++)
        {
            control[4 * plane] = (byte)layout.Offset(plane);
            control[(4 * plane) + 2] = (byte)(layout.Offset(plane) + layout.Size);
        }

        return Vector128.Create(control);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> InterpolatePair(byte* pixels, int weights, Vector128<byte> control)
    {
        Vector128<byte> pair = Simd128.Shuffle(Vector128.CreateScalarUnsafe(*(ulong*)pixels).AsByte(), control);
        return Simd128.MultiplyAddPairs(pair, Simd128.BroadcastInt32(weights)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> InterpolatePair(byte* pixels, float fraction, Vector128<byte> control)
    {
        Vector128<int> pair = Simd128.Shuffle(Vector128.CreateScalarUnsafe(*(ulong*)pixels).AsByte(), control).AsInt32();
        Vector128<float> left = Vector128.ConvertToSingle(pair & Vector128.Create(0xFFFF));
        Vector128<float> right = Vector128.ConvertToSingle(pair >>> 16);
        return ((left * (1 - fraction)) + (right * fraction)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadEven(short* values) => TSimd.LoadLanes((byte*)values, 2 * LaneBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadOdd(short* values) => TSimd.LoadLanes((byte*)values + LaneBytes, 2 * LaneBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector DivideBy4(TVector low, TVector high, TVector two) => TSimd.PackInt16(
        TSimd.ShiftRightUInt16(TSimd.AddInt16(low, two), 2), TSimd.ShiftRightUInt16(TSimd.AddInt16(high, two), 2));
}
