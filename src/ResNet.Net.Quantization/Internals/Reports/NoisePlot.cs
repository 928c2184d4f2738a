using System.Globalization;
using System.Security;
using System.Text;

namespace ResNet.Net.Quantization.Internals.Reports;

/// <summary>The signal-to-noise ratios by layer as a bar chart: bars for each layer alone, dots for its output with the noise of all before it.</summary>
internal static class NoisePlot
{
    private const double Left = 330;
    private const double Right = 40;
    private const double Top = 96;
    private const double RowHeight = 18;
    private const double Width = 1000;
    private const double Bottom = 40;
    private const double GridStep = 10;
    private const int LongestName = 46;

    public static string Draw(QuantizationReport report)
    {
        double[] finite = [.. report.Layers.SelectMany(l => new[] { l.NoiseRatio, l.AccumulatedNoiseRatio }).OfType<double>().Where(double.IsFinite)];
        double end = Math.Max(GridStep, Math.Ceiling(finite.DefaultIfEmpty(0).Max() / GridStep) * GridStep);
        double start = Math.Min(0, Math.Floor(finite.DefaultIfEmpty(0).Min() / GridStep) * GridStep);
        double height = Top + (RowHeight * report.Layers.Count) + Bottom;
        double X(double decibels) => Left + ((Math.Clamp(decibels, start, end) - start) / (end - start) * (Width - Left - Right));
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"Segoe UI, Helvetica, Arial, sans-serif\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/>\n");
        Text(svg, 24, 34, 20, "#1f2933", "start", $"Signal-to-quantization-noise ratio by layer: {report.Model}", bold: true);
        Text(svg, 24, 58, 13, "#52606d", "start", $"{report.Options.Format}, {report.Options.ActivationType}, {report.Options.Calibration}, {report.Pictures} pictures");
        svg.Append("<rect x=\"560\" y=\"48\" width=\"14\" height=\"11\" fill=\"#2f80c3\"/><rect x=\"690\" y=\"48\" width=\"14\" height=\"11\" fill=\"#d9822b\"/><circle cx=\"800\" cy=\"53.5\" r=\"4\" fill=\"#1f2933\"/>\n");
        Text(svg, 580, 58, 13, "#52606d", "start", "the layer alone");
        Text(svg, 710, 58, 13, "#52606d", "start", "in float");
        Text(svg, 810, 58, 13, "#52606d", "start", "with all before it");
        for (double grid = start; grid <= end; grid += GridStep)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(grid):0.0}\" y1=\"{Top - 6}\" x2=\"{X(grid):0.0}\" y2=\"{height - Bottom + 4}\" stroke=\"#dde3ea\"/>\n");
            Text(svg, X(grid), Top - 12, 12, "#52606d", "middle", $"{grid:0} dB");
        }

        for (int i = 0; i < report.Layers.Count; i++)
        {
            LayerReport layer = report.Layers[i];
            double y = Top + (i * RowHeight);
            Text(svg, Left - 10, y + 13, 12, layer.IsQuantized ? "#1f2933" : "#d9822b", "end", Shorten(layer.Name));
            if (layer.NoiseRatio is double alone)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(Math.Min(alone, 0)):0.0}\" y=\"{y + 3:0.0}\" width=\"{Math.Abs(X(alone) - X(0)):0.0}\" height=\"{RowHeight - 6}\" fill=\"{(layer.IsQuantized ? "#2f80c3" : "#d9822b")}\"/>\n");
            }

            if (layer.AccumulatedNoiseRatio is double sum)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(sum):0.0}\" cy=\"{y + (RowHeight / 2):0.0}\" r=\"4\" fill=\"#1f2933\" stroke=\"#ffffff\"/>\n");
            }
        }

        if (finite.Length == 0)
        {
            Text(svg, Left, height - 14, 12, "#52606d", "start", "Not measured: the option NoisePictures was 0.");
        }

        return svg.Append("</svg>\n").ToString();
    }

    // The end of a name tells layers apart.
    private static string Shorten(string name) => name.Length <= LongestName ? name : "..." + name[^(LongestName - 3)..];

    private static void Text(StringBuilder svg, double x, double y, double size, string colour, string anchor, string text, bool bold = false)
        => svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.0}\" y=\"{y:0.0}\" font-size=\"{size}\" fill=\"{colour}\" text-anchor=\"{anchor}\"{(bold ? " font-weight=\"600\"" : "")}>{SecurityElement.Escape(text)}</text>\n");
}
