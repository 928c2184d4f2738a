using System.Runtime.InteropServices;

namespace ResNet.Net.Tests;

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

        // Runs without wide instructions say so; the process may not use what the processor has.
        bool isSwitchedOff = Environment.GetEnvironmentVariable("RESNET_NET_TEST_WIDEST_SIMD") is not null;
        CpuFeatures.InstructionSets.Contains(name).Should().Be(flags.Split(' ').Contains(flag) && !isSwitchedOff);
    }
}
