using System.Text;

namespace ResNet.Net.Quantization;

/// <summary>Writes reports as plain text with aligned columns.</summary>
internal static class TextReport
{
    public static string Write(QuantizationReport report)
    {
        StringBuilder text = new();
        text.Append("Quantization of ").Append(report.Model).Append('\n');
        foreach (string sentence in ReportText.Summary(report))
        {
            text.Append("  ").Append(sentence).Append('\n');
        }

        string[][] rows =
        [
            ["layer", "operator", "", "SQNR, dB", "accumulated", "output range"],
            .. report.Layers.Select(l => new[]
            {
                l.Name,
                l.Operator,
                l.IsQuantized ? "int8" : "float",
                ReportText.Decibels(l.Sqnr),
                ReportText.Decibels(l.AccumulatedSqnr),
                l.Output is ActivationReport output ? ReportText.Range(output) : l.Reason ?? "float",
            }),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, c) => c is 3 or 4 ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
