using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>Implements the operations with two lanes: AVX2.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<byte>>
{
    public static int Size => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> vector, byte* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadLanes(byte* source, nint* offsets)
        => Vector256.Create(Vector128.Load(source + offsets[0]), Vector128.Load(source + offsets[16]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadLanes(byte* source, nint stride)
        => Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLanes(Vector256<byte> vector, byte* destination, nint stride)
    {
        vector.GetLower().Store(destination);
        vector.GetUpper().Store(destination + stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BroadcastInt16(short value) => Vector256.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BroadcastInt32(int value) => Vector256.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BroadcastSingle(float value) => Vector256.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BroadcastLane(byte* source) => Vector256.Create(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> UnpackLow8(Vector256<byte> first, Vector256<byte> second) => Avx2.UnpackLow(first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> UnpackHigh8(Vector256<byte> first, Vector256<byte> second) => Avx2.UnpackHigh(first, second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Shuffle(Vector256<byte> vector, Vector256<byte> control) => Avx2.Shuffle(vector, control);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddInt16(Vector256<byte> first, Vector256<byte> second) => (first.AsInt16() + second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyInt16(Vector256<byte> first, Vector256<byte> second)
        => (first.AsInt16() * second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyHighInt16(Vector256<byte> first, Vector256<byte> second)
        => Avx2.MultiplyHigh(first.AsInt16(), second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ShiftRightUInt16(Vector256<byte> vector, int count) => (vector.AsUInt16() >>> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddInt32(Vector256<byte> first, Vector256<byte> second) => (first.AsInt32() + second.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAddPairs(Vector256<byte> first, Vector256<byte> second)
        => Avx2.MultiplyAddAdjacent(first.AsInt16(), second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ShiftLeftInt32(Vector256<byte> vector, int count) => (vector.AsInt32() << count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ShiftRightInt32(Vector256<byte> vector, int count) => (vector.AsInt32() >> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> PackInt32(Vector256<byte> first, Vector256<byte> second)
        => Avx2.PackSignedSaturate(first.AsInt32(), second.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> PackInt16(Vector256<byte> first, Vector256<byte> second)
        => Avx2.PackUnsignedSaturate(first.AsInt16(), second.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> WidenToInt32(byte* source) => Avx2.ConvertToVector256Int32(source).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ConvertToSingle(Vector256<byte> vector) => Vector256.ConvertToSingle(vector.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplySingle(Vector256<byte> first, Vector256<byte> second)
        => (first.AsSingle() * second.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddSingle(Vector256<byte> first, Vector256<byte> second)
        => (first.AsSingle() + second.AsSingle()).AsByte();
}
