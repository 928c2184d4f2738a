using System.Text;

namespace ResNet.Net.Evaluation.Internals.Reports;

/// <summary>Reports as plain text with aligned columns.</summary>
internal static class TextReport
{
    private const int LabelCells = 40;

    public static string Write(EvaluationReport report, bool timings)
    {
        StringBuilder text = new();
        text.Append($"{Format.Plain(report.Model)} on {Format.Plain(report.Dataset)}\n");
        text.Append($"{Format.Plural(report.Count, "picture")} of {Format.Plural(report.Classes.Count(c => c.Count > 0), "class", "classes")}, {Format.Crops(report.Crops)}, profile {Format.Plain(report.Profile)}");
        text.Append($"{(report.Failed > 0 ? $"; {Format.Count(report.Failed)} more failed" : "")}\n\n");
        Field(text, "top-1", $"{Format.Percent(report.Top1)}  ({Format.Count(report.Top1Count)} right; 95 % interval {Format.Interval(report.Top1Interval)})");
        Field(text, "top-5", $"{Format.Percent(report.Top5)}  ({Format.Count(report.Top5Count)} right; 95 % interval {Format.Interval(report.Top5Interval)})");
        Field(text, "mean loss", $"{Format.Fixed(report.MeanLoss, 4)} nats");
        Field(text, "mean confidence", Format.Percent(report.MeanConfidence));
        Field(text, "calibration error", $"{Format.Percent(report.ExpectedCalibrationError)}  ({report.CalibrationBins.Count} bins)");
        if (timings)
        {
            Field(text, "speed", Format.Speed(report));
        }

        text.Append($"\n{$"{Highlights.ClassesTitle(report)}",-LabelCells} pictures    right  accuracy  precision\n");
        foreach (ClassAccuracy one in Highlights.Worst(report))
        {
            text.Append($"{Cut(one.Label),-LabelCells} {Format.Count(one.Count),8} {Format.Count(one.Right),8} {Format.Percent(one.Accuracy),9} {Format.Percent(one.Precision),10}\n");
        }

        if (report.ConfusionPairs.Count > 0)
        {
            text.Append("\nMost often confused\n");
            foreach (ConfusionPair pair in report.ConfusionPairs.Take(Highlights.Confusions))
            {
                text.Append($"{Format.Count(pair.Count),8}  {Cut(report.Labels[pair.ClassIndex])} taken for {Cut(report.Labels[pair.PredictedClass])}\n");
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
        text.Append($"{first} against {second} on {Format.Plural(comparison.Count, "picture")} of {Format.Plain(comparison.First.Dataset)}\n\n");
        int cells = Math.Max(first.Length, second.Length) + "only  right".Length;
        void Row(string name, string value) => text.Append($"{name.PadRight(cells)}  {value}\n");
        Row($"{first} top-1", $"{Format.Percent(comparison.FirstTop1)}  (95 % interval {Format.Interval(comparison.FirstTop1Interval)})");
        Row($"{second} top-1", $"{Format.Percent(comparison.SecondTop1)}  (95 % interval {Format.Interval(comparison.SecondTop1Interval)})");
        Row("agreement", $"{Format.Percent(comparison.Agreement)}  ({Format.Plural(comparison.Agreed, "picture")})");
        Row("both right", Format.Count(comparison.BothRight));
        Row($"only {first} right", Format.Count(comparison.OnlyFirstRight));
        Row($"only {second} right", Format.Count(comparison.OnlySecondRight));
        Row("both wrong", Format.Count(comparison.BothWrong));
        Row("p-value", $"{Format.PValue(comparison.PValue)}  ({Highlights.Method(comparison)}): {Highlights.Verdict(comparison)}");
        return text.ToString();
    }

    private static void Field(StringBuilder text, string name, string value) => text.Append($"{name,-18} {value}\n");

    private static string Cut(string label) => Format.Plain(label.Length > LabelCells ? label[..(LabelCells - 3)] + "..." : label);
}
