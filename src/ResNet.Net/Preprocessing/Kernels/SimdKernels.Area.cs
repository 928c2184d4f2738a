using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ResNet.Net;

/// <remarks>
/// The horizontal passes of INTER_AREA sum whole pixels, one color per element of a 128-bit vector, because the order of the sums is fixed.
/// Gray rows are processed by the scalar kernels.
/// </remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    // 1.5 * 2^23: adding it rounds a float32 within +-2^22 to an integer, halves to even, in the lower bits of the sum.
    private const float Rounder = 12_582_912f;
    private const int RounderBits = 0x4B40_0000;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumAreas(in PixelView row, in AreaTable columns, Span<float> output, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        int count = layout.PlaneCount == 1 ? 0 : CountVectorColumns(row, layout, columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, ((layout.PlaneCount - 1) * planeStride) + columns.Count);
        Vector128<byte> control = CreatePixelControl(layout);
        fixed (byte* pixels = row.Pixels)
        fixed (float* target = output)
        {
            for (int x = 0; x < count; x += ColumnsPerIteration)
            {
                StoreColumns(
                    SumArea(pixels, columns, x, layout.Size, control),
                    SumArea(pixels, columns, x + 1, layout.Size, control),
                    SumArea(pixels, columns, x + 2, layout.Size, control),
                    SumArea(pixels, columns, x + 3, layout.Size, control),
                    target + x,
                    planeStride);
            }
        }

        ScalarKernels.SumAreas(row, count, columns, output, planeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddBlocks(in PixelView row, int first, int length, int count, Span<int> sums, int planeStride)
    {
        PixelLayout layout = PixelLayout.Of(row.Format);
        ArgumentOutOfRangeException.ThrowIfLessThan(row.Width, first + (length * count));
        ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, ((layout.PlaneCount - 1) * planeStride) + count);
        int vectorCount = 0;
        if (layout.PlaneCount == 3)
        {
            // A pixel is read as 4 bytes, which the last one of the row may not have.
            int last = first + (length * count) == row.Width && layout.Size < 4 ? 1 : 0;
            vectorCount = (count - last) & -ColumnsPerIteration;
            Vector128<byte> control = CreatePixelControl(layout);
            int* planes = stackalloc int[3 * ColumnsPerIteration];
            fixed (byte* pixels = row.Pixels)
            fixed (int* target = sums)
            {
                byte* source = pixels + ((nint)first * layout.Size);
                nint block = (nint)length * layout.Size;
                for (int x = 0; x < vectorCount; x += ColumnsPerIteration)
                {
                    Vector128<byte> column0 = SumBlock(source, length, layout.Size, control);
                    Vector128<byte> column1 = SumBlock(source + block, length, layout.Size, control);
                    Vector128<byte> column2 = SumBlock(source + (2 * block), length, layout.Size, control);
                    Vector128<byte> column3 = SumBlock(source + (3 * block), length, layout.Size, control);
                    source += 4 * block;
                    StoreColumns(column0, column1, column2, column3, (float*)planes, ColumnsPerIteration);
                    for (int plane = 0; plane < 3; plane++)
                    {
                        int* values = target + (plane * planeStride) + x;
                        (Vector128.Load(values) + Vector128.Load(planes + (plane * ColumnsPerIteration))).Store(values);
                    }
                }
            }
        }

        int start = first + (vectorCount * length);
        For(SimdWidth.Scalar).AddBlocks(row, start, length, count - vectorCount, sums[vectorCount..], planeStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddWeighted(ReadOnlySpan<float> values, float weight, Span<float> sums)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, sums.Length);
        int count = sums.Length & -FloatsPerVector;
        TVector weights = TSimd.BroadcastSingle(weight);
        fixed (float* source = values, target = sums)
        {
            for (int i = 0; i < count; i += FloatsPerVector)
            {
                TVector product = TSimd.MultiplySingle(TSimd.Load((byte*)(source + i)), weights);
                TSimd.Store(TSimd.AddSingle(TSimd.Load((byte*)(target + i)), product), (byte*)(target + i));
            }
        }

        For(SimdWidth.Scalar).AddWeighted(values[count..], weight, sums[count..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ScaleToBytes(ReadOnlySpan<float> values, float scale, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, output.Length);
        int count = output.Length & -TSimd.Size;
        TVector scales = TSimd.BroadcastSingle(scale);
        fixed (float* source = values)
        fixed (byte* target = output)
        {
            for (int i = 0; i < count; i += TSimd.Size)
            {
                // Each lane of bytes is packed from four lanes of floats.
                TSimd.Store(
                    PackRounded(
                        TSimd.MultiplySingle(LoadQuarter(source + i, 0), scales),
                        TSimd.MultiplySingle(LoadQuarter(source + i, 1), scales),
                        TSimd.MultiplySingle(LoadQuarter(source + i, 2), scales),
                        TSimd.MultiplySingle(LoadQuarter(source + i, 3), scales)),
                    target + i);
            }
        }

        For(SimdWidth.Scalar).ScaleToBytes(values[count..], scale, output[count..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ScaleToBytes(ReadOnlySpan<int> values, float scale, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, output.Length);
        int count = output.Length & -TSimd.Size;
        TVector scales = TSimd.BroadcastSingle(scale);
        fixed (int* source = values)
        fixed (byte* target = output)
        {
            for (int i = 0; i < count; i += TSimd.Size)
            {
                float* first = (float*)(source + i);
                TSimd.Store(
                    PackRounded(
                        TSimd.MultiplySingle(TSimd.ConvertToSingle(LoadQuarter(first, 0)), scales),
                        TSimd.MultiplySingle(TSimd.ConvertToSingle(LoadQuarter(first, 1)), scales),
                        TSimd.MultiplySingle(TSimd.ConvertToSingle(LoadQuarter(first, 2)), scales),
                        TSimd.MultiplySingle(TSimd.ConvertToSingle(LoadQuarter(first, 3)), scales)),
                    target + i);
            }
        }

        For(SimdWidth.Scalar).ScaleToBytes(values[count..], scale, output[count..]);
    }

    /// <summary>Gets the number of columns, a multiple of four, whose pixels can all be read as 4 bytes without leaving the row.</summary>
    private static int CountVectorColumns(in PixelView row, PixelLayout layout, in AreaTable columns)
    {
        int count = columns.Count & -ColumnsPerIteration;
        int limit = row.Width - (layout.Size < 4 ? 1 : 0);
        while (count > 0 && columns.Start(count - 1) + columns.Length(count - 1) > limit)
        {
            count -= ColumnsPerIteration;
        }

        return count > 0 && columns.Start(0) < 0
            ? throw new ArgumentOutOfRangeException(nameof(columns), columns.Start(0), "The index of a column is negative.")
            : count;
    }

    /// <summary>Creates a shuffle control that widens the red, green and blue of a pixel to 32 bits.</summary>
    private static Vector128<byte> CreatePixelControl(PixelLayout layout)
    {
        Span<byte> control = stackalloc byte[LaneBytes];
        control.Fill(0xFF);
        for (int plane = 0; plane < 3; plane++)
        {
            control[plane * sizeof(int)] = (byte)layout.Offset(plane);
        }

        return Vector128.Create(control);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> LoadPixel(byte* pixel, Vector128<byte> control)
        => Simd128.Shuffle(Vector128.CreateScalarUnsafe(*(uint*)pixel).AsByte(), control).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> SumArea(byte* pixels, in AreaTable columns, int x, int size, Vector128<byte> control)
    {
        Vector128<float> sum = default;
        byte* pixel = pixels + ((nint)columns.Start(x) * size);
        foreach (float weight in columns.Weights(x))
        {
            sum += Vector128.ConvertToSingle(LoadPixel(pixel, control)) * Vector128.Create(weight);
            pixel += size;
        }

        return sum.AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> SumBlock(byte* pixel, int length, int size, Vector128<byte> control)
    {
        Vector128<int> sum = default;
        for (int k = 0; k < length; k++)
        {
            sum += LoadPixel(pixel, control);
            pixel += size;
        }

        return sum.AsByte();
    }

    /// <summary>Stores four columns of red, green, blue as rows of three planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreColumns(
        Vector128<byte> column0, Vector128<byte> column1, Vector128<byte> column2, Vector128<byte> column3, float* target, nint planeStride)
    {
        Vector128<byte> redGreen01 = Simd128.UnpackLow32(column0, column1);
        Vector128<byte> redGreen23 = Simd128.UnpackLow32(column2, column3);
        Simd128.UnpackLow64(redGreen01, redGreen23).AsSingle().Store(target);
        Simd128.UnpackHigh64(redGreen01, redGreen23).AsSingle().Store(target + planeStride);
        Vector128<byte> blue01 = Simd128.UnpackHigh32(column0, column1);
        Vector128<byte> blue23 = Simd128.UnpackHigh32(column2, column3);
        Simd128.UnpackLow64(blue01, blue23).AsSingle().Store(target + (2 * planeStride));
    }

    /// <summary>Loads every fourth lane of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector LoadQuarter(float* values, int quarter)
        => TSimd.LoadLanes((byte*)(values + (quarter * FloatsPerLane)), 4 * LaneBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector PackRounded(TVector first, TVector second, TVector third, TVector fourth)
        => TSimd.PackInt16(TSimd.PackInt32(Round(first), Round(second)), TSimd.PackInt32(Round(third), Round(fourth)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Round(TVector values)
        => TSimd.AddInt32(TSimd.AddSingle(values, TSimd.BroadcastSingle(Rounder)), TSimd.BroadcastInt32(-RounderBits));
}
