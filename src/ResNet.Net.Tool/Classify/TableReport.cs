using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;
using Spectre.Console;

namespace ResNet.Net.Tool.Classify;

/// <summary>Prints a table with one row per image, at the end, when all widths are known.</summary>
internal sealed class TableReport(ResNetClassifier classifier, IAnsiConsole console) : IReport
{
    private const int BarCells = 20;
    private const int PercentCells = 6;
    private const int TimeCells = 6;
    private const int BorderCells = 10;
    private const int ShowLabels = 20;

    private readonly List<(ImageFile File, Classification? Result, string? Error)> _rows = [];

    public void Add(ImageFile file, Classification result) => _rows.Add((file, result, null));

    public void AddFailure(ImageFile file, string error) => _rows.Add((file, null, error));

    public void End()
    {
        Classification[] results = [.. _rows.Select(r => r.Result).OfType<Classification>()];
        PrintModel();
        PrintRows(results);
        PrintSummary(results);
    }

    private void PrintModel()
    {
        LabelSet labels = classifier.Labels;
        IEnumerable<string> names = Enumerable.Range(0, labels.Count).Select(i => labels[i]);
        string classes = labels.Count <= ShowLabels ? $": {string.Join(", ", names)}" : "";
        string set = Terminal.Plain($"({labels.Name}){classes}");
        CropRule input = classifier.Profile.Crop;
        console.MarkupLine($"[bold]{Terminal.Plain(classifier.ModelName)}[/] knows {Quantity.Of(labels.Count, "class", "classes")} {set}.");
        string use = classifier.IsMultiLabel
            ? "Several of these classes, or none, can apply to an image."
            : classifier.UnknownThreshold is double threshold
                ? $"Images whose best class has less than {Percent(threshold)} are marked: they may show something else."
                : "Every image gets one of these classes, whatever it shows.";
        console.WriteLine($"Input: {input.Width}x{input.Height} pixels. {use}");
        console.WriteLine();
    }

    private void PrintRows(Classification[] results)
    {
        // ImageNet labels can be longer than a line.
        int longest = results.SelectMany(r => r.Predictions).Select(p => p.Label.GetCellWidth()).Append("Label".Length).Max();
        int labelCells = Math.Min(longest, console.Profile.Width >= 100 ? 40 : 18);
        int resultCells = labelCells + 1 + BarCells + 1 + PercentCells;
        int nameCells = Math.Max(console.Profile.Width - resultCells - TimeCells - BorderCells, 12);

        Table table = new Table().RoundedBorder();
        table.AddColumn(new TableColumn("Image").NoWrap());
        table.AddColumn(new TableColumn($"{"Label".PadRight(labelCells)} Probability"));
        table.AddColumn(new TableColumn("ms").RightAligned().NoWrap());
        table.ShowRowSeparators = results.Any(r => r.Predictions.Count > 1);
        foreach ((ImageFile file, Classification? result, string? error) in _rows)
        {
            string name = Terminal.Plain(KeepEnd(file.Name, nameCells));
            if (result is not null)
            {
                string predictions = string.Join('\n', result.Predictions.Select(p => Show(p, labelCells)));
                predictions += result.IsUnknown ? "\n[yellow]possibly none of the classes[/]" : "";
                table.AddRow(name, predictions, Number(Total(result.Timings).TotalMilliseconds));
            }
            else
            {
                table.AddRow($"[red]{name}[/]", $"[red]{Terminal.Plain(error!)}[/]", "");
            }
        }

        console.Write(table);
    }

    private void PrintSummary(Classification[] results)
    {
        int failed = _rows.Count - results.Length;
        console.MarkupLine($"{results.Length} classified{(failed > 0 ? $", [red]{failed} failed[/]" : "")}.");
        if (results.Length > 0)
        {
            string Average(Func<StageTimings, TimeSpan> stage) => Number(results.Average(r => stage(r.Timings).TotalMilliseconds));
            string before = $"{Average(t => t.Decode)} decode + {Average(t => t.Preprocess)} preprocess";
            string together = _rows.Count > 1 ? ", several images at a time" : "";
            console.WriteLine($"Average ms: {before} + {Average(t => t.Inference)} model{together}, after a warm-up run.");
        }
    }

    private static string Show(Prediction prediction, int labelCells)
    {
        int filled = (int)MathF.Round(prediction.Probability * BarCells);
        string color = prediction.Probability >= 0.5f ? "green" : "yellow";
        string label = KeepStart(prediction.Label, labelCells);
        string padding = new(' ', labelCells - label.GetCellWidth() + 1);
        string percent = Percent(prediction.Probability);
        string bar = $"[{color}]{new string('█', filled)}[/][dim]{new string('░', BarCells - filled)}[/]";
        return $"{Terminal.Plain(label)}{padding}{bar} {percent,PercentCells}";
    }

    private static string Percent(double probability) => (probability * 100).ToString("F1", CultureInfo.InvariantCulture) + "%";

    private static TimeSpan Total(StageTimings timings) => timings.Decode + timings.Preprocess + timings.Inference;

    private static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string KeepEnd(string text, int cells)
    {
        int start = 0;
        while (text[start..].GetCellWidth() > cells - (start > 0 ? 1 : 0))
        {
            start += char.IsHighSurrogate(text[start]) ? 2 : 1;
        }

        return start > 0 ? $"…{text[start..]}" : text;
    }

    private static string KeepStart(string text, int cells)
    {
        int end = text.Length;
        while (text[..end].GetCellWidth() > cells - (end < text.Length ? 1 : 0))
        {
            end -= char.IsLowSurrogate(text[end - 1]) ? 2 : 1;
        }

        return end < text.Length ? $"{text[..end]}…" : text;
    }
}
