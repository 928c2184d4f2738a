using System.Runtime.InteropServices;

namespace ResNet.Net.Quantization;

/// <summary>Describes how a processor executes int8 models.</summary>
/// <remarks>
/// x86 processors without VNNI add products of unsigned and signed bytes in 16 bits, which saturates and changes the results. ONNX
/// Runtime's session entry <c>session.x64quantprecision=1</c> selects wider sums. Classifiers of this library set it on these processors
/// only, because it slows down processors with VNNI.
/// </remarks>
/// <param name="Processor">The processor architecture and the relevant instruction sets.</param>
/// <param name="NeedsGuard">Whether int8 sessions need the entry for correct results.</param>
/// <param name="Explanation">A description of the behavior in one or two sentences.</param>
public sealed record Int8Execution(string Processor, bool NeedsGuard, string Explanation)
{
    private static readonly string[] Relevant = ["AVX2", "AVX-512BW", "AVX-512 VNNI", "AVX-VNNI", "AdvSIMD", "DotProd"];

    /// <summary>Gets the behavior of this machine.</summary>
    public static Int8Execution Current { get; } = Inspect();

    private static Int8Execution Inspect()
    {
        string[] sets = [.. CpuFeatures.InstructionSets.Where(s => Relevant.Contains(s))];
        string processor = $"{RuntimeInformation.ProcessArchitecture}{(sets.Length > 0 ? $" with {string.Join(", ", sets)}" : "")}";
        return Int8Guard.IsNeeded(CpuFeatures.HasInt8DotProduct)
            ? new Int8Execution(
                processor,
                true,
                "No VNNI: products of bytes are added in 16 bits, which saturates. This library sets session.x64quantprecision=1, "
                + "which makes the results correct but slower. A model with ReduceRange (7-bit weights) doesn't need it.")
            : new Int8Execution(
                processor,
                false,
                "Products of bytes are added in 32 bits. The results are correct without session.x64quantprecision=1, which is not set.");
    }
}
