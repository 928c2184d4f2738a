using ResNet.Net.Quantization;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Quantize;

/// <summary>What the options ask for.</summary>
internal sealed record QuantizeChoice
{
    public required ModelChoice Model { get; init; }

    /// <summary>The data set to calibrate on; null for the sample pictures.</summary>
    public string? Calibration { get; init; }

    /// <summary>How many of its pictures.</summary>
    public required int Pictures { get; init; }

    /// <summary>The data set to measure on; null for the sample pictures.</summary>
    public string? Evaluation { get; init; }

    /// <summary>At most so many of its pictures; null for all.</summary>
    public int? Limit { get; init; }

    public required QuantizationOptions Options { get; init; }

    public required AccuracyCriterion Criterion { get; init; }

    /// <summary>Whether every calibrator and format is measured, instead of one written.</summary>
    public bool Compare { get; init; }

    public string? Output { get; init; }

    public string? Markdown { get; init; }

    public string? Json { get; init; }

    public string? Plot { get; init; }
}
