using System.Globalization;
using ResNet.Net.Plots;

namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>Draws the samples of a long run: memory, threads and handles, and throughput. The warm-up has a gray background.</summary>
internal static class SoakPlot
{
    private const double Width = 820, Left = 62, Right = 796, Top = 84, PanelHeight = 230, PlotTop = 54, PlotBottom = 190;
    private const int Window = 12;
    private const string WarmUpFill = "#eef1f4";

    private static readonly string[] Colors = [Palette.Bar, Palette.Orange, Palette.SkyBlue];

    /// <summary>Draws the samples.</summary>
    /// <param name="samples">The samples of a run.</param>
    /// <param name="what">What was loaded.</param>
    public static string Draw(SoakSample[] samples, string what)
    {
        Panel[] panels =
        [
            new("Memory in MB",
            [
                new("resident", [.. samples.Select(s => s.Resident)]),
                new("garbage collector", [.. samples.Select(s => s.Committed)]),
                new("allocated with malloc", [.. samples.Select(s => s.NativeUsed)]),
            ]),
            new("Threads, open files and sockets",
                [new("threads", [.. samples.Select(s => s.Threads)]), new("files and sockets", [.. samples.Select(s => s.Handles)])]),
            new("Operations per second of processor time",
                [new("mean of the last 12 samples", [.. samples.Select((s, i) => Rate(samples[Math.Max(0, i - Window)], s))])]),
        ];
        SvgCanvas svg = new(Width, Top + (PanelHeight * panels.Length) + 16);
        svg.Text(24, 36, string.Create(CultureInfo.InvariantCulture, $"{samples[^1].Minutes:F0} minutes of load: {what}"), 18, bold: true);
        svg.Text(24, 60, "by minutes; the warm-up is gray; every vertical axis starts at 0", 13, Palette.Muted);
        int warmUp = SoakTrend.WarmUp(samples);
        for (int i = 0; i < panels.Length; i++)
        {
            Draw(svg, samples, warmUp, panels[i], Top + (i * PanelHeight));
        }

        return svg.Finish($"Charts of memory, threads, handles and throughput during a long load of {what}");
    }

    private static double Rate(SoakSample first, SoakSample sample)
        => sample == first
            ? first.Operations / first.ProcessorSeconds
            : (sample.Operations - first.Operations) / (sample.ProcessorSeconds - first.ProcessorSeconds);

    private static void Draw(SvgCanvas svg, SoakSample[] samples, int warmUp, Panel panel, double top)
    {
        double end = samples[^1].Minutes;
        double step = ScalingPlots.Step(panel.Series.Max(series => series.Values.Max()));
        double high = Math.Ceiling(panel.Series.Max(series => series.Values.Max()) / step) * step;
        double X(double minutes) => Left + (minutes / end * (Right - Left));
        double Y(double value) => top + PlotBottom - (value / high * (PlotBottom - PlotTop));
        double warm = warmUp == 0 ? 0 : samples[warmUp - 1].Minutes;
        svg.Rectangle(new Box(Left, top + PlotTop, X(warm) - Left, PlotBottom - PlotTop), WarmUpFill);
        svg.Text(24, top + 14, panel.Title, 14, bold: true);
        for (int line = 0; line * step <= high * 1.001; line++)
        {
            svg.Line(Left, Y(line * step), Right, Y(line * step), Palette.Rule);
            string label = (line * step).ToString("0.##", CultureInfo.InvariantCulture);
            svg.Text(Left - 8, Y(line * step) + 4, label, 13, Palette.Muted, TextAnchor.End);
        }

        double minutes = ScalingPlots.Step(end);
        for (int tick = 0; tick * minutes <= end; tick++)
        {
            string label = (tick * minutes).ToString("0.##", CultureInfo.InvariantCulture);
            svg.Text(X(tick * minutes), top + PlotBottom + 20, label, 13, Palette.Muted, TextAnchor.Middle);
        }

        for (int i = 0; i < panel.Series.Length; i++)
        {
            for (int k = 1; k < samples.Length; k++)
            {
                (double before, double value) = (panel.Series[i].Values[k - 1], panel.Series[i].Values[k]);
                svg.Line(X(samples[k - 1].Minutes), Y(before), X(samples[k].Minutes), Y(value), Colors[i], 2);
            }

            double x = Left + (i * 270);
            svg.Rectangle(new Box(x, top + 26, 11, 11), Colors[i]);
            svg.Text(x + 17, top + 36, panel.Series[i].Name, 13);
        }
    }

    private sealed record Series(string Name, double[] Values);

    private sealed record Panel(string Title, Series[] Series);
}
