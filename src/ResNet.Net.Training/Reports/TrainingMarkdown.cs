using System.Text;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Writes training reports as Markdown.</summary>
internal static class TrainingMarkdown
{
    public static string Write(TrainingReport report, bool timings)
    {
        StringBuilder text = new();
        text.Append($"# {Format.Markdown(ReportSections.Title(report))}\n");
        Table(text, null, "| Measure | Value |", "|---|---|", ReportSections.Facts(report, timings), f => [f.Name, f.Value]);
        Table(
            text,
            ReportSections.ClassesTitle(report),
            "| Class | Training images | Validation images | Recall | Precision |",
            "|---|---:|---:|---:|---:|",
            ReportSections.Shown(report),
            c =>
            [
                Format.Markdown(c.Label),
                Format.Count(c.TrainingImages),
                Format.Count(c.ValidationImages),
                Format.Percent(c.Recall),
                Format.Percent(c.Precision),
            ]);
        Table(
            text,
            "Most frequent confusions",
            "| Class | Classified as | Images |",
            "|---|---|---:|",
            report.Validation?.ConfusionPairs.Take(ReportSections.Confusions) ?? [],
            p => [Label(report, p.ClassIndex), Label(report, p.PredictedClass), Format.Count(p.Count)]);
        Table(
            text,
            "Learning curve",
            "| Training images | Training accuracy | Validation accuracy |",
            "|---:|---:|---:|",
            report.LearningCurve,
            p => [Format.Count(p.TrainingImages), Format.Percent(p.TrainingAccuracy), Format.Percent(p.ValidationAccuracy)]);
        Table(
            text,
            "L2 penalty",
            "| L2 | Validation accuracy | Loss (nats) |",
            "|---:|---:|---:|",
            report.L2Trials,
            t => [ReportSections.Number(t.L2), Format.Percent(t.Accuracy), Format.Fixed(t.Loss, 4)]);
        Images(
            text,
            "Failed images",
            "| Image | Reason |",
            "|---|---|",
            report.FailedImages,
            f => [Format.Markdown(f.Name), Format.Markdown(f.Error)]);
        Images(
            text,
            "Possible copies of training images among the validation images",
            "| Validation image | Training image | Similarity |",
            "|---|---|---|",
            report.Duplicates,
            d => [Format.Markdown(d.ValidationImage), Format.Markdown(d.TrainingImage), ReportSections.Describe(d)]);
        Images(
            text,
            "Suspicious labels",
            "| Image | Class | Looks like | Probability |",
            "|---|---|---|---:|",
            report.SuspiciousLabels,
            s =>
            [
                Format.Markdown(s.Image),
                Label(report, s.ClassIndex),
                Label(report, s.PredictedClass),
                Format.Percent(100 * s.Probability),
            ]);
        IReadOnlyList<string> steps = NextSteps.Of(report);
        if (steps.Count > 0)
        {
            text.Append("\n## Next steps\n\n").AppendJoin('\n', steps.Select(s => $"- {Format.Markdown(s)}")).Append('\n');
        }

        return text.ToString();
    }

    private static void Images<T>(
        StringBuilder text, string title, string head, string rule, IReadOnlyList<T> items, Func<T, string[]> cells)
    {
        Table(text, title, head, rule, items.Take(ReportSections.Images), cells);
        text.Append(ReportSections.More(items.Count) is { Length: > 0 } more ? $"\n{more}\n" : "");
    }

    private static void Table<T>(
        StringBuilder text, string? title, string head, string rule, IEnumerable<T> items, Func<T, string[]> cells)
    {
        string[] rows = [.. items.Select(i => $"| {string.Join(" | ", cells(i))} |\n")];
        if (rows.Length > 0)
        {
            text.Append(title is null ? "\n" : $"\n## {title}\n\n").Append($"{head}\n{rule}\n").AppendJoin("", rows);
        }
    }

    private static string Label(TrainingReport report, int index) => Format.Markdown(report.Labels[index]);
}
