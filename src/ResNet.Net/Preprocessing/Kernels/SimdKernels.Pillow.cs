using System.Runtime.CompilerServices;

namespace ResNet.Net;

/// <remarks>
/// Both passes of the filter use one operation: a weighted sum of byte vectors that are a stride apart. Rows have this layout. For the
/// horizontal pass, tiles of the image are transposed, filtered like rows, and transposed back.
/// </remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ResampleColumns(
        in PixelView block, in TapTable columns, Span<byte> output, int planeStride, int rowStride, PreprocessingScratch scratch)
    {
        PixelLayout layout = PixelLayout.Of(block.Format);
        int rowLength = block.Width * layout.Size;
        if (rowLength < LaneBytes)
        {
            ResampleNarrow(block, columns, output, planeStride, rowStride, scratch);
            return;
        }

        int rows = TSimd.Size;
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, rows * rowStride);
        nint* offsets = stackalloc nint[rows];
        for (int i = 0; i < rows; i++)
        {
            offsets[i] = block.Origin + ((nint)Math.Min(i, block.Height - 1) * block.Stride);
        }

        int tileLength = TileLength(columns, layout, rowLength);
        int resultLength = layout.PlaneCount * LaneBytes * rows;
        fixed (byte* pixels = block.Pixels, target = output, memory = scratch.Tile(checked((tileLength * rows) + resultLength)))
        {
            byte* result = memory;
            byte* tile = memory + resultLength;
            for (int x = 0; x < columns.Count; x += LaneBytes)
            {
                int last = Math.Min(x + LaneBytes, columns.Count) - 1;
                int end = (columns.Start(last) + columns.Length(last)) * layout.Size;
                int first = Math.Min(columns.Start(x) * layout.Size, rowLength - LaneBytes);
                for (int i = first; ; i = Math.Min(i + LaneBytes, end - LaneBytes))
                {
                    LoadTransposed(pixels + i, offsets, tile + ((nint)(i - first) * rows));
                    if (i + LaneBytes >= end)
                    {
                        break;
                    }
                }

                for (int i = 0; i < LaneBytes; i++)
                {
                    // Beyond the last column, that column is repeated. The buffer has room for it, and nothing reads it.
                    int column = Math.Min(x + i, last);
                    ReadOnlySpan<int> weights = columns.PackedWeights(column);
                    byte* taps = tile + ((((nint)columns.Start(column) * layout.Size) - first) * rows);
                    for (int plane = 0; plane < layout.PlaneCount; plane++)
                    {
                        TVector sum = Sum(taps + (layout.Offset(plane) * rows), layout.Size * rows, weights);
                        TSimd.Store(sum, result + (((plane * LaneBytes) + i) * rows));
                    }
                }

                for (int plane = 0; plane < layout.PlaneCount; plane++)
                {
                    StoreTransposed(result + (plane * LaneBytes * rows), target + (plane * planeStride) + x, rowStride);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WeightedSum(ReadOnlySpan<byte> rows, int stride, in TapTable filter, int y, Span<byte> output)
    {
        ReadOnlySpan<int> weights = filter.PackedWeights(y);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, checked(((weights.Length - 1) * stride) + output.Length));
        fixed (byte* source = rows, target = output)
        {
            int i = 0;
            for (; i <= output.Length - TSimd.Size; i += TSimd.Size)
            {
                TSimd.Store(Sum(source + i, stride, weights), target + i);
            }

            if (i < output.Length)
            {
                For(SimdWidth.Scalar).WeightedSum(rows[i..], stride, filter, y, output[i..]);
            }
        }
    }

    private static void ResampleNarrow(
        in PixelView block, in TapTable columns, Span<byte> output, int planeStride, int rowStride, PreprocessingScratch scratch)
    {
        for (int y = 0; y < block.Height; y++)
        {
            Span<byte> row = output.Slice(y * rowStride, rowStride);
            For(SimdWidth.Scalar).ResampleColumns(block.Rows(y, 1), columns, row, planeStride, rowStride, scratch);
        }
    }

    /// <summary>Gets the number of bytes per row of the widest tile, including a pixel for the second half of an odd last pair.</summary>
    private static int TileLength(in TapTable columns, PixelLayout layout, int rowLength)
    {
        int longest = LaneBytes;
        for (int x = 0; x < columns.Count; x += LaneBytes)
        {
            int last = Math.Min(x + LaneBytes, columns.Count) - 1;
            int first = Math.Min(columns.Start(x) * layout.Size, rowLength - LaneBytes);
            longest = Math.Max(longest, ((columns.Start(last) + columns.Length(last)) * layout.Size) - first);
        }

        return longest + layout.Size;
    }

    /// <summary>
    /// Computes a vector of weighted sums, rounded and clamped to bytes. The partial 32-bit sums may wrap; the total fits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Sum(byte* taps, nint stride, ReadOnlySpan<int> weights)
    {
        TVector lower0 = TSimd.BroadcastInt32(PillowArithmetic.Half);
        (TVector lower1, TVector lower2, TVector lower3) = (lower0, lower0, lower0);
        TVector zero = default;
        (TVector upper0, TVector upper1, TVector upper2, TVector upper3) = (zero, zero, zero, zero);
        for (int k = 0; k < weights.Length; k += 2)
        {
            TVector first = TSimd.Load(taps);
            TVector second = TSimd.Load(taps + stride);
            TVector upperWeights = TSimd.BroadcastInt32(weights[k]);
            TVector lowerWeights = TSimd.BroadcastInt32(weights[k + 1]);
            TVector low = TSimd.UnpackLow8(first, second);
            TVector high = TSimd.UnpackHigh8(first, second);
            TVector values = TSimd.UnpackLow8(low, zero);
            upper0 = TSimd.AddInt32(upper0, TSimd.MultiplyAddPairs(values, upperWeights));
            lower0 = TSimd.AddInt32(lower0, TSimd.MultiplyAddPairs(values, lowerWeights));
            values = TSimd.UnpackHigh8(low, zero);
            upper1 = TSimd.AddInt32(upper1, TSimd.MultiplyAddPairs(values, upperWeights));
            lower1 = TSimd.AddInt32(lower1, TSimd.MultiplyAddPairs(values, lowerWeights));
            values = TSimd.UnpackLow8(high, zero);
            upper2 = TSimd.AddInt32(upper2, TSimd.MultiplyAddPairs(values, upperWeights));
            lower2 = TSimd.AddInt32(lower2, TSimd.MultiplyAddPairs(values, lowerWeights));
            values = TSimd.UnpackHigh8(high, zero);
            upper3 = TSimd.AddInt32(upper3, TSimd.MultiplyAddPairs(values, upperWeights));
            lower3 = TSimd.AddInt32(lower3, TSimd.MultiplyAddPairs(values, lowerWeights));
            taps += 2 * stride;
        }

        return TSimd.PackInt16(
            TSimd.PackInt32(Total(upper0, lower0), Total(upper1, lower1)),
            TSimd.PackInt32(Total(upper2, lower2), Total(upper3, lower3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Total(TVector upper, TVector lower)
        => TSimd.ShiftRightInt32(TSimd.AddInt32(TSimd.ShiftLeftInt32(upper, TapTable.HalfBits), lower), PillowArithmetic.PrecisionBits);

    /// <summary>Loads 16 bytes of each row and stores 16 vectors in sequence; vector i holds byte i of every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadTransposed(byte* source, nint* offsets, byte* tile)
    {
        TVector r0 = TSimd.LoadLanes(source, offsets);
        TVector r1 = TSimd.LoadLanes(source, offsets + 1);
        TVector r2 = TSimd.LoadLanes(source, offsets + 2);
        TVector r3 = TSimd.LoadLanes(source, offsets + 3);
        TVector r4 = TSimd.LoadLanes(source, offsets + 4);
        TVector r5 = TSimd.LoadLanes(source, offsets + 5);
        TVector r6 = TSimd.LoadLanes(source, offsets + 6);
        TVector r7 = TSimd.LoadLanes(source, offsets + 7);
        TVector r8 = TSimd.LoadLanes(source, offsets + 8);
        TVector r9 = TSimd.LoadLanes(source, offsets + 9);
        TVector r10 = TSimd.LoadLanes(source, offsets + 10);
        TVector r11 = TSimd.LoadLanes(source, offsets + 11);
        TVector r12 = TSimd.LoadLanes(source, offsets + 12);
        TVector r13 = TSimd.LoadLanes(source, offsets + 13);
        TVector r14 = TSimd.LoadLanes(source, offsets + 14);
        TVector r15 = TSimd.LoadLanes(source, offsets + 15);
        Transpose(
            ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7,
            ref r8, ref r9, ref r10, ref r11, ref r12, ref r13, ref r14, ref r15);
        TSimd.Store(r0, tile);
        TSimd.Store(r1, tile + TSimd.Size);
        TSimd.Store(r2, tile + (2 * TSimd.Size));
        TSimd.Store(r3, tile + (3 * TSimd.Size));
        TSimd.Store(r4, tile + (4 * TSimd.Size));
        TSimd.Store(r5, tile + (5 * TSimd.Size));
        TSimd.Store(r6, tile + (6 * TSimd.Size));
        TSimd.Store(r7, tile + (7 * TSimd.Size));
        TSimd.Store(r8, tile + (8 * TSimd.Size));
        TSimd.Store(r9, tile + (9 * TSimd.Size));
        TSimd.Store(r10, tile + (10 * TSimd.Size));
        TSimd.Store(r11, tile + (11 * TSimd.Size));
        TSimd.Store(r12, tile + (12 * TSimd.Size));
        TSimd.Store(r13, tile + (13 * TSimd.Size));
        TSimd.Store(r14, tile + (14 * TSimd.Size));
        TSimd.Store(r15, tile + (15 * TSimd.Size));
    }

    /// <summary>Reverses <see cref="LoadTransposed"/>: loads 16 vectors and stores 16 bytes of each row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreTransposed(byte* tile, byte* destination, nint stride)
    {
        TVector r0 = TSimd.Load(tile);
        TVector r1 = TSimd.Load(tile + TSimd.Size);
        TVector r2 = TSimd.Load(tile + (2 * TSimd.Size));
        TVector r3 = TSimd.Load(tile + (3 * TSimd.Size));
        TVector r4 = TSimd.Load(tile + (4 * TSimd.Size));
        TVector r5 = TSimd.Load(tile + (5 * TSimd.Size));
        TVector r6 = TSimd.Load(tile + (6 * TSimd.Size));
        TVector r7 = TSimd.Load(tile + (7 * TSimd.Size));
        TVector r8 = TSimd.Load(tile + (8 * TSimd.Size));
        TVector r9 = TSimd.Load(tile + (9 * TSimd.Size));
        TVector r10 = TSimd.Load(tile + (10 * TSimd.Size));
        TVector r11 = TSimd.Load(tile + (11 * TSimd.Size));
        TVector r12 = TSimd.Load(tile + (12 * TSimd.Size));
        TVector r13 = TSimd.Load(tile + (13 * TSimd.Size));
        TVector r14 = TSimd.Load(tile + (14 * TSimd.Size));
        TVector r15 = TSimd.Load(tile + (15 * TSimd.Size));
        Transpose(
            ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7,
            ref r8, ref r9, ref r10, ref r11, ref r12, ref r13, ref r14, ref r15);
        TSimd.StoreLanes(r0, destination, LaneBytes * stride);
        TSimd.StoreLanes(r1, destination + stride, LaneBytes * stride);
        TSimd.StoreLanes(r2, destination + (2 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r3, destination + (3 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r4, destination + (4 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r5, destination + (5 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r6, destination + (6 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r7, destination + (7 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r8, destination + (8 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r9, destination + (9 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r10, destination + (10 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r11, destination + (11 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r12, destination + (12 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r13, destination + (13 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r14, destination + (14 * stride), LaneBytes * stride);
        TSimd.StoreLanes(r15, destination + (15 * stride), LaneBytes * stride);
    }

    /// <summary>
    /// Transposes 16x16 bytes in every lane. Interleaving rows i and i + 8 four times rotates the address of a byte by half its bits. In
    /// place, the pairs are 8, 4, 2 and 1 apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref TVector r0, ref TVector r1, ref TVector r2, ref TVector r3,
        ref TVector r4, ref TVector r5, ref TVector r6, ref TVector r7,
        ref TVector r8, ref TVector r9, ref TVector r10, ref TVector r11,
        ref TVector r12, ref TVector r13, ref TVector r14, ref TVector r15)
    {
        Interleave(ref r0, ref r8);
        Interleave(ref r1, ref r9);
        Interleave(ref r2, ref r10);
        Interleave(ref r3, ref r11);
        Interleave(ref r4, ref r12);
        Interleave(ref r5, ref r13);
        Interleave(ref r6, ref r14);
        Interleave(ref r7, ref r15);

        Interleave(ref r0, ref r4);
        Interleave(ref r1, ref r5);
        Interleave(ref r2, ref r6);
        Interleave(ref r3, ref r7);
        Interleave(ref r8, ref r12);
        Interleave(ref r9, ref r13);
        Interleave(ref r10, ref r14);
        Interleave(ref r11, ref r15);

        Interleave(ref r0, ref r2);
        Interleave(ref r1, ref r3);
        Interleave(ref r4, ref r6);
        Interleave(ref r5, ref r7);
        Interleave(ref r8, ref r10);
        Interleave(ref r9, ref r11);
        Interleave(ref r12, ref r14);
        Interleave(ref r13, ref r15);

        Interleave(ref r0, ref r1);
        Interleave(ref r2, ref r3);
        Interleave(ref r4, ref r5);
        Interleave(ref r6, ref r7);
        Interleave(ref r8, ref r9);
        Interleave(ref r10, ref r11);
        Interleave(ref r12, ref r13);
        Interleave(ref r14, ref r15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(ref TVector first, ref TVector second)
        => (first, second) = (TSimd.UnpackLow8(first, second), TSimd.UnpackHigh8(first, second));
}
