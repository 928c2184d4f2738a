using System.Runtime.InteropServices;

namespace ResNet.Net.Comparison;

/// <summary>Describes the machine of a run.</summary>
internal sealed record MachineInfo(string Processor, int Cores, string DotNet, string OperatingSystem)
{
    public static MachineInfo Current { get; } = new(
        ProcessorName(), Environment.ProcessorCount, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription);

    private static string ProcessorName()
    {
        const string Processors = "/proc/cpuinfo";
        string? line = File.Exists(Processors)
            ? File.ReadLines(Processors).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        string extensions = Vector512() ? " with AVX-512" : "";
        return (line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()) + extensions;
    }

    private static bool Vector512() => System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated;
}
