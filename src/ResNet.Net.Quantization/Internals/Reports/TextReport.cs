using System.Text;

namespace ResNet.Net.Quantization.Internals.Reports;

/// <summary>The report for a terminal.</summary>
internal static class TextReport
{
    public static string Write(QuantizationReport report)
    {
        StringBuilder text = new();
        text.Append("Quantization of ").Append(report.Model).Append('\n');
        foreach (string sentence in Texts.Summary(report))
        {
            text.Append("  ").Append(sentence).Append('\n');
        }

        string[][] rows =
        [
            ["layer", "operator", "", "SQNR dB", "sum dB", "output range"],
            .. report.Layers.Select(l => new[]
            {
                l.Name,
                l.Operator,
                l.IsQuantized ? "int8" : "float",
                Texts.Decibels(l.NoiseRatio),
                Texts.Decibels(l.AccumulatedNoiseRatio),
                l.Output is ActivationReport output ? Texts.Range(output) : l.Reason ?? "float",
            }),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
        {
            text.Append(string.Join("  ", row.Select((cell, c) => c is 3 or 4 ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
