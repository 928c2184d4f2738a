using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ResNet.Net;

/// <summary>What the processor can do, as far as it matters to classification.</summary>
internal static class CpuFeatures
{
    public static IReadOnlyList<string> InstructionSets { get; } =
    [
        .. new (string Name, bool IsThere)[]
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
        }.Where(f => f.IsThere).Select(f => f.Name),
    ];

    /// <summary>Tells processors apart that machine code or memory layouts may differ for: family, model and stepping, and every feature that CPUID names.</summary>
    public static string Identity { get; } = string.Join(' ', [RuntimeInformation.ProcessArchitecture.ToString(), .. Leaves(), .. InstructionSets]);

    public static bool HasInt8DotProduct => HasAvx512Vnni || HasAvxVnni || Dp.IsSupported;

    // By CPUID: .NET's AvxVnni.IsSupported is false on processors that have the AVX-512 form only. The registers must be enabled by the system as well, which IsSupported tells.
    private static bool HasAvx512Vnni => Avx512F.IsSupported && Leaf(7, 0) is { } leaf && (leaf.Ecx & (1 << 11)) != 0;

    private static bool HasAvxVnni => Avx2.IsSupported && Leaf(7, 0) is { Eax: >= 1 } && Leaf(7, 1) is { } leaf && (leaf.Eax & (1 << 4)) != 0;

    // Of leaf 1 not EBX, which names the core that this runs on.
    private static IEnumerable<string> Leaves()
        => Leaf(1, 0) is { } basic && Leaf(7, 0) is { } extended && Leaf(7, 1) is { } more
            ? [$"{basic.Eax:x8}", $"{basic.Ecx:x8}", $"{basic.Edx:x8}", $"{extended.Ebx:x8}", $"{extended.Ecx:x8}", $"{extended.Edx:x8}", $"{more.Eax:x8}"]
            : [];

    private static (int Eax, int Ebx, int Ecx, int Edx)? Leaf(int function, int subFunction)
        => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= function ? X86Base.CpuId(function, subFunction) : null;
}
