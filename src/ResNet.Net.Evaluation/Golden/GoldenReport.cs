namespace ResNet.Net.Evaluation;

/// <summary>Represents the results of a golden test.</summary>
public sealed record GoldenReport
{
    /// <summary>Gets the id of the variant, or the name of the model definition.</summary>
    public required string ModelName { get; init; }

    /// <summary>Gets the version of ONNX Runtime that ran the model.</summary>
    public required string OnnxRuntimeVersion { get; init; }

    /// <summary>Gets the execution provider that ran the model, such as <c>CPU</c>.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>Gets whether the processor has int8 dot-product instructions (VNNI, or DotProd on Arm).</summary>
    public required bool HasInt8DotProduct { get; init; }

    /// <summary>Gets how the CPU adds the products of an int8 model; null if the outputs are compared as fp32.</summary>
    public required Int8Arithmetic? Arithmetic { get; init; }

    /// <summary>Gets the tolerance.</summary>
    public required GoldenTolerance Tolerance { get; init; }

    /// <summary>Gets the quantization step of the output; null if the model has none, or the tolerance doesn't use it.</summary>
    public required double? QuantizationStep { get; init; }

    /// <summary>Gets the result of each dataset, in archive order.</summary>
    public required IReadOnlyList<GoldenResult> Results { get; init; }

    /// <summary>Gets whether all datasets passed.</summary>
    public bool Passed => Results.All(r => r.Passed);
}
