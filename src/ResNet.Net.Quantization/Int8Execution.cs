using System.Runtime.InteropServices;
using ResNet.Net.Internals.Diagnostics;
using ResNet.Net.Internals.Inference;

namespace ResNet.Net.Quantization;

/// <summary>
/// What a processor makes of int8 models. Without VNNI (or the dot product of Arm), x86 sums the products of unsigned and signed bytes in 16 bits, which saturate: answers change. ONNX
/// Runtime's session entry <c>session.x64quantprecision=1</c> makes it use wider sums. Classifiers of this library set it there, and only there: with VNNI it costs speed.
/// </summary>
/// <param name="Processor">The kind of processor and its instructions that matter.</param>
/// <param name="NeedsGuard">Whether int8 sessions need the entry to be right.</param>
/// <param name="Explanation">What the machine will do, in a sentence or two.</param>
public sealed record Int8Execution(string Processor, bool NeedsGuard, string Explanation)
{
    /// <summary>This machine.</summary>
    public static Int8Execution Current { get; } = Inspect();

    private static Int8Execution Inspect()
    {
        string[] matter = [.. CpuFeatures.InstructionSets.Where(s => s is "AVX2" or "AVX-512BW" or "AVX-512 VNNI" or "AVX-VNNI" or "AdvSIMD" or "DotProd")];
        string processor = $"{RuntimeInformation.ProcessArchitecture}{(matter.Length > 0 ? $" with {string.Join(", ", matter)}" : "")}";
        return Int8Guard.IsNeeded(CpuFeatures.HasInt8DotProduct)
            ? new Int8Execution(
                processor,
                true,
                "No VNNI: unsigned by signed bytes are summed in 16 bits, which saturate. session.x64quantprecision=1, which this library sets, makes them right and slower; "
                + "a model with ReduceRange (7-bit weights) needs no guard.")
            : new Int8Execution(processor, false, "Products of bytes are summed in 32 bits: right without session.x64quantprecision=1, which this library does not set here.");
    }
}
