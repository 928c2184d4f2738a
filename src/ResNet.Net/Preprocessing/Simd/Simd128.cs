using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>Implements the operations with one lane: SSE on x86, portable vectors elsewhere.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<byte>>
{
    public static int Size => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> vector, byte* destination) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadLanes(byte* source, nint* offsets) => Vector128.Load(source + offsets[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LoadLanes(byte* source, nint stride) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLanes(Vector128<byte> vector, byte* destination, nint stride) => vector.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BroadcastInt16(short value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BroadcastInt32(int value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BroadcastSingle(float value) => Vector128.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BroadcastLane(byte* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UnpackLow8(Vector128<byte> first, Vector128<byte> second) => Sse2.IsSupported
        ? Sse2.UnpackLow(first, second)
        : InterleaveHalves(Vector128.Create(first.GetLower(), second.GetLower()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UnpackHigh8(Vector128<byte> first, Vector128<byte> second) => Sse2.IsSupported
        ? Sse2.UnpackHigh(first, second)
        : InterleaveHalves(Vector128.Create(first.GetUpper(), second.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UnpackLow32(Vector128<byte> first, Vector128<byte> second) => Sse2.IsSupported
        ? Sse2.UnpackLow(first.AsInt32(), second.AsInt32()).AsByte()
        : Vector128.Shuffle(Vector128.Create(first.GetLower(), second.GetLower()).AsInt32(), Vector128.Create(0, 2, 1, 3)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UnpackHigh32(Vector128<byte> first, Vector128<byte> second) => Sse2.IsSupported
        ? Sse2.UnpackHigh(first.AsInt32(), second.AsInt32()).AsByte()
        : Vector128.Shuffle(Vector128.Create(first.GetUpper(), second.GetUpper()).AsInt32(), Vector128.Create(0, 2, 1, 3)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UnpackLow64(Vector128<byte> first, Vector128<byte> second) => Sse2.IsSupported
        ? Sse2.UnpackLow(first.AsInt64(), second.AsInt64()).AsByte()
        : Vector128.Create(first.GetLower(), second.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> UnpackHigh64(Vector128<byte> first, Vector128<byte> second) => Sse2.IsSupported
        ? Sse2.UnpackHigh(first.AsInt64(), second.AsInt64()).AsByte()
        : Vector128.Create(first.GetUpper(), second.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Shuffle(Vector128<byte> vector, Vector128<byte> control)
        => Ssse3.IsSupported ? Ssse3.Shuffle(vector, control) : Vector128.Shuffle(vector, control);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddInt16(Vector128<byte> first, Vector128<byte> second) => (first.AsInt16() + second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyInt16(Vector128<byte> first, Vector128<byte> second)
        => (first.AsInt16() * second.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyHighInt16(Vector128<byte> first, Vector128<byte> second)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyHigh(first.AsInt16(), second.AsInt16()).AsByte();
        }

        (Vector128<int> firstLow, Vector128<int> firstHigh) = Vector128.Widen(first.AsInt16());
        (Vector128<int> secondLow, Vector128<int> secondHigh) = Vector128.Widen(second.AsInt16());
        return Vector128.Narrow((firstLow * secondLow) >> 16, (firstHigh * secondHigh) >> 16).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftRightUInt16(Vector128<byte> vector, int count) => (vector.AsUInt16() >>> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddInt32(Vector128<byte> first, Vector128<byte> second) => (first.AsInt32() + second.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAddPairs(Vector128<byte> first, Vector128<byte> second)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(first.AsInt16(), second.AsInt16()).AsByte();
        }

        // Even elements are sign-extended within 32 bits; odd elements are shifted down.
        Vector128<int> even = ((first.AsInt32() << 16) >> 16) * ((second.AsInt32() << 16) >> 16);
        Vector128<int> odd = (first.AsInt32() >> 16) * (second.AsInt32() >> 16);
        return (even + odd).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftLeftInt32(Vector128<byte> vector, int count) => (vector.AsInt32() << count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShiftRightInt32(Vector128<byte> vector, int count) => (vector.AsInt32() >> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackInt32(Vector128<byte> first, Vector128<byte> second)
        => Vector128.NarrowWithSaturation(first.AsInt32(), second.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackInt16(Vector128<byte> first, Vector128<byte> second)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.PackUnsignedSaturate(first.AsInt16(), second.AsInt16());
        }

        Vector128<short> lower = Vector128.Clamp(first.AsInt16(), Vector128<short>.Zero, Vector128.Create((short)255));
        Vector128<short> upper = Vector128.Clamp(second.AsInt16(), Vector128<short>.Zero, Vector128.Create((short)255));
        return Vector128.Narrow(lower.AsUInt16(), upper.AsUInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> WidenToInt32(byte* source)
        => Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)source).AsByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ConvertToSingle(Vector128<byte> vector) => Vector128.ConvertToSingle(vector.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplySingle(Vector128<byte> first, Vector128<byte> second)
        => (first.AsSingle() * second.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSingle(Vector128<byte> first, Vector128<byte> second)
        => (first.AsSingle() + second.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> InterleaveHalves(Vector128<byte> vector)
        => Vector128.Shuffle(vector, Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
}
