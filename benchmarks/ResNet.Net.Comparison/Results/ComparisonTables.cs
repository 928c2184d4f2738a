using System.Globalization;
using System.Text;

namespace ResNet.Net.Comparison;

/// <summary>Writes the results as Markdown.</summary>
internal static class ComparisonTables
{
    public const string CommandLine =
        "dotnet run -c Release --project benchmarks/ResNet.Net.Comparison -- --photos PHOTOS.zip --save FOLDER";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Returns the short form: latency and throughput of all libraries.</summary>
    public static string Readme(ComparisonResults results, string plot)
    {
        StringBuilder text = new();
        text.Append(Note(results)).Append(Culture, $"![Latency and throughput of this library and others]({plot})\n\n");
        IEnumerable<string> columns = results.Models.SelectMany(model => (string[])[$"{model.Name}, ms", "images/s"]);
        text.Append(Culture, $"| JPEG file to top 5 | {string.Join(" | ", columns)} |\n");
        text.Append(Culture, $"|---|{string.Concat(columns.Select(_ => "---|"))}\n");
        foreach (ContestantResult row in results.Models[0].Contestants.Where(c => c.Role != ContestantRole.Floor))
        {
            ContestantResult[] cells = [.. results.Models.Select(model => model.Contestants.First(c => c.Id == row.Id))];
            if (cells.Any(cell => cell.Skipped is null))
            {
                IEnumerable<string> figures = cells.Select(
                    cell => $"{Number.Format(cell.MedianMilliseconds)} | {Number.Format(cell.ImagesPerSecond)}");
                text.Append(Culture, $"| {row.Name} | {string.Join(" | ", figures)} |\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Returns the long form: all figures, ratios, scores and how they were measured.</summary>
    public static string Page(ComparisonResults results)
    {
        StringBuilder text = new();
        text.Append(Note(results)).Append(ComparisonText.Strengths(results)).Append('\n');
        foreach (ModelResult model in results.Models)
        {
            text.Append(ModelTable(model)).Append('\n');
        }

        text.Append(Ratios(results)).Append('\n').Append(ComparisonText.Weaknesses(results)).Append('\n')
            .Append(ComparisonText.Scores(results)).Append('\n').Append(ComparisonText.Skipped(results))
            .Append(ComparisonText.Method(results));
        return text.ToString();
    }

    private static string Note(ComparisonResults results)
        => results.Final ? "" : Paragraph.Wrap(
            "**Provisional figures.** They are of a short run, or of a machine that other programs used at the same time.") + "\n";

    private static string ModelTable(ModelResult model)
    {
        StringBuilder text = new();
        text.Append(Culture, $"| {model.Name} | median ms | p95 ms | images/s | peak MB | managed bytes/image | startup ms |\n");
        text.Append("|---|---|---|---|---|---|---|\n");
        foreach (ContestantResult row in model.Contestants)
        {
            text.Append(
                Culture,
                $"| {row.Name} | {(row.Skipped is null ? Number.Format(row.MedianMilliseconds) : "not run")} "
                    + $"| {Number.Format(row.P95Milliseconds)} "
                    + $"| {Number.Format(row.ImagesPerSecond)} | {Number.Format(row.PeakMegabytes)} "
                    + $"| {Number.Thousands(row.ManagedBytesPerImage)} "
                    + $"| {row.StartupMilliseconds?.ToString("0", Culture)} |\n");
        }

        return text.ToString();
    }

    private static string Ratios(ComparisonResults results)
    {
        IReadOnlyList<Target>[] targets = [.. results.Models.Select(Target.Of)];
        StringBuilder text = new();
        text.Append(Culture, $"| ratio (target) | {string.Join(" | ", results.Models.Select(model => model.Name))} |\n");
        text.Append(Culture, $"|---|{string.Concat(results.Models.Select(_ => "---|"))}\n");
        for (int i = 0; i < targets[0].Count; i++)
        {
            text.Append(Culture, $"| {targets[0][i].Name} | {string.Join(" | ", targets.Select(model => Cell(model[i])))} |\n");
        }

        return text.ToString();
    }

    private static string Cell(Target target)
    {
        string verdict = target.IsReached == false ? ", missed" : "";
        string limit = target.Limit is double value
            ? string.Create(Culture, $" ({(target.IsMinimum ? "at least" : "at most")} {value:0.00}{verdict})")
            : "";
        return $"{target.Ratio?.ToString("0.00", Culture) ?? "not measured"}{limit}";
    }
}
