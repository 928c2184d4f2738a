using System.Runtime.InteropServices;
using ResNet.Net.Internals.Diagnostics;

namespace ResNet.Net.Quantization;

/// <summary>
/// What a processor makes of int8 models. Without VNNI (or the dot product of Arm), x86 sums the products of unsigned and signed bytes in 16 bits, which saturate: answers change. ONNX
/// Runtime's session entry <c>session.x64quantprecision=1</c> makes it use wider sums there, and costs nothing elsewhere. Classifiers of this library set it.
/// </summary>
/// <param name="Processor">The kind of processor and its instructions that matter.</param>
/// <param name="NeedsGuard">Whether int8 sessions need the entry to be right.</param>
/// <param name="Explanation">What the machine will do, in a sentence or two.</param>
public sealed record Int8Execution(string Processor, bool NeedsGuard, string Explanation)
{
    /// <summary>This machine.</summary>
    public static Int8Execution Here { get; } = Inspect();

    /// <summary>The session entries that int8 models run with.</summary>
    internal static IReadOnlyDictionary<string, string> SessionEntries { get; } = new Dictionary<string, string> { ["session.x64quantprecision"] = "1" };

    private static Int8Execution Inspect()
    {
        string[] matter = [.. CpuFeatures.InstructionSets.Where(s => s is "AVX2" or "AVX-512BW" or "AVX-512 VNNI" or "AVX-VNNI" or "AdvSIMD" or "DotProd")];
        string processor = $"{RuntimeInformation.ProcessArchitecture}{(matter.Length > 0 ? $" with {string.Join(", ", matter)}" : "")}";
        bool isX86 = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
        return (isX86, CpuFeatures.HasInt8DotProduct) switch
        {
            (true, false) => new Int8Execution(
                processor,
                true,
                "No VNNI: unsigned by signed bytes are summed in 16 bits, which saturate. session.x64quantprecision=1, which this library sets, makes them right and slower; "
                + "a model with ReduceRange (7-bit weights) needs no guard."),
            (true, true) => new Int8Execution(processor, false, "VNNI: products of bytes are summed in 32 bits. The guard session.x64quantprecision=1 is set and changes nothing."),
            _ => new Int8Execution(processor, false, "Products of bytes are summed in 32 bits. The guard session.x64quantprecision=1 is for x86 and changes nothing."),
        };
    }
}
