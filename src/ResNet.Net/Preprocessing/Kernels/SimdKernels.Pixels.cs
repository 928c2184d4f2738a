using System.Runtime.CompilerServices;

namespace ResNet.Net;

internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    // A vector holds so many values of 32 bits, a lane four.
    private const int LaneValues = Side / sizeof(float);

    private static int Values => TSimd.Size / sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Flatten(ReadOnlySpan<byte> pixels, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, pixels.Length);
        int whole = pixels.Length & -TSimd.Size;
        ReadOnlySpan<byte> alphaControl = [3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15];
        TVector zero = default;
        TVector half = TSimd.BroadcastInt16(127);
        TVector one = TSimd.BroadcastInt16(1);
        fixed (byte* source = pixels, target = output, control = alphaControl)
        {
            TVector alphas = TSimd.BroadcastLane(control);
            for (int i = 0; i < whole; i += TSimd.Size)
            {
                TVector values = TSimd.Load(source + i);
                TVector alpha = TSimd.Shuffle(values, alphas);
                TVector low = Over255(TSimd.AddInt16(TSimd.MultiplyInt16(TSimd.UnpackLow8(values, zero), TSimd.UnpackLow8(alpha, zero)), half), one);
                TVector high = Over255(TSimd.AddInt16(TSimd.MultiplyInt16(TSimd.UnpackHigh8(values, zero), TSimd.UnpackHigh8(alpha, zero)), half), one);
                TSimd.Store(TSimd.PackInt16(low, high), target + i);
            }
        }

        For(SimdWidth.Scalar).Flatten(pixels[whole..], output[whole..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Normalize(ReadOnlySpan<byte> values, Span<float> output, float scale, float offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, values.Length);
        if (values.Length < Values)
        {
            For(SimdWidth.Scalar).Normalize(values, output, scale, offset);
            return;
        }

        TVector scales = TSimd.BroadcastSingle(scale);
        TVector offsets = TSimd.BroadcastSingle(offset);
        fixed (byte* source = values)
        fixed (float* target = output)
        {
            for (int i = 0; i < values.Length; i = Next(i, values.Length))
            {
                StoreNormalized(TSimd.ConvertToSingle(TSimd.WidenToInt32(source + i)), target + i, scales, offsets);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NormalizePixels(ReadOnlySpan<byte> pixels, PixelLayout layout, Span<float> planes, int planeStride, Normalization normalization)
    {
        int count = pixels.Length / layout.Size;
        ArgumentOutOfRangeException.ThrowIfLessThan(planeStride, count);
        ArgumentOutOfRangeException.ThrowIfLessThan(planes.Length, (2 * planeStride) + count);

        // A lane reads 16 bytes for four pixels, of which three bytes a pixel need 12: the last two pixels are too near to the end.
        int vectorised = layout.Size == 3 ? count - 2 : count;
        if (vectorised < Values)
        {
            For(SimdWidth.Scalar).NormalizePixels(pixels, layout, planes, planeStride, normalization);
            return;
        }

        byte* controls = stackalloc byte[3 * Side];
        for (int plane = 0; plane < 3; plane++)
        {
            ToInt32Control(layout, layout.Offset(normalization.Color(plane)), new Span<byte>(controls + (plane * Side), Side));
        }

        (TVector control0, TVector control1, TVector control2) = (TSimd.BroadcastLane(controls), TSimd.BroadcastLane(controls + Side), TSimd.BroadcastLane(controls + (2 * Side)));
        (TVector scale0, TVector offset0) = (TSimd.BroadcastSingle(normalization.Scale(0)), TSimd.BroadcastSingle(normalization.Offset(0)));
        (TVector scale1, TVector offset1) = (TSimd.BroadcastSingle(normalization.Scale(1)), TSimd.BroadcastSingle(normalization.Offset(1)));
        (TVector scale2, TVector offset2) = (TSimd.BroadcastSingle(normalization.Scale(2)), TSimd.BroadcastSingle(normalization.Offset(2)));
        fixed (byte* source = pixels)
        fixed (float* target = planes)
        {
            float* target1 = target + planeStride;
            float* target2 = target1 + planeStride;
            for (int i = 0; i < vectorised; i = Next(i, vectorised))
            {
                TVector values = TSimd.LoadLanes(source + ((nint)i * layout.Size), LaneValues * layout.Size);
                StoreNormalized(TSimd.ConvertToSingle(TSimd.Shuffle(values, control0)), target + i, scale0, offset0);
                StoreNormalized(TSimd.ConvertToSingle(TSimd.Shuffle(values, control1)), target1 + i, scale1, offset1);
                StoreNormalized(TSimd.ConvertToSingle(TSimd.Shuffle(values, control2)), target2 + i, scale2, offset2);
            }
        }

        For(SimdWidth.Scalar).NormalizePixels(pixels[(vectorised * layout.Size)..], layout, planes[vectorised..], planeStride, normalization);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreNormalized(TVector values, float* target, TVector scale, TVector offset)
        => TSimd.Store(TSimd.AddSingle(TSimd.MultiplySingle(values, scale), offset), (byte*)target);

    /// <summary>The next vector of 32-bit values; the last one overlaps the one before, and what it writes again is the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(int position, int count)
        => position + Values >= count ? count : Math.Min(position + Values, count - Values);

    /// <summary>Picks one color of four pixels into 32 bits each.</summary>
    private static void ToInt32Control(PixelLayout layout, int color, Span<byte> control)
    {
        control.Fill(0xFF);
        for (int i = 0; i < LaneValues; i++)
        {
            control[i * sizeof(float)] = (byte)((i * layout.Size) + color);
        }
    }

    /// <summary>Division by 255, exact for all of 0 to 65534.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Over255(TVector values, TVector one)
        => TSimd.ShiftRightUInt16(TSimd.AddInt16(TSimd.AddInt16(values, one), TSimd.ShiftRightUInt16(values, 8)), 8);
}
