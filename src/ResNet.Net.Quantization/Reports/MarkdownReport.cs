using System.Text;

namespace ResNet.Net.Quantization;

/// <summary>Writes reports as Markdown.</summary>
internal static class MarkdownReport
{
    public static string Write(QuantizationReport report)
    {
        StringBuilder text = new();
        text.Append("# Quantization of ").Append(Escape(report.Model)).Append("\n\n");
        foreach (string sentence in ReportText.Summary(report))
        {
            text.Append("- ").Append(Escape(sentence)).Append('\n');
        }

        text.Append("\n| Layer | Operator | Type | SQNR, dB | Accumulated SQNR, dB | Output range | Scale | Zero point |\n");
        text.Append("|---|---|---|---:|---:|---|---:|---:|\n");
        foreach (LayerReport layer in report.Layers)
        {
            string output = layer.Output is ActivationReport range
                ? $"{ReportText.Range(range)} | {ReportText.Number(range.Scale)} | {range.ZeroPoint}"
                : $"{layer.Reason ?? "float"} | - | -";
            text.Append($"| `{Escape(layer.Name)}` | {layer.Operator} | {(layer.IsQuantized ? "int8" : "**float**")} ");
            text.Append($"| {ReportText.Decibels(layer.Sqnr)} | {ReportText.Decibels(layer.AccumulatedSqnr)} | {output} |\n");
        }

        return text.ToString();
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
