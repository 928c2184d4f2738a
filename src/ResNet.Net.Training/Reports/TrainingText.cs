using System.Text;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Writes training reports as plain text with aligned columns.</summary>
internal static class TrainingText
{
    private const int LabelLength = 40;

    public static string Write(TrainingReport report, bool timings)
    {
        StringBuilder text = new();
        text.Append($"{Format.Plain(ReportSections.Title(report))}\n\n");
        foreach ((string name, string value) in ReportSections.Facts(report, timings))
        {
            text.Append($"{name,-22} {value}\n");
        }

        text.Append($"\n{ReportSections.ClassesTitle(report),-LabelLength} training validation    recall precision\n");
        foreach (TrainedClass one in ReportSections.Shown(report))
        {
            text.Append($"{Format.Shorten(one.Label, LabelLength),-LabelLength} {Format.Count(one.TrainingImages),8} ");
            text.Append($"{Format.Count(one.ValidationImages),10} {Format.Percent(one.Recall),9} {Format.Percent(one.Precision),9}\n");
        }

        Section(text, "Most frequent confusions", report.Validation?.ConfusionPairs.Take(ReportSections.Confusions) ?? [], p =>
            $"{Format.Count(p.Count),6}  {Label(report, p.ClassIndex)} classified as {Label(report, p.PredictedClass)}");
        Section(text, "Learning curve (training images, training accuracy, validation accuracy)", report.LearningCurve, p =>
            $"{Format.Count(p.TrainingImages),8} {Format.Percent(p.TrainingAccuracy),9} {Format.Percent(p.ValidationAccuracy),9}");
        Images(text, "Failed images", report.FailedImages, f => $"{Format.Plain(f.Name)}: {Format.Plain(f.Error)}");
        Images(text, "Possible copies of training images among the validation images", report.Duplicates, d =>
            $"{Format.Plain(d.ValidationImage)} and {Format.Plain(d.TrainingImage)} ({ReportSections.Describe(d)})");
        Images(text, "Suspicious labels", report.SuspiciousLabels, s =>
            $"{Format.Plain(s.Image)}: {Label(report, s.ClassIndex)}, looks like {Label(report, s.PredictedClass)} "
            + $"({Format.Percent(100 * s.Probability)})");
        Section(text, "Next steps", NextSteps.Of(report), s => $"- {s}");
        return text.ToString();
    }

    private static void Images<T>(StringBuilder text, string title, IReadOnlyList<T> items, Func<T, string> line)
    {
        Section(text, title, items.Take(ReportSections.Images), i => $"  {line(i)}");
        text.Append(ReportSections.More(items.Count) is { Length: > 0 } more ? $"  {more}\n" : "");
    }

    private static void Section<T>(StringBuilder text, string title, IEnumerable<T> items, Func<T, string> line)
    {
        string[] lines = [.. items.Select(line)];
        if (lines.Length > 0)
        {
            text.Append($"\n{title}\n").AppendJoin('\n', lines).Append('\n');
        }
    }

    private static string Label(TrainingReport report, int index) => Format.Shorten(report.Labels[index], LabelLength);
}
