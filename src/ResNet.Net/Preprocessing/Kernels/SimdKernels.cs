using System.Runtime.CompilerServices;

namespace ResNet.Net;

/// <summary>Implements the kernels with vectors. The code is written once and compiled for each width.</summary>
/// <remarks>
/// The methods are optimized at their first call. The runtime's quick first compilation makes vector code slower than scalar code and keeps
/// it for thirty calls.
/// </remarks>
internal sealed unsafe partial class SimdKernels<TSimd, TVector> : PreprocessingKernels
    where TSimd : ISimd<TVector>
    where TVector : struct
{
    private const int LaneBytes = 16;
    private const int FloatsPerLane = LaneBytes / sizeof(float);

    public override int RowsPerBlock => TSimd.Size;

    private static int FloatsPerVector => TSimd.Size / sizeof(float);

    public override int PlaneStride(int width) => checked(width + LaneBytes - 1) & -LaneBytes;

    public override int RowStride(int planes) => checked(planes + TSimd.Size - 1) & -TSimd.Size;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Flatten(ReadOnlySpan<byte> pixels, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, pixels.Length);
        int vectorLength = pixels.Length & -TSimd.Size;
        ReadOnlySpan<byte> alphaControl = [3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15];
        TVector zero = default;
        TVector half = TSimd.BroadcastInt16(127);
        TVector one = TSimd.BroadcastInt16(1);
        fixed (byte* source = pixels, target = output, control = alphaControl)
        {
            TVector alphas = TSimd.BroadcastLane(control);
            for (int i = 0; i < vectorLength; i += TSimd.Size)
            {
                TVector values = TSimd.Load(source + i);
                TVector alpha = TSimd.Shuffle(values, alphas);
                TVector low = TSimd.MultiplyInt16(TSimd.UnpackLow8(values, zero), TSimd.UnpackLow8(alpha, zero));
                TVector high = TSimd.MultiplyInt16(TSimd.UnpackHigh8(values, zero), TSimd.UnpackHigh8(alpha, zero));
                low = DivideBy255(TSimd.AddInt16(low, half), one);
                high = DivideBy255(TSimd.AddInt16(high, half), one);
                TSimd.Store(TSimd.PackInt16(low, high), target + i);
            }
        }

        For(SimdWidth.Scalar).Flatten(pixels[vectorLength..], output[vectorLength..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Normalize(ReadOnlySpan<byte> values, Span<float> output, float scale, float offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, values.Length);
        if (values.Length < FloatsPerVector)
        {
            For(SimdWidth.Scalar).Normalize(values, output, scale, offset);
            return;
        }

        TVector scales = TSimd.BroadcastSingle(scale);
        TVector offsets = TSimd.BroadcastSingle(offset);
        fixed (byte* source = values)
        fixed (float* target = output)
        {
            for (int i = 0; i < values.Length; i = Advance(i, values.Length))
            {
                StoreNormalized(TSimd.ConvertToSingle(TSimd.WidenToInt32(source + i)), target + i, scales, offsets);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NormalizePixels(
        ReadOnlySpan<byte> pixels, PixelLayout layout, Span<float> planes, int planeStride, Normalization normalization)
    {
        int count = pixels.Length / layout.Size;
        ArgumentOutOfRangeException.ThrowIfLessThan(planeStride, count);
        ArgumentOutOfRangeException.ThrowIfLessThan(planes.Length, (2 * planeStride) + count);

        // A lane reads 16 bytes for four pixels. At 3 bytes per pixel it uses only 12, so the last two pixels are too close to the end.
        int vectorCount = layout.Size == 3 ? count - 2 : count;
        if (vectorCount < FloatsPerVector)
        {
            For(SimdWidth.Scalar).NormalizePixels(pixels, layout, planes, planeStride, normalization);
            return;
        }

        byte* controls = stackalloc byte[3 * LaneBytes];
        for (int plane = 0; plane < 3; plane++)
        {
            Span<byte> control = new(controls + (plane * LaneBytes), LaneBytes);
            FillWideningControl(layout, layout.Offset(normalization.Color(plane)), control);
        }

        TVector control0 = TSimd.BroadcastLane(controls);
        TVector control1 = TSimd.BroadcastLane(controls + LaneBytes);
        TVector control2 = TSimd.BroadcastLane(controls + (2 * LaneBytes));
        (TVector scale0, TVector offset0) = (TSimd.BroadcastSingle(normalization.Scale(0)), TSimd.BroadcastSingle(normalization.Offset(0)));
        (TVector scale1, TVector offset1) = (TSimd.BroadcastSingle(normalization.Scale(1)), TSimd.BroadcastSingle(normalization.Offset(1)));
        (TVector scale2, TVector offset2) = (TSimd.BroadcastSingle(normalization.Scale(2)), TSimd.BroadcastSingle(normalization.Offset(2)));
        fixed (byte* source = pixels)
        fixed (float* target = planes)
        {
            float* target1 = target + planeStride;
            float* target2 = target1 + planeStride;
            for (int i = 0; i < vectorCount; i = Advance(i, vectorCount))
            {
                TVector values = TSimd.LoadLanes(source + ((nint)i * layout.Size), FloatsPerLane * layout.Size);
                StoreNormalized(TSimd.ConvertToSingle(TSimd.Shuffle(values, control0)), target + i, scale0, offset0);
                StoreNormalized(TSimd.ConvertToSingle(TSimd.Shuffle(values, control1)), target1 + i, scale1, offset1);
                StoreNormalized(TSimd.ConvertToSingle(TSimd.Shuffle(values, control2)), target2 + i, scale2, offset2);
            }
        }

        ReadOnlySpan<byte> rest = pixels[(vectorCount * layout.Size)..];
        For(SimdWidth.Scalar).NormalizePixels(rest, layout, planes[vectorCount..], planeStride, normalization);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreNormalized(TVector values, float* target, TVector scale, TVector offset)
        => TSimd.Store(TSimd.AddSingle(TSimd.MultiplySingle(values, scale), offset), (byte*)target);

    /// <summary>
    /// Gets the position of the next vector of 32-bit values. The last vector overlaps the previous one and rewrites the same values.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Advance(int position, int count)
        => position + FloatsPerVector >= count ? count : Math.Min(position + FloatsPerVector, count - FloatsPerVector);

    /// <summary>Fills a shuffle control that widens one color of four pixels to 32 bits each.</summary>
    private static void FillWideningControl(PixelLayout layout, int color, Span<byte> control)
    {
        control.Fill(0xFF);
        for (int i = 0; i < FloatsPerLane; i++)
        {
            control[i * sizeof(float)] = (byte)((i * layout.Size) + color);
        }
    }

    /// <summary>Divides by 255; exact from 0 to 65534.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector DivideBy255(TVector values, TVector one)
        => TSimd.ShiftRightUInt16(TSimd.AddInt16(TSimd.AddInt16(values, one), TSimd.ShiftRightUInt16(values, 8)), 8);
}
