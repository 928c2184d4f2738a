using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ResNet.Net;

/// <remarks>
/// Columns are picked from the row two pixels at a time, which no width does faster than another: those kernels are written for 128 bits
/// and make four columns a turn.
/// </remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    private const int ColumnsAtOnce = 4;

    // Two neighbouring pixels are read as 8 bytes.
    private const int PairBytes = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixColumns(in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<int> weights, int droppedBits, Span<short> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        int count = CountSafe(row, layout, indices);
        ArgumentOutOfRangeException.ThrowIfLessThan(weights.Length, indices.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, ((layout.PlaneCount - 1) * planeStride) + indices.Length);
        Vector128<byte> control = PairControl(layout);
        fixed (byte* pixels = row.Pixels)
        fixed (int* index = indices, weight = weights)
        fixed (short* target = output)
        {
            for (int x = 0; x < count; x += ColumnsAtOnce)
            {
                // [R G B -] of columns 0 and 1, 2 and 3; then by color.
                Vector128<short> first = Vector128.NarrowWithSaturation(
                    MixPair(pixels + ((nint)index[x] * layout.Size), weight[x], control) >> droppedBits,
                    MixPair(pixels + ((nint)index[x + 1] * layout.Size), weight[x + 1], control) >> droppedBits);
                Vector128<short> second = Vector128.NarrowWithSaturation(
                    MixPair(pixels + ((nint)index[x + 2] * layout.Size), weight[x + 2], control) >> droppedBits,
                    MixPair(pixels + ((nint)index[x + 3] * layout.Size), weight[x + 3], control) >> droppedBits);
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

        ScalarKernels.MixColumns(row, count, indices, weights, droppedBits, output, planeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixColumns(in PixelView row, ReadOnlySpan<int> indices, ReadOnlySpan<float> fractions, Span<float> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        int count = CountSafe(row, layout, indices);
        ArgumentOutOfRangeException.ThrowIfLessThan(fractions.Length, indices.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, (2 * planeStride) + indices.Length);
        Vector128<byte> control = PairControl(layout);
        fixed (byte* pixels = row.Pixels)
        fixed (int* index = indices)
        fixed (float* fraction = fractions, target = output)
        {
            for (int x = 0; x < count; x += ColumnsAtOnce)
            {
                Vector128<byte> column0 = MixPair(pixels + ((nint)index[x] * layout.Size), fraction[x], control);
                Vector128<byte> column1 = MixPair(pixels + ((nint)index[x + 1] * layout.Size), fraction[x + 1], control);
                Vector128<byte> column2 = MixPair(pixels + ((nint)index[x + 2] * layout.Size), fraction[x + 2], control);
                Vector128<byte> column3 = MixPair(pixels + ((nint)index[x + 3] * layout.Size), fraction[x + 3], control);
                Vector128<byte> redGreen01 = Simd128.UnpackLow32(column0, column1);
                Vector128<byte> redGreen23 = Simd128.UnpackLow32(column2, column3);
                Simd128.UnpackLow64(redGreen01, redGreen23).AsSingle().Store(target + x);
                Simd128.UnpackHigh64(redGreen01, redGreen23).AsSingle().Store(target + planeStride + x);
                Simd128.UnpackLow64(Simd128.UnpackHigh32(column0, column1), Simd128.UnpackHigh32(column2, column3)).AsSingle().Store(target + (2 * planeStride) + x);
            }
        }

        ScalarKernels.MixColumns(row, count, indices, fractions, output, planeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, short upperWeight, short lowerWeight, Span<byte> output)
    {
        int count = CountWhole(upper, lower, output);
        TVector upperWeights = TSimd.BroadcastInt16(upperWeight);
        TVector lowerWeights = TSimd.BroadcastInt16(lowerWeight);
        TVector two = TSimd.BroadcastInt16(2);
        fixed (short* first = upper, second = lower)
        fixed (byte* target = output)
        {
            for (int i = 0; i < count; i += TSimd.Size)
            {
                // A lane of bytes comes from two lanes of 16 bits.
                TVector low = TSimd.AddInt16(
                    TSimd.MultiplyHighInt16(LoadEven(first + i), upperWeights), TSimd.MultiplyHighInt16(LoadEven(second + i), lowerWeights));
                TVector high = TSimd.AddInt16(
                    TSimd.MultiplyHighInt16(LoadOdd(first + i), upperWeights), TSimd.MultiplyHighInt16(LoadOdd(second + i), lowerWeights));
                TSimd.Store(Quarter(low, high, two), target + i);
            }
        }

        For(SimdWidth.Scalar).MixRows(upper[count..], lower[count..], upperWeight, lowerWeight, output[count..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AverageRows(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, Span<byte> output)
    {
        int count = CountWhole(upper, lower, output);
        TVector two = TSimd.BroadcastInt16(2);
        fixed (short* first = upper, second = lower)
        fixed (byte* target = output)
        {
            for (int i = 0; i < count; i += TSimd.Size)
            {
                TVector low = TSimd.AddInt16(LoadEven(first + i), LoadEven(second + i));
                TVector high = TSimd.AddInt16(LoadOdd(first + i), LoadOdd(second + i));
                TSimd.Store(Quarter(low, high, two), target + i);
            }
        }

        For(SimdWidth.Scalar).AverageRows(upper[count..], lower[count..], output[count..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MixRows(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float fraction, Span<float> output, float scale, float offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upper.Length, output.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(lower.Length, output.Length);
        int count = output.Length & -Values;
        TVector upperWeights = TSimd.BroadcastSingle(1 - fraction);
        TVector lowerWeights = TSimd.BroadcastSingle(fraction);
        TVector scales = TSimd.BroadcastSingle(scale);
        TVector offsets = TSimd.BroadcastSingle(offset);
        fixed (float* first = upper, second = lower, target = output)
        {
            for (int i = 0; i < count; i += Values)
            {
                TVector mixed = TSimd.AddSingle(
                    TSimd.MultiplySingle(TSimd.Load((byte*)(first + i)), upperWeights), TSimd.MultiplySingle(TSimd.Load((byte*)(second + i)), lowerWeights));
                StoreNormalized(mixed, target + i, scales, offsets);
            }
        }

        For(SimdWidth.Scalar).MixRows(upper[count..], lower[count..], fraction, output[count..], scale, offset);
    }

    /// <summary>How many columns, a multiple of four, may read 8 bytes without leaving the row.</summary>
    private static int CountSafe(in PixelView row, PixelLayout layout, ReadOnlySpan<int> indices)
    {
        int count = indices.Length & -ColumnsAtOnce;
        int limit = (row.Width * layout.Size) - PairBytes;
        while (count > 0 && indices[count - 1] * layout.Size > limit)
        {
            count -= ColumnsAtOnce;
        }

        return count > 0 && indices[0] < 0 ? throw new ArgumentOutOfRangeException(nameof(indices), indices[0], "A column lies left of the image.") : count;
    }

    private static int CountWhole(ReadOnlySpan<short> upper, ReadOnlySpan<short> lower, ReadOnlySpan<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upper.Length, output.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(lower.Length, output.Length);
        return output.Length & -TSimd.Size;
    }

    /// <summary>Puts both pixels' red, green and blue side by side, as 16-bit values; gray first.</summary>
    private static Vector128<byte> PairControl(PixelLayout layout)
    {
        Span<byte> control = stackalloc byte[Side];
        control.Fill(0xFF);
        for (int plane = 0; plane < 3; plane++)
        {
            control[4 * plane] = (byte)layout.Offset(plane);
            control[(4 * plane) + 2] = (byte)(layout.Offset(plane) + layout.Size);
        }

        return Vector128.Create(control);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MixPair(byte* pixels, int weights, Vector128<byte> control)
    {
        Vector128<byte> pair = Simd128.Shuffle(Vector128.CreateScalarUnsafe(*(ulong*)pixels).AsByte(), control);
        return Simd128.MultiplyAddPairs(pair, Simd128.BroadcastInt32(weights)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> MixPair(byte* pixels, float fraction, Vector128<byte> control)
    {
        Vector128<int> pair = Simd128.Shuffle(Vector128.CreateScalarUnsafe(*(ulong*)pixels).AsByte(), control).AsInt32();
        Vector128<float> left = Vector128.ConvertToSingle(pair & Vector128.Create(0xFFFF));
        Vector128<float> right = Vector128.ConvertToSingle(pair >>> 16);
        return ((left * (1 - fraction)) + (right * fraction)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadEven(short* values) => TSimd.LoadLanes((byte*)values, 2 * Side);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadOdd(short* values) => TSimd.LoadLanes((byte*)values + Side, 2 * Side);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Quarter(TVector low, TVector high, TVector two) => TSimd.PackInt16(
        TSimd.ShiftRightUInt16(TSimd.AddInt16(low, two), 2), TSimd.ShiftRightUInt16(TSimd.AddInt16(high, two), 2));
}
