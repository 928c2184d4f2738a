using System.Runtime.InteropServices;
using ResNet.Net.Internals.Diagnostics;

namespace ResNet.Net.Tests.Internals.Diagnostics;

public class CpuFeaturesTests
{
    [Theory]
    [InlineData("AVX2", "avx2")]
    [InlineData("AVX-512 VNNI", "avx512_vnni")]
    [InlineData("AVX-VNNI", "avx_vnni")]
    public void InstructionSets_OnLinux_AreThoseOfTheKernel(string name, string flag)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            CpuFeatures.InstructionSets.Should().NotContain(name);
            return;
        }

        string flags = File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("flags", StringComparison.Ordinal));

        CpuFeatures.InstructionSets.Contains(name).Should().Be(flags.Split(' ').Contains(flag));
    }
}
