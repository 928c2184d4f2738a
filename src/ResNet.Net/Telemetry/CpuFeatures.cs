using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>Describes the features of the processor that matter to preprocessing and inference.</summary>
internal static class CpuFeatures
{
    public static IReadOnlyList<string> InstructionSets { get; } =
    [
        .. new (string Name, bool IsSupported)[]
        {
            ("SSE4.2", Sse42.IsSupported),
            ("AVX", Avx.IsSupported),
            ("FMA", Fma.IsSupported),
            ("AVX2", Avx2.IsSupported),
            ("AVX-512F", Avx512F.IsSupported),
            ("AVX-512BW", Avx512BW.IsSupported),
            ("AVX-512 VNNI", HasAvx512Vnni),
            ("AVX-VNNI", HasAvxVnni),
            ("AdvSIMD", AdvSimd.IsSupported),
            ("DotProd", Dp.IsSupported),
        }.Where(f => f.IsSupported).Select(f => f.Name),
    ];

    /// <summary>
    /// Gets a text that differs between processors for which machine code or memory layouts may differ: family, model, stepping and all
    /// CPUID features.
    /// </summary>
    public static string Identity { get; }
        = string.Join(' ', [RuntimeInformation.ProcessArchitecture.ToString(), .. Leaves(), .. InstructionSets]);

    public static bool HasInt8DotProduct => HasAvx512Vnni || HasAvxVnni || Dp.IsSupported;

    // By CPUID: AvxVnni.IsSupported is false on processors with the AVX-512 form only. IsSupported also tells whether the operating system
    // has enabled the registers.
    private static bool HasAvx512Vnni => Avx512F.IsSupported && Leaf(7, 0) is { } leaf && (leaf.Ecx & (1 << 11)) != 0;

    private static bool HasAvxVnni
        => Avx2.IsSupported && Leaf(7, 0) is { Eax: >= 1 } && Leaf(7, 1) is { } leaf && (leaf.Eax & (1 << 4)) != 0;

    // Not EBX of leaf 1, which identifies the core that executes the instruction.
    private static IEnumerable<string> Leaves()
        => Leaf(1, 0) is { } basic && Leaf(7, 0) is { } extended && Leaf(7, 1) is { } more
            ? [
                $"{basic.Eax:x8}", $"{basic.Ecx:x8}", $"{basic.Edx:x8}",
                $"{extended.Ebx:x8}", $"{extended.Ecx:x8}", $"{extended.Edx:x8}",
                $"{more.Eax:x8}",
            ]
            : [];

    private static (int Eax, int Ebx, int Ecx, int Edx)? Leaf(int function, int subFunction)
        => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= function ? X86Base.CpuId(function, subFunction) : null;
}
