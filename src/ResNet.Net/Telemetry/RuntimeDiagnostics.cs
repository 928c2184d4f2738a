namespace ResNet.Net;

/// <summary>Represents what this process has to run models with: libraries, execution providers, instruction sets, processors. For reports and for support.</summary>
public sealed record RuntimeDiagnostics
{
    internal RuntimeDiagnostics()
    {
    }

    /// <summary>Gets the packages with native libraries: ONNX Runtime, which runs models, and SkiaSharp, which decodes images.</summary>
    public required IReadOnlyList<LibraryStatus> Libraries { get; init; }

    /// <summary>Gets the execution providers that are compiled into ONNX Runtime, and whether each works here; empty when ONNX Runtime cannot be loaded.</summary>
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

    /// <summary>Inspects this process. Loads the native libraries, and runs the embedded model once on each execution provider: takes up to a few seconds.</summary>
    /// <returns>What there is; a library that is missing is part of it, no exception.</returns>
    public static RuntimeDiagnostics Inspect()
    {
        LibraryStatus onnxRuntime = NativeInspection.OnnxRuntime();
        return new RuntimeDiagnostics
        {
            Libraries = [onnxRuntime, NativeInspection.SkiaSharp()],
            ExecutionProviders = onnxRuntime.Error is null ? NativeInspection.Providers() : [],
            InstructionSets = CpuFeatures.InstructionSets,
            HasInt8DotProduct = CpuFeatures.HasInt8DotProduct,
            Processors = Environment.ProcessorCount,
            MachineProcessors = ProcessorBudget.MachineProcessors(),
            ProcessorQuota = ProcessorBudget.Quota(),
        };
    }
}
