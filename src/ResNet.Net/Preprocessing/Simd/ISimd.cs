namespace ResNet.Net;

/// <summary>
/// The vector operations that kernels are written in, once for every width. A vector is a row of 16-byte lanes; operations that move
/// elements stay within a lane, as the instructions do. Multi-byte elements are little-endian.
/// </summary>
/// <typeparam name="TVector">The vector as bytes.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Bytes of a vector: 16 times the number of lanes.</summary>
    static abstract int Size { get; }

    static abstract TVector Load(byte* source);

    static abstract void Store(TVector vector, byte* destination);

    /// <summary>Lane i comes from <paramref name="source"/> + <paramref name="offsets"/>[16 i].</summary>
    static abstract TVector LoadLanes(byte* source, nint* offsets);

    /// <summary>Lane i comes from <paramref name="source"/> + i * <paramref name="stride"/>.</summary>
    static abstract TVector LoadLanes(byte* source, nint stride);

    /// <summary>Lane i goes to <paramref name="destination"/> + i * <paramref name="stride"/>.</summary>
    static abstract void StoreLanes(TVector vector, byte* destination, nint stride);

    static abstract TVector BroadcastInt16(short value);

    static abstract TVector BroadcastInt32(int value);

    static abstract TVector BroadcastSingle(float value);

    /// <summary>The 16 bytes at <paramref name="source"/> in every lane.</summary>
    static abstract TVector BroadcastLane(byte* source);

    /// <summary>Bytes of the lower halves of the lanes of both, alternating.</summary>
    static abstract TVector UnpackLow8(TVector first, TVector second);

    static abstract TVector UnpackHigh8(TVector first, TVector second);

    /// <summary>Bytes of each lane in another order; a control byte of 128 or more gives 0.</summary>
    static abstract TVector Shuffle(TVector vector, TVector control);

    static abstract TVector AddInt16(TVector first, TVector second);

    static abstract TVector MultiplyInt16(TVector first, TVector second);

    /// <summary>The upper 16 bits of the signed 32-bit products.</summary>
    static abstract TVector MultiplyHighInt16(TVector first, TVector second);

    static abstract TVector ShiftRightUInt16(TVector vector, int count);

    static abstract TVector AddInt32(TVector first, TVector second);

    /// <summary>Products of signed 16-bit elements, neighbours added: 32-bit sums.</summary>
    static abstract TVector MultiplyAddPairs(TVector first, TVector second);

    static abstract TVector ShiftLeftInt32(TVector vector, int count);

    /// <summary>Arithmetic.</summary>
    static abstract TVector ShiftRightInt32(TVector vector, int count);

    /// <summary>Signed 32 to signed 16 bits, lane by lane: those of the first, then those of the second. Saturates.</summary>
    static abstract TVector PackInt32(TVector first, TVector second);

    /// <summary>Signed 16 to unsigned 8 bits, lane by lane: those of the first, then those of the second. Saturates.</summary>
    static abstract TVector PackInt16(TVector first, TVector second);

    /// <summary>A quarter of a vector's bytes, each in 32 bits, in order.</summary>
    static abstract TVector WidenToInt32(byte* source);

    /// <summary>Signed 32-bit integers to float32.</summary>
    static abstract TVector ConvertToSingle(TVector vector);

    static abstract TVector MultiplySingle(TVector first, TVector second);

    static abstract TVector AddSingle(TVector first, TVector second);
}
