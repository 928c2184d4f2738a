using ResNet.Net.Internals.Diagnostics;

namespace ResNet.Net;

/// <summary>What this process has to run models with: native libraries, execution providers, instruction sets, processors. For reports and for support.</summary>
public sealed record RuntimeDiagnostics
{
    internal RuntimeDiagnostics()
    {
    }

    /// <summary>The native libraries, found or not.</summary>
    public required IReadOnlyList<NativeLibraryStatus> NativeLibraries { get; init; }

    /// <summary>The execution providers that are compiled into ONNX Runtime; empty when that was not found.</summary>
    public required IReadOnlyList<ExecutionProviderStatus> ExecutionProviders { get; init; }

    /// <summary>The vector instruction sets that this process may use, such as <c>AVX2</c>.</summary>
    public required IReadOnlyList<string> InstructionSets { get; init; }

    /// <summary>Whether the processor multiplies and adds bytes in one instruction (AVX-512 VNNI or AVX-VNNI, by CPUID; on Arm the dot product), which int8 models are fast with.</summary>
    public required bool HasInt8DotProduct { get; init; }

    /// <summary>The processors that this process may use, container limits included: the default number of threads of a run.</summary>
    public required int Processors { get; init; }

    /// <summary>The processors of the machine; null where the system does not say.</summary>
    public required int? MachineProcessors { get; init; }

    /// <summary>The processor time that the container (Linux control group) allows, in processors; null where there is no limit.</summary>
    public required double? ProcessorQuota { get; init; }

    /// <summary>Looks. Loads the native libraries into the process, and runs the embedded model once on each execution provider: takes up to a few seconds.</summary>
    /// <param name="onnxRuntimeLibrary">As <see cref="ResNetClassifierOptions.OnnxRuntimeLibrary"/>; null searches.</param>
    /// <returns>What there is; a library that is missing is part of it, no exception.</returns>
    public static RuntimeDiagnostics Inspect(string? onnxRuntimeLibrary = null)
    {
        (NativeLibraryStatus onnxRuntime, IReadOnlyList<ExecutionProviderStatus> providers) = NativeInspection.OnnxRuntime(onnxRuntimeLibrary);
        return new RuntimeDiagnostics
        {
            NativeLibraries = [onnxRuntime],
            ExecutionProviders = providers,
            InstructionSets = CpuFeatures.InstructionSets,
            HasInt8DotProduct = CpuFeatures.HasInt8DotProduct,
            Processors = Environment.ProcessorCount,
            MachineProcessors = ProcessorBudget.MachineProcessors(),
            ProcessorQuota = ProcessorBudget.Quota(),
        };
    }
}
