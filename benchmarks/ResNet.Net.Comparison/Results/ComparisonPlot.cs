using System.Globalization;
using ResNet.Net.Plots;

namespace ResNet.Net.Comparison;

/// <summary>Draws <c>comparison.svg</c>: a column of bars per model, latency above and throughput below.</summary>
internal static class ComparisonPlot
{
    private const double Width = 1000;
    private const double Left = 300;
    private const double Gap = 20;
    private const double RowHeight = 24;
    private const double ValueWidth = 44;
    private const double Header = 84;
    private const double PanelHeader = 58;
    private const double PanelGap = 14;

    public static string Draw(ComparisonResults results)
    {
        string[] latencyIds = Measured(results, Figure.Latency);
        string[] throughputIds = Measured(results, Figure.Throughput);
        double latencyHeight = PanelHeader + (RowHeight * latencyIds.Length) + PanelGap;
        SvgCanvas svg = new(Width, Header + latencyHeight + PanelHeader + (RowHeight * throughputIds.Length) + PanelGap);
        string provisional = results.Final ? "" : "; provisional figures";
        svg.Text(24, 36, "From JPEG file to the five most probable classes", 18, bold: true);
        svg.Text(
            24,
            60,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{results.PhotoCount} photos; {results.Machine.Processor}, {results.Machine.Cores} cores{provisional}"),
            13,
            Palette.Muted);
        DrawPanel(svg, results, latencyIds, Header, Figure.Latency, "One image at a time: median milliseconds, shorter is better");
        DrawPanel(
            svg, results, throughputIds, Header + latencyHeight, Figure.Throughput, "Many images: images per second, longer is better");
        return svg.Finish("Latency and throughput of this library and others");
    }

    private static void DrawPanel(SvgCanvas svg, ComparisonResults results, string[] ids, double top, Figure figure, string title)
    {
        svg.Line(24, top, Width - 24, top, Palette.Rule);
        svg.Text(24, top + 24, title, 14, bold: true);
        double columnWidth = (Width - Left - 24 - (Gap * (results.Models.Count - 1))) / results.Models.Count;
        for (int row = 0; row < ids.Length; row++)
        {
            ContestantResult contestant = results.Models[0].Contestants.First(c => c.Id == ids[row]);
            bool isOurs = contestant.Role == ContestantRole.Ours;
            svg.Text(Left - 12, top + PanelHeader + (RowHeight * row) + 14, Label(contestant), 13, anchor: TextAnchor.End, bold: isOurs);
        }

        for (int column = 0; column < results.Models.Count; column++)
        {
            ModelResult model = results.Models[column];
            double x = Left + (column * (columnWidth + Gap));
            svg.Text(x, top + 48, model.Name, 13, Palette.Muted);
            double max = ids.Max(id => figure.Of(model.Contestants.First(c => c.Id == id)) ?? 0);
            for (int row = 0; row < ids.Length; row++)
            {
                ContestantResult contestant = model.Contestants.First(c => c.Id == ids[row]);
                double y = top + PanelHeader + (RowHeight * row);
                if (figure.Of(contestant) is not double value)
                {
                    svg.Text(x, y + 14, contestant.Skipped is null ? "" : "not run", 12, Palette.Muted);
                    continue;
                }

                double length = (columnWidth - ValueWidth) * value / max;
                string color = contestant.Role == ContestantRole.Ours ? Palette.Bar : Palette.Orange;
                svg.Rectangle(new Box(x, y + 3, length, RowHeight - 9), color);
                svg.Text(x + length + 6, y + 14, Number.Format(value), 12);
            }
        }
    }

    /// <summary>Returns the ids of the libraries that have the figure for a model, in the order of the tables.</summary>
    private static string[] Measured(ComparisonResults results, Figure figure) =>
    [
        .. results.Models.SelectMany(model => model.Contestants)
            .Where(c => c.Role != ContestantRole.Floor && figure.Of(c) is not null).Select(c => c.Id).Distinct(),
    ];

    private static string Label(ContestantResult contestant)
        => contestant.Name.Replace("**", "", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal);
}
