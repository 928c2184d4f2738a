using ResNet.Net.Quantization.Internals.Reports;

namespace ResNet.Net.Quantization;

/// <summary>How a model was quantized, layer by layer. The same model, pictures and options give the same report on the same kind of processor.</summary>
public sealed record QuantizationReport
{
    /// <summary>The graph's name.</summary>
    public required string Model { get; init; }

    /// <summary>The options.</summary>
    public required QuantizationOptions Options { get; init; }

    /// <summary>Calibration pictures.</summary>
    public required int Pictures { get; init; }

    /// <summary>What was done to the graph before, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Every layer that can compute in integers, in the order of the graph.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>The file's bytes before.</summary>
    public required long FloatBytes { get; init; }

    /// <summary>The file's bytes after.</summary>
    public required long QuantizedBytes { get; init; }

    /// <summary>The float model on the evaluation set; null without tuning.</summary>
    public ModelAccuracy? FloatAccuracy { get; init; }

    /// <summary>The models that tuning measured, the first with no layer in float; none without tuning.</summary>
    public IReadOnlyList<TuningTrial> Trials { get; init; } = [];

    /// <summary>Whether the criterion holds; null without tuning.</summary>
    public bool? CriterionHolds { get; init; }

    /// <summary>What the machine that made the report will do with int8 models.</summary>
    public required Int8Execution Machine { get; init; }

    /// <summary>The report for people.</summary>
    /// <returns>Text of several lines.</returns>
    public string ToText() => TextReport.Write(this);

    /// <summary>The report as Markdown.</summary>
    /// <returns>The text of a Markdown file.</returns>
    public string ToMarkdown() => MarkdownReport.Write(this);

    /// <summary>The report as an indented JSON object.</summary>
    /// <returns>The text of a JSON file.</returns>
    public string ToJson() => JsonReport.Write(this);

    /// <summary>The signal-to-noise ratios by layer as a picture.</summary>
    /// <returns>The text of a self-contained SVG file.</returns>
    public string ToSvg() => NoisePlot.Draw(this);
}
