using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Writes reports as Markdown.</summary>
internal static class MarkdownReport
{
    public static string Write(EvaluationReport report, bool timings)
    {
        StringBuilder text = new();
        text.Append($"# {Format.Markdown(report.Model)} on {Format.Markdown(report.Dataset)}\n\n");
        Table(text, "| Measure | Value | 95 % interval |", "|---|---:|---:|");
        Row(text, "Top-1", Format.Percent(report.Top1), Format.Interval(report.Top1Interval));
        Row(text, "Top-5", Format.Percent(report.Top5), Format.Interval(report.Top5Interval));
        bool isDistribution = report.CalibrationBins.Count > 0;
        if (isDistribution)
        {
            Row(text, "Mean loss (nats)", Format.Fixed(report.MeanLoss, 4), "");
        }

        Row(text, "Mean confidence", Format.Percent(report.MeanConfidence), "");
        if (isDistribution)
        {
            string bins = $"{report.CalibrationBins.Count} bins";
            Row(text, $"Expected calibration error ({bins})", Format.Percent(report.ExpectedCalibrationError), "");
        }

        Row(text, "Images classified", Format.Count(report.Count), "");
        Row(text, "Images failed", Format.Count(report.Failed), "");
        text.Append(report.Profile.Length > 0 ? $"\nProfile {Format.Markdown(report.Profile)}, {Format.Crops(report.Crops)}." : "");
        text.Append(timings && report.ExecutionProvider.Length > 0 ? $" Speed: {Format.Markdown(Format.Speed(report))}.\n" : "\n");

        text.Append($"\n## {Highlights.ClassesTitle(report)}\n\n");
        Table(text, "| Class | Images | Correct | Accuracy | Precision |", "|---|---:|---:|---:|---:|");
        foreach (ClassAccuracy one in Highlights.Worst(report))
        {
            Row(
                text,
                Format.Markdown(one.Label),
                Format.Count(one.Count),
                Format.Count(one.Correct),
                Format.Percent(one.Accuracy),
                Format.Percent(one.Precision));
        }

        if (report.ConfusionPairs.Count > 0)
        {
            text.Append("\n## Most frequent confusions\n\n");
            Table(text, "| Class | Classified as | Images |", "|---|---|---:|");
            foreach (ConfusionPair pair in report.ConfusionPairs.Take(Highlights.Confusions))
            {
                string truth = Format.Markdown(report.Labels[pair.ClassIndex]);
                Row(text, truth, Format.Markdown(report.Labels[pair.PredictedClass]), Format.Count(pair.Count));
            }
        }

        text.Append("\n## Calibration\n\n");
        if (isDistribution)
        {
            Table(text, "| Confidence | Images | Accuracy | Mean confidence |", "|---|---:|---:|---:|");
        }
        else
        {
            text.Append("Loss and calibration are not defined for a multi-label model.\n");
        }

        foreach (CalibrationBin bin in report.CalibrationBins.Where(b => b.Count > 0))
        {
            string interval = $"{Format.Fixed(bin.From, 1)} to {Format.Fixed(bin.To, 1)} %";
            Row(text, interval, Format.Count(bin.Count), Format.Percent(bin.Accuracy), Format.Percent(bin.MeanConfidence));
        }

        if (report.Failed > 0)
        {
            text.Append("\n## Failed\n\n");
            Table(text, "| Image | Reason |", "|---|---|");
            foreach (EvaluatedImage image in report.Failures.Take(Highlights.Failures))
            {
                Row(text, Format.Markdown(image.Name), Format.Markdown(image.Error!));
            }

            text.Append(report.Failed > Highlights.Failures ? $"\nAnd {Format.Count(report.Failed - Highlights.Failures)} more.\n" : "");
        }

        return text.ToString();
    }

    public static string Write(ModelComparison comparison)
    {
        StringBuilder text = new();
        string first = Format.Markdown(comparison.First.Model);
        string second = Format.Markdown(comparison.Second.Model);
        text.Append($"# {first} and {second} on {Format.Markdown(comparison.First.Dataset)}\n\n");
        Table(text, "| Model | Top-1 | 95 % interval | Only this one correct |", "|---|---:|---:|---:|");
        (string firstInterval, string secondInterval) =
            (Format.Interval(comparison.FirstTop1Interval), Format.Interval(comparison.SecondTop1Interval));
        Row(text, first, Format.Percent(comparison.FirstTop1), firstInterval, Format.Count(comparison.OnlyFirstCorrect));
        Row(text, second, Format.Percent(comparison.SecondTop1), secondInterval, Format.Count(comparison.OnlySecondCorrect));
        text.Append($"\n{Format.Plural(comparison.Count, "image")}: both correct {Format.Count(comparison.BothCorrect)}, ");
        text.Append($"both wrong {Format.Count(comparison.BothWrong)}, ");
        text.Append($"same class {Format.Count(comparison.Agreed)} ({Format.Percent(comparison.Agreement)}).\n");
        text.Append($"p-value {Format.PValue(comparison.PValue)} ({Highlights.Method(comparison)}): ");
        text.Append($"{Format.Markdown(Highlights.Verdict(comparison))}.\n");
        return text.ToString();
    }

    private static void Table(StringBuilder text, string head, string rule) => text.Append(head).Append('\n').Append(rule).Append('\n');

    private static void Row(StringBuilder text, params string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
