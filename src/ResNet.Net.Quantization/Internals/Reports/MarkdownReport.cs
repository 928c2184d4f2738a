using System.Text;

namespace ResNet.Net.Quantization.Internals.Reports;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    public static string Write(QuantizationReport report)
    {
        StringBuilder text = new();
        text.Append("# Quantization of ").Append(Escape(report.Model)).Append("\n\n");
        foreach (string sentence in Texts.Summary(report))
        {
            text.Append("- ").Append(Escape(sentence)).Append('\n');
        }

        text.Append("\n| layer | operator | computes in | SQNR alone, dB | SQNR with all before, dB | output range | scale | zero point |\n|---|---|---|---:|---:|---|---:|---:|\n");
        foreach (LayerReport layer in report.Layers)
        {
            string output = layer.Output is ActivationReport range ? $"{Texts.Range(range)} | {Texts.Number(range.Scale)} | {range.ZeroPoint}" : $"{layer.Reason ?? "float"} | - | -";
            text.Append($"| `{Escape(layer.Name)}` | {layer.Operator} | {(layer.IsQuantized ? "int8" : "**float**")} | {Texts.Decibels(layer.NoiseRatio)} | {Texts.Decibels(layer.AccumulatedNoiseRatio)} | {output} |\n");
        }

        return text.ToString();
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
