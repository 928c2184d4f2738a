namespace ResNet.Net;

/// <summary>
/// Defines the vector operations of the kernels, for one width. A vector is a sequence of 16-byte lanes. Operations that move elements stay
/// within a lane, like the processor's instructions. Multi-byte elements are little-endian.
/// </summary>
/// <typeparam name="TVector">The vector type, with bytes as elements.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Gets the number of bytes in a vector: 16 times the number of lanes.</summary>
    static abstract int Size { get; }

    static abstract TVector Load(byte* source);

    static abstract void Store(TVector vector, byte* destination);

    /// <summary>Loads lane i from <paramref name="source"/> + <paramref name="offsets"/>[16 * i].</summary>
    static abstract TVector LoadLanes(byte* source, nint* offsets);

    /// <summary>Loads lane i from <paramref name="source"/> + i * <paramref name="stride"/>.</summary>
    static abstract TVector LoadLanes(byte* source, nint stride);

    /// <summary>Stores lane i to <paramref name="destination"/> + i * <paramref name="stride"/>.</summary>
    static abstract void StoreLanes(TVector vector, byte* destination, nint stride);

    static abstract TVector BroadcastInt16(short value);

    static abstract TVector BroadcastInt32(int value);

    static abstract TVector BroadcastSingle(float value);

    /// <summary>Loads the 16 bytes at <paramref name="source"/> into every lane.</summary>
    static abstract TVector BroadcastLane(byte* source);

    /// <summary>Interleaves the bytes in the lower halves of the lanes of both vectors.</summary>
    static abstract TVector UnpackLow8(TVector first, TVector second);

    /// <summary>Interleaves the bytes in the upper halves of the lanes of both vectors.</summary>
    static abstract TVector UnpackHigh8(TVector first, TVector second);

    /// <summary>Reorders the bytes of each lane. A control byte of 128 or more sets 0.</summary>
    static abstract TVector Shuffle(TVector vector, TVector control);

    static abstract TVector AddInt16(TVector first, TVector second);

    static abstract TVector MultiplyInt16(TVector first, TVector second);

    /// <summary>Computes the upper 16 bits of the signed 32-bit products.</summary>
    static abstract TVector MultiplyHighInt16(TVector first, TVector second);

    static abstract TVector ShiftRightUInt16(TVector vector, int count);

    static abstract TVector AddInt32(TVector first, TVector second);

    /// <summary>Multiplies signed 16-bit elements and adds adjacent products to 32-bit sums.</summary>
    static abstract TVector MultiplyAddPairs(TVector first, TVector second);

    static abstract TVector ShiftLeftInt32(TVector vector, int count);

    /// <summary>Shifts arithmetically.</summary>
    static abstract TVector ShiftRightInt32(TVector vector, int count);

    /// <summary>
    /// Narrows signed 32-bit to signed 16-bit elements with saturation; in each lane, those of the first vector come first.
    /// </summary>
    static abstract TVector PackInt32(TVector first, TVector second);

    /// <summary>
    /// Narrows signed 16-bit to unsigned 8-bit elements with saturation; in each lane, those of the first vector come first.
    /// </summary>
    static abstract TVector PackInt16(TVector first, TVector second);

    /// <summary>Loads a quarter of a vector's bytes and widens each to 32 bits, in order.</summary>
    static abstract TVector WidenToInt32(byte* source);

    /// <summary>Converts signed 32-bit integers to float32.</summary>
    static abstract TVector ConvertToSingle(TVector vector);

    static abstract TVector MultiplySingle(TVector first, TVector second);

    static abstract TVector AddSingle(TVector first, TVector second);
}
