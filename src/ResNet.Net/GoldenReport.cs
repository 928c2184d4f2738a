namespace ResNet.Net;

/// <summary>What became of a model's test data, and what it was run with.</summary>
public sealed record GoldenReport
{
    /// <summary>The id of the variant, or the name of the model definition.</summary>
    public required string ModelName { get; init; }

    /// <summary>The version of ONNX Runtime that ran the model.</summary>
    public required string OnnxRuntimeVersion { get; init; }

    /// <summary>The execution provider that ran it, such as <c>CPU</c>.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>Whether the processor multiplies and adds bytes in one instruction (VNNI, on Arm the dot product).</summary>
    public required bool HasInt8DotProduct { get; init; }

    /// <summary>How the CPU sums the products of an int8 model; null when the output is judged as fp32.</summary>
    public required Int8Arithmetic? Arithmetic { get; init; }

    /// <summary>What was allowed.</summary>
    public required GoldenTolerance Tolerance { get; init; }

    /// <summary>The step of the output's quantization that the file names; null when it names none, or the tolerance needs none.</summary>
    public required double? QuantizationStep { get; init; }

    /// <summary>A result for each data set, in the archive's order.</summary>
    public required IReadOnlyList<GoldenResult> Results { get; init; }

    /// <summary>Whether every data set passed.</summary>
    public bool Passed => Results.All(r => r.Passed);
}
