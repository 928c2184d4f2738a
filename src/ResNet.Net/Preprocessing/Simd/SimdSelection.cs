using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>Specifies the vector width of the kernels. The value is the number of bits.</summary>
internal enum SimdWidth
{
    /// <summary>No vectors; one value at a time.</summary>
    Scalar = 0,

    /// <summary>SSE or NEON.</summary>
    Vector128 = 128,

    /// <summary>AVX2.</summary>
    Vector256 = 256,

    /// <summary>AVX-512 (F, BW).</summary>
    Vector512 = 512,
}

/// <summary>
/// Selects the vector width: the widest that this processor runs at full speed, or the one that an environment variable requests.
/// </summary>
internal static class SimdSelection
{
    public const string Variable = "RESNET_NET_SIMD";

    /// <summary>
    /// Gets the widths that this process supports, in ascending order. <see cref="SimdWidth.Vector128"/> is always supported, because the
    /// runtime can emulate it.
    /// </summary>
    public static IReadOnlyList<SimdWidth> Supported { get; } =
    [
        SimdWidth.Scalar,
        SimdWidth.Vector128,
        .. Avx2.IsSupported ? [SimdWidth.Vector256] : Array.Empty<SimdWidth>(),
        .. Avx512BW.IsSupported ? [SimdWidth.Vector512] : Array.Empty<SimdWidth>(),
    ];

    /// <summary>Gets the width that is used without a request. The runtime excludes 512 bits on processors that they slow down.</summary>
    public static SimdWidth Default { get; } =
        Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? SimdWidth.Vector512
        : Avx2.IsSupported ? SimdWidth.Vector256
        : Vector128.IsHardwareAccelerated ? SimdWidth.Vector128
        : SimdWidth.Scalar;

    /// <summary>Gets the requested width.</summary>
    /// <param name="requested">The value of <see cref="Variable"/>; <see langword="null"/> or white space for the default.</param>
    /// <exception cref="ResNetException">The width is unknown, or this process does not support it.</exception>
    public static SimdWidth Choose(string? requested)
    {
        if (string.IsNullOrWhiteSpace(requested))
        {
            return Default;
        }

        SimdWidth? width = requested.Trim() switch
        {
            "scalar" => SimdWidth.Scalar,
            "128" => SimdWidth.Vector128,
            "256" => SimdWidth.Vector256,
            "512" => SimdWidth.Vector512,
            _ => null,
        };
        if (width is not SimdWidth known)
        {
            throw new ResNetException(
                $"{Variable} is '{requested}'. Set it to scalar, 128, 256 or 512, or remove it to use the best width for this processor.");
        }

        return Supported.Contains(known)
            ? known
            : throw new ResNetException(
                $"{Variable} is '{requested}', but this processor and the settings of the .NET runtime "
                + $"support at most {(int)Supported[^1]} bits. Set it to a smaller width, or remove it.");
    }
}
