using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>Which width is used: the widest that this processor runs at full speed, or what the environment variable says.</summary>
internal static class SimdSelection
{
    public const string Variable = "RESNET_NET_SIMD";

    /// <summary>Every width that runs here, the narrowest first. <see cref="SimdWidth.Vector128"/> runs everywhere: the runtime emulates it where it must.</summary>
    public static IReadOnlyList<SimdWidth> Supported { get; } =
    [
        SimdWidth.Scalar,
        SimdWidth.Vector128,
        .. Avx2.IsSupported ? [SimdWidth.Vector256] : Array.Empty<SimdWidth>(),
        .. Avx512BW.IsSupported ? [SimdWidth.Vector512] : Array.Empty<SimdWidth>(),
    ];

    /// <summary>What is used unless the environment variable says otherwise. The runtime knows processors that slow down when they use 512 bits.</summary>
    public static SimdWidth Default { get; } =
        Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? SimdWidth.Vector512
        : Avx2.IsSupported ? SimdWidth.Vector256
        : Vector128.IsHardwareAccelerated ? SimdWidth.Vector128
        : SimdWidth.Scalar;

    /// <param name="requested">The value of <see cref="Variable"/>; null or empty: the default.</param>
    /// <exception cref="ResNetException">There is no such width, or not on this processor.</exception>
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
            throw new ResNetException($"{Variable} is '{requested}'. Set it to scalar, 128, 256 or 512, or remove it to have the best that this processor runs.");
        }

        return Supported.Contains(known)
            ? known
            : throw new ResNetException(
                $"{Variable} is '{requested}', but {(int)Supported[^1]} bits are the most that this processor and the settings of the .NET runtime allow. Set it to a smaller width, or remove it.");
    }
}
