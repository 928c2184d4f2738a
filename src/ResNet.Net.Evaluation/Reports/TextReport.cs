using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Writes reports as plain text with aligned columns.</summary>
internal static class TextReport
{
    private const int MaxLabelLength = 40;

    public static string Write(EvaluationReport report, bool timings)
    {
        StringBuilder text = new();
        text.Append($"{Format.Plain(report.Model)} on {Format.Plain(report.Dataset)}\n");
        int classes = report.Classes.Count(c => c.Count > 0);
        text.Append($"{Format.Plural(report.Count, "image")} of {Format.Plural(classes, "class", "classes")}");
        text.Append(report.Profile.Length > 0 ? $", {Format.Crops(report.Crops)}, profile {Format.Plain(report.Profile)}" : "");
        text.Append($"{(report.Failed > 0 ? $"; {Format.Count(report.Failed)} more failed" : "")}\n\n");
        Field(text, "top-1", Accuracy(report.Top1, report.Top1Count, report.Top1Interval));
        Field(text, "top-5", Accuracy(report.Top5, report.Top5Count, report.Top5Interval));
        if (report.CalibrationBins.Count > 0)
        {
            Field(text, "mean loss", $"{Format.Fixed(report.MeanLoss, 4)} nats");
            Field(text, "mean confidence", Format.Percent(report.MeanConfidence));
            Field(text, "calibration error", $"{Format.Percent(report.ExpectedCalibrationError)}  ({report.CalibrationBins.Count} bins)");
        }
        else
        {
            Field(text, "mean confidence", Format.Percent(report.MeanConfidence));
            Field(text, "loss, calibration", "not defined for a multi-label model");
        }

        if (timings && report.ExecutionProvider.Length > 0)
        {
            Field(text, "speed", Format.Speed(report));
        }

        text.Append($"\n{$"{Highlights.ClassesTitle(report)}",-MaxLabelLength}   images  correct  accuracy  precision\n");
        foreach (ClassAccuracy one in Highlights.Worst(report))
        {
            text.Append($"{Format.Shorten(one.Label, MaxLabelLength),-MaxLabelLength} {Format.Count(one.Count),8} ");
            text.Append($"{Format.Count(one.Correct),8} {Format.Percent(one.Accuracy),9} {Format.Percent(one.Precision),10}\n");
        }

        if (report.ConfusionPairs.Count > 0)
        {
            text.Append("\nMost frequent confusions\n");
            foreach (ConfusionPair pair in report.ConfusionPairs.Take(Highlights.Confusions))
            {
                text.Append($"{Format.Count(pair.Count),8}  {Format.Shorten(report.Labels[pair.ClassIndex], MaxLabelLength)}");
                text.Append($" classified as {Format.Shorten(report.Labels[pair.PredictedClass], MaxLabelLength)}\n");
            }
        }

        if (report.Failed > 0)
        {
            text.Append("\nFailed\n");
            foreach (EvaluatedImage image in report.Failures.Take(Highlights.Failures))
            {
                text.Append($"  {Format.Plain(image.Name)}: {Format.Plain(image.Error!)}\n");
            }

            text.Append(report.Failed > Highlights.Failures ? $"  and {Format.Count(report.Failed - Highlights.Failures)} more\n" : "");
        }

        return text.ToString();
    }

    public static string Write(ModelComparison comparison)
    {
        StringBuilder text = new();
        string first = Format.Plain(comparison.First.Model);
        string second = Format.Plain(comparison.Second.Model);
        string dataset = Format.Plain(comparison.First.Dataset);
        text.Append($"{first} and {second} on {Format.Plural(comparison.Count, "image")} of {dataset}\n\n");
        int cells = Math.Max(first.Length, second.Length) + "only  correct".Length;
        void Row(string name, string value) => text.Append($"{name.PadRight(cells)}  {value}\n");
        (string firstInterval, string secondInterval) =
            (Format.Interval(comparison.FirstTop1Interval), Format.Interval(comparison.SecondTop1Interval));
        Row($"{first} top-1", $"{Format.Percent(comparison.FirstTop1)}  (95 % interval {firstInterval})");
        Row($"{second} top-1", $"{Format.Percent(comparison.SecondTop1)}  (95 % interval {secondInterval})");
        Row("agreement", $"{Format.Percent(comparison.Agreement)}  ({Format.Plural(comparison.Agreed, "image")})");
        Row("both correct", Format.Count(comparison.BothCorrect));
        Row($"only {first} correct", Format.Count(comparison.OnlyFirstCorrect));
        Row($"only {second} correct", Format.Count(comparison.OnlySecondCorrect));
        Row("both wrong", Format.Count(comparison.BothWrong));
        string test = $"({Highlights.Method(comparison)}): {Highlights.Verdict(comparison)}";
        Row("p-value", $"{Format.PValue(comparison.PValue)}  {test}");
        return text.ToString();
    }

    private static string Accuracy(double percent, int count, ConfidenceInterval interval)
        => $"{Format.Percent(percent)}  ({Format.Count(count)} correct; 95 % interval {Format.Interval(interval)})";

    private static void Field(StringBuilder text, string name, string value) => text.Append($"{name,-18} {value}\n");
}
