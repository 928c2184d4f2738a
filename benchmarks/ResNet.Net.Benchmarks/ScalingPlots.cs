using System.Globalization;
using ResNet.Net.Plots;

namespace ResNet.Net.Benchmarks;

/// <summary>Draws the tables of <see cref="Scaling"/> as one picture of line charts.</summary>
internal static class ScalingPlots
{
    private const double Width = 820;
    private const double PanelHeight = 270;
    private const double Top = 84;
    private const double PlotLeft = 62;
    private const double PlotTop = 50;
    private const double PlotBottom = 212;

    private static readonly string[] Colors = [Palette.Bar, Palette.Orange];

    /// <summary>Draws the report.</summary>
    /// <param name="report">The lines of the Markdown file.</param>
    public static string Draw(string[] report)
    {
        Dictionary<string, string[][]> tables = Tables(report);
        string[][] threads = tables["Threads of one run"];
        string[][] callers = tables["Concurrent callers, one thread per run"];
        string[][] batches = tables["Images per call of `ClassifyBatch`"];
        string[][] sizes = tables["Image size"];
        string[][] depths = tables["Model depth"];
        Panel[] panels =
        [
            new("Images/s by threads of one run", threads, [1, 2]),
            new("Images/s by concurrent callers", callers, [1, 2]),
            new("Images/s by images per call", batches, [1, 2]),
            new("Memory in MB by concurrent callers", callers, [3, 4]),
            new("Milliseconds per megapixel by megapixels", sizes, [3, 4]),
            new("Memory in MB by megapixels", sizes, [5]),
            new("Milliseconds per billion multiply-adds by depth", depths, [3]),
            new("Memory in MB by images per call", batches, [3, 4]),
        ];
        SvgCanvas svg = new(Width, Top + (PanelHeight * ((panels.Length + 1) / 2)));
        svg.Text(24, 36, "How throughput, time and memory scale", 18, bold: true);
        string machine = report.First(line => line.StartsWith("Machine: ", StringComparison.Ordinal))["Machine: ".Length..];
        svg.Text(24, 60, $"JPEG to label, synthetic models; {machine.Split(", Vector")[0]}; every axis starts at 0", 13, Palette.Muted);
        for (int i = 0; i < panels.Length; i++)
        {
            Draw(svg, panels[i], 24 + (i % 2 * ((Width - 24) / 2)), Top + (i / 2 * PanelHeight));
        }

        return svg.Finish("Charts of images per second, milliseconds and memory by threads, callers, batch, image size and model depth");
    }

    private static void Draw(SvgCanvas svg, Panel panel, double left, double top)
    {
        double right = left + ((Width - 24) / 2) - 40;
        string[][] rows = panel.Table[1..];
        double[][] series = [.. panel.Columns.Select(column => rows.Select(row => ResultPlots.Number(row[column])).ToArray())];
        double step = Step(series.Max(values => values.Max()));
        double end = Math.Ceiling(series.Max(values => values.Max()) / step) * step;
        double X(int row) => left + PlotLeft + 16 + (row * (right - left - PlotLeft - 32) / Math.Max(rows.Length - 1, 1));
        double Y(double value) => top + PlotBottom - (value / end * (PlotBottom - PlotTop));
        svg.Text(left, top + 14, panel.Title, 14, bold: true);
        for (int line = 0; line * step <= end * 1.001; line++)
        {
            double value = line * step;
            svg.Line(left + PlotLeft, Y(value), right, Y(value), Palette.Rule);
            svg.Text(
                left + PlotLeft - 8, Y(value) + 4, value.ToString("0.##", CultureInfo.InvariantCulture), 13, Palette.Muted, TextAnchor.End);
        }

        for (int row = 0; row < rows.Length; row++)
        {
            string label = rows[row][0].Replace("ResNet-", "", StringComparison.Ordinal);
            svg.Text(X(row), top + PlotBottom + 20, label, 13, Palette.Muted, TextAnchor.Middle);
        }

        for (int i = 0; i < series.Length; i++)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                if (row > 0)
                {
                    svg.Line(X(row - 1), Y(series[i][row - 1]), X(row), Y(series[i][row]), Colors[i], 2);
                }

                svg.Circle(X(row), Y(series[i][row]), 4, Colors[i], Palette.Background);
            }

            if (series.Length > 1)
            {
                double x = left + PlotLeft + (i * 130);
                svg.Rectangle(new Box(x, top + 26, 11, 11), Colors[i]);
                svg.Text(x + 17, top + 36, panel.Table[0][panel.Columns[i]].Split(',')[0], 13);
            }
        }
    }

    /// <summary>Returns a step of 1, 2, 2.5 or 5 times a power of ten that divides the axis into about four parts.</summary>
    public static double Step(double end)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(end / 4)));
        return power * ((end / 4 / power) switch { <= 1 => 1, <= 2 => 2, <= 2.5 => 2.5, <= 5 => 5, _ => 10 });
    }

    /// <summary>Returns the cells of each table by its heading; the first row has the names of the columns.</summary>
    private static Dictionary<string, string[][]> Tables(string[] report)
    {
        Dictionary<string, string[][]> tables = [];
        for (int i = 0; i < report.Length; i++)
        {
            if (report[i].StartsWith("## ", StringComparison.Ordinal))
            {
                tables.Add(report[i][3..], [.. ResultPlots.Cells(report[(i + 1)..].SkipWhile(line => line.Length == 0)
                    .TakeWhile(line => line.StartsWith('|'))).Where(row => !row[0].StartsWith('-'))]);
            }
        }

        return tables;
    }

    private sealed record Panel(string Title, string[][] Table, int[] Columns);
}
