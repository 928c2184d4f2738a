using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

/// <summary>The features equal those in /proc/cpuinfo on Linux. On other systems there is no independent source.</summary>
public class CpuFeaturesTests
{
    // RESNET_NET_TEST_WIDEST_SIMD marks runs whose instruction sets the runtime limits below those of the processor.
    private static readonly bool IsComparable = OperatingSystem.IsLinux()
        && Environment.GetEnvironmentVariable("RESNET_NET_TEST_WIDEST_SIMD") is null;

    private static readonly Dictionary<string, string> X64Flags = new()
    {
        ["SSE4.2"] = "sse4_2",
        ["AVX"] = "avx",
        ["FMA"] = "fma",
        ["AVX2"] = "avx2",
        ["AVX-512F"] = "avx512f",
        ["AVX-512BW"] = "avx512bw",
        ["AVX-512 VNNI"] = "avx512_vnni",
        ["AVX-VNNI"] = "avx_vnni",
    };

    private static readonly Dictionary<string, string> Arm64Flags = new() { ["AdvSIMD"] = "asimd", ["DotProd"] = "asimddp" };

    [Fact]
    public void InstructionSets_OnLinux_EqualTheKernelsFlags()
    {
        if (IsComparable)
        {
            CpuFeatures.InstructionSets.Should().BeEquivalentTo(Expected());
        }
    }

    [Fact]
    public void HasInt8DotProduct_OnLinux_EqualsTheKernelsFlags()
    {
        if (IsComparable)
        {
            CpuFeatures.HasInt8DotProduct.Should().Be(Expected().Any(f => f is "AVX-512 VNNI" or "AVX-VNNI" or "DotProd"));
        }
    }

    [Fact]
    public void Identity_OnLinux_ContainsTheModelOfTheProcessor()
    {
        if (!IsComparable || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return;
        }

        // CPUID leaf 1, EAX: the stepping in bits 0 to 3, the low bits of the model in bits 4 to 7.
        string signature = CpuFeatures.Identity.Split(' ')[1];
        int value = Convert.ToInt32(signature, 16);
        (value & 0xF).Should().Be(int.Parse(Line("stepping"), System.Globalization.CultureInfo.InvariantCulture));
        ((value >> 4) & 0xF).Should().Be(int.Parse(Line("model"), System.Globalization.CultureInfo.InvariantCulture) & 0xF);
    }

    private static string[] Expected()
    {
        bool isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        string[] flags = Line(isX64 ? "flags" : "Features").Split(' ');
        return [.. (isX64 ? X64Flags : Arm64Flags).Where(f => flags.Contains(f.Value)).Select(f => f.Key)];
    }

    private static string Line(string key)
        => File.ReadLines("/proc/cpuinfo").Select(l => l.Split(':', 2)).First(p => p[0].Trim() == key)[1].Trim();
}
