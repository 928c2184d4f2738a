using System.Text;

namespace ResNet.Net.Evaluation.Internals.Reports;

/// <summary>Reports as Markdown with tables.</summary>
internal static class MarkdownReport
{
    public static string Write(EvaluationReport report, bool timings)
    {
        StringBuilder text = new();
        text.Append($"# {Escape(report.Model)} on {Escape(report.Dataset)}\n\n");
        Table(text, "| Measure | Value | 95 % interval |", "|---|---:|---:|");
        Row(text, "Top-1", Format.Percent(report.Top1), Format.Interval(report.Top1Interval));
        Row(text, "Top-5", Format.Percent(report.Top5), Format.Interval(report.Top5Interval));
        Row(text, "Mean loss (nats)", Format.Fixed(report.MeanLoss, 4), "");
        Row(text, "Mean confidence", Format.Percent(report.MeanConfidence), "");
        Row(text, $"Expected calibration error ({report.CalibrationBins.Count} bins)", Format.Percent(report.ExpectedCalibrationError), "");
        Row(text, "Pictures classified", Format.Count(report.Count), "");
        Row(text, "Pictures failed", Format.Count(report.Failed), "");
        text.Append($"\nProfile {Escape(report.Profile)}, {Format.Crops(report.Crops)}.");
        text.Append(timings ? $" Speed: {Escape(Format.Speed(report))}.\n" : "\n");

        text.Append($"\n## {Highlights.ClassesTitle(report)}\n\n");
        Table(text, "| Class | Pictures | Right | Accuracy | Precision |", "|---|---:|---:|---:|---:|");
        foreach (ClassAccuracy one in Highlights.Worst(report))
        {
            Row(text, Escape(one.Label), Format.Count(one.Count), Format.Count(one.Right), Format.Percent(one.Accuracy), Format.Percent(one.Precision));
        }

        if (report.ConfusionPairs.Count > 0)
        {
            text.Append("\n## Most often confused\n\n");
            Table(text, "| Class | Taken for | Pictures |", "|---|---|---:|");
            foreach (ConfusionPair pair in report.ConfusionPairs.Take(Highlights.Confusions))
            {
                Row(text, Escape(report.Labels[pair.ClassIndex]), Escape(report.Labels[pair.PredictedClass]), Format.Count(pair.Count));
            }
        }

        text.Append("\n## Calibration\n\n");
        Table(text, "| Confidence | Pictures | Accuracy | Mean confidence |", "|---|---:|---:|---:|");
        foreach (CalibrationBin bin in report.CalibrationBins.Where(b => b.Count > 0))
        {
            Row(text, $"{Format.Fixed(bin.From, 1)} to {Format.Fixed(bin.To, 1)} %", Format.Count(bin.Count), Format.Percent(bin.Accuracy), Format.Percent(bin.MeanConfidence));
        }

        if (report.Failed > 0)
        {
            text.Append("\n## Failed\n\n");
            Table(text, "| Picture | Reason |", "|---|---|");
            foreach (EvaluatedImage image in report.Failures.Take(Highlights.Failures))
            {
                Row(text, Escape(image.Name), Escape(image.Error!));
            }

            text.Append(report.Failed > Highlights.Failures ? $"\nAnd {Format.Count(report.Failed - Highlights.Failures)} more.\n" : "");
        }

        return text.ToString();
    }

    public static string Write(ModelComparison comparison)
    {
        StringBuilder text = new();
        string first = Escape(comparison.First.Model);
        string second = Escape(comparison.Second.Model);
        text.Append($"# {first} against {second} on {Escape(comparison.First.Dataset)}\n\n");
        Table(text, "| Model | Top-1 | 95 % interval | Only this one right |", "|---|---:|---:|---:|");
        Row(text, first, Format.Percent(comparison.FirstTop1), Format.Interval(comparison.FirstTop1Interval), Format.Count(comparison.OnlyFirstRight));
        Row(text, second, Format.Percent(comparison.SecondTop1), Format.Interval(comparison.SecondTop1Interval), Format.Count(comparison.OnlySecondRight));
        text.Append($"\n{Format.Plural(comparison.Count, "picture")}: both right {Format.Count(comparison.BothRight)}, both wrong {Format.Count(comparison.BothWrong)}, the same class {Format.Count(comparison.Agreed)} ({Format.Percent(comparison.Agreement)}).\n");
        text.Append($"p-value {Format.PValue(comparison.PValue)} ({Highlights.Method(comparison)}): {Escape(Highlights.Verdict(comparison))}.\n");
        return text.ToString();
    }

    private static void Table(StringBuilder text, string head, string rule) => text.Append(head).Append('\n').Append(rule).Append('\n');

    private static void Row(StringBuilder text, params string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    /// <summary>Names of files and labels must not become Markdown or HTML.</summary>
    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (char c in Format.Plain(text))
        {
            escaped.Append(c is '|' or '\\' or '*' or '_' or '`' or '[' or ']' or '<' or '#' ? $"\\{c}" : $"{c}");
        }

        return escaped.ToString();
    }
}
