using ResNet.Net.Quantization;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Quantize;

/// <summary>The values of the options.</summary>
internal sealed record QuantizeChoice
{
    public required ModelChoice Model { get; init; }

    /// <summary>The calibration dataset; null for the sample images.</summary>
    public string? Calibration { get; init; }

    /// <summary>The maximum number of calibration images.</summary>
    public required int Images { get; init; }

    /// <summary>The evaluation dataset; null for the sample images.</summary>
    public string? Evaluation { get; init; }

    /// <summary>The maximum number of evaluated images; null for all.</summary>
    public int? Limit { get; init; }

    public required QuantizationOptions Options { get; init; }

    public required AccuracyCriterion Criterion { get; init; }

    /// <summary>Whether every calibration method and format is measured and nothing is written.</summary>
    public bool Compare { get; init; }

    public string? Output { get; init; }

    public string? Markdown { get; init; }

    public string? Json { get; init; }

    public string? Plot { get; init; }
}
