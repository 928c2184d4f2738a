using System.Runtime.CompilerServices;

namespace ResNet.Net;

/// <summary>Represents a filter of libImaging/Resample.c.</summary>
internal interface IPillowFilter
{
    /// <summary>Gets the interpolation that uses the filter.</summary>
    static abstract Interpolation Interpolation { get; }

    /// <summary>Gets the distance from the center at which the filter ends, in pixels of the smaller image.</summary>
    static abstract double Support { get; }

    /// <summary>Gets the weight at a distance of at least 0 from the center. Weights may be negative.</summary>
    static abstract double Weight(double distance);
}

/// <summary>Implements Pillow's bilinear filter, a triangle.</summary>
internal readonly struct PillowBilinearFilter : IPillowFilter
{
    public static Interpolation Interpolation => Interpolation.PillowBilinear;

    public static double Support => 1.0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Weight(double distance) => distance < 1.0 ? 1.0 - distance : 0.0;
}

/// <summary>Implements Pillow's bicubic filter, Keys' cubic convolution with a = -0.5.</summary>
internal readonly struct PillowBicubicFilter : IPillowFilter
{
    private const double A = -0.5;

    public static Interpolation Interpolation => Interpolation.PillowBicubic;

    public static double Support => 2.0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Weight(double distance) => distance < 1.0 ? ((((A + 2.0) * distance) - (A + 3.0)) * distance * distance) + 1
        : distance < 2.0 ? ((((distance - 5) * distance) + 8) * distance - 4) * A
        : 0.0;
}

/// <summary>Defines the fixed-point arithmetic of libImaging/Resample.c.</summary>
internal static class PillowArithmetic
{
    /// <summary>The number of fraction bits of a weight. Two bits remain for sums beyond a byte, which negative weights cause.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>One half, added before the fraction bits are dropped.</summary>
    public const int Half = 1 << (PrecisionBits - 1);
}
