using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>Implements the operations with four lanes: AVX-512 (F, BW).</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<byte>>
{
    public static int Size => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> vector, byte* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadLanes(byte* source, nint* offsets) => Vector512.Create(
        Vector256.Create(Vector128.Load(source + offsets[0]), Vector128.Load(source + offsets[16])),
        Vector256.Create(Vector128.Load(source + offsets[32]), Vector128.Load(source + offsets[48])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadLanes(byte* source, nint stride) => Vector512.Create(
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)),
        Vector256.Create(Vector128.Load(source + (2 * stride)), Vector128.Load(source + (3 * stride))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLanes(Vector512<byte> vector, byte* destination, nint stride)
    {
        Avx512F.ExtractVector128(vector, 0).Store(destination);
        Avx512F.ExtractVector128(vector, 1).Store(destination + stride);
        Avx512F.ExtractVector128(vector, 2).Store(destination + (2 * stride));
        Avx512F.ExtractVector128(vector, 3).Store(destination + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BroadcastInt16(short value) => Vector512.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BroadcastInt32(int value) => Vector512.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BroadcastSingle(float value) => Vector512.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BroadcastLane(byte* source) => Vector512.Create(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> UnpackLow8(Vector512<byte> first, Vector512<byte> second) => Avx512BW.UnpackLow(first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> UnpackHigh8(Vector512<byte> first, Vector512<byte> second) => Avx512BW.UnpackHigh(first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Shuffle(Vector512<byte> vector, Vector512<byte> control) => Avx512BW.Shuffle(vector, control);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddInt16(Vector512<byte> first, Vector512<byte> second) => (first.AsInt16() + second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyInt16(Vector512<byte> first, Vector512<byte> second)
        => (first.AsInt16() * second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyHighInt16(Vector512<byte> first, Vector512<byte> second)
        => Avx512BW.MultiplyHigh(first.AsInt16(), second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftRightUInt16(Vector512<byte> vector, int count) => (vector.AsUInt16() >>> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddInt32(Vector512<byte> first, Vector512<byte> second) => (first.AsInt32() + second.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAddPairs(Vector512<byte> first, Vector512<byte> second)
        => Avx512BW.MultiplyAddAdjacent(first.AsInt16(), second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftLeftInt32(Vector512<byte> vector, int count) => (vector.AsInt32() << count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftRightInt32(Vector512<byte> vector, int count) => (vector.AsInt32() >> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> PackInt32(Vector512<byte> first, Vector512<byte> second)
        => Avx512BW.PackSignedSaturate(first.AsInt32(), second.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> PackInt16(Vector512<byte> first, Vector512<byte> second)
        => Avx512BW.PackUnsignedSaturate(first.AsInt16(), second.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> WidenToInt32(byte* source) => Avx512F.ConvertToVector512Int32(Vector128.Load(source)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ConvertToSingle(Vector512<byte> vector) => Vector512.ConvertToSingle(vector.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplySingle(Vector512<byte> first, Vector512<byte> second)
        => (first.AsSingle() * second.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddSingle(Vector512<byte> first, Vector512<byte> second)
        => (first.AsSingle() + second.AsSingle()).AsByte();
}
