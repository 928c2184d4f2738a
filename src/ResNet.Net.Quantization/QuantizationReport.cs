namespace ResNet.Net.Quantization;

/// <summary>Represents the report of a quantization, layer by layer.</summary>
/// <remarks>Equal models, images and options give equal reports on processors of the same kind.</remarks>
public sealed record QuantizationReport
{
    /// <summary>Gets the graph's name.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the options.</summary>
    public required QuantizationOptions Options { get; init; }

    /// <summary>Gets the number of calibration images.</summary>
    public required int CalibrationImages { get; init; }

    /// <summary>Gets the changes made to the graph before quantization, one sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Gets all layers that can compute in integers, in graph order.</summary>
    public required IReadOnlyList<LayerReport> Layers { get; init; }

    /// <summary>Gets the size of the float model in bytes.</summary>
    public required long FloatBytes { get; init; }

    /// <summary>Gets the size of the quantized model in bytes.</summary>
    public required long QuantizedBytes { get; init; }

    /// <summary>Gets the results of the float model on the evaluation set; null without tuning.</summary>
    public ModelAccuracy? FloatAccuracy { get; init; }

    /// <summary>Gets the models that tuning evaluated, starting with no layer in float; empty without tuning.</summary>
    public IReadOnlyList<TuningTrial> Trials { get; init; } = [];

    /// <summary>Gets whether the accuracy criterion is met; null without tuning.</summary>
    public bool? MeetsCriterion { get; init; }

    /// <summary>Gets how the machine that wrote the report executes int8 models.</summary>
    public required Int8Execution Machine { get; init; }

    /// <summary>Formats the report as plain text.</summary>
    /// <returns>The lines of the report, each terminated by <c>\n</c>.</returns>
    public string ToText() => TextReport.Write(this);

    /// <summary>Formats the report as Markdown.</summary>
    /// <returns>The Markdown text.</returns>
    public string ToMarkdown() => MarkdownReport.Write(this);

    /// <summary>Formats the report as an indented JSON object.</summary>
    /// <returns>The JSON text.</returns>
    public string ToJson() => JsonReport.Write(this);

    /// <summary>Plots the signal-to-quantization-noise ratio of each layer.</summary>
    /// <returns>The text of a self-contained SVG file.</returns>
    public string ToSvg() => SqnrPlot.Draw(this);
}
