namespace ResNet.Net;

/// <summary>Describes the native libraries, execution providers, instruction sets and processors of this process.</summary>
public sealed record RuntimeDiagnostics
{
    internal RuntimeDiagnostics()
    {
    }

    /// <summary>Gets the packages with native libraries: ONNX Runtime, which runs models, and SkiaSharp, which decodes images.</summary>
    public required IReadOnlyList<LibraryStatus> Libraries { get; init; }

    /// <summary>
    /// Gets the execution providers that are compiled into ONNX Runtime, and whether each works on this machine; empty if ONNX Runtime
    /// cannot be loaded.
    /// </summary>
    public required IReadOnlyList<ExecutionProviderStatus> ExecutionProviders { get; init; }

    /// <summary>Gets the vector instruction sets that this process can use, such as <c>AVX2</c>.</summary>
    public required IReadOnlyList<string> InstructionSets { get; init; }

    /// <summary>
    /// Gets whether the processor has int8 dot-product instructions, which make int8 models fast: AVX-512 VNNI, AVX-VNNI, or the dot
    /// product of Arm.
    /// </summary>
    public required bool HasInt8DotProduct { get; init; }

    /// <summary>
    /// Gets the number of processors that this process can use, which respects container limits. It is the default of
    /// <see cref="ResNetModelOptions.Threads"/>.
    /// </summary>
    public required int Processors { get; init; }

    /// <summary>Inspects this process. It loads the native libraries and runs the embedded model once on each execution provider.</summary>
    /// <remarks>Takes up to a few seconds.</remarks>
    /// <returns>The result. A missing library is reported in it and does not throw.</returns>
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
        };
    }
}
