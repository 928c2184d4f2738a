using System.Globalization;
using ResNet.Net.Plots;

namespace ResNet.Net.Quantization;

/// <summary>Plots the SQNR of each layer: a bar for the layer alone, a dot including the noise of all previous layers.</summary>
internal static class SqnrPlot
{
    private const double Left = 330;
    private const double Right = 40;
    private const double Top = 96;
    private const double RowHeight = 18;
    private const double Width = 1000;
    private const double Bottom = 40;
    private const double GridStep = 10;
    private const int MaxNameLength = 46;

    public static string Draw(QuantizationReport report)
    {
        double[] finite =
            [.. report.Layers.SelectMany(l => new[] { l.Sqnr, l.AccumulatedSqnr }).OfType<double>().Where(double.IsFinite)];
        double end = Math.Max(GridStep, Math.Ceiling(finite.DefaultIfEmpty(0).Max() / GridStep) * GridStep);
        double start = Math.Min(0, Math.Floor(finite.DefaultIfEmpty(0).Min() / GridStep) * GridStep);
        double height = Top + (RowHeight * report.Layers.Count) + Bottom;
        double X(double decibels) => Left + ((Math.Clamp(decibels, start, end) - start) / (end - start) * (Width - Left - Right));

        SvgCanvas canvas = new(Width, height);
        DrawHeader(canvas, report);
        for (double grid = start; grid <= end; grid += GridStep)
        {
            canvas.Line(X(grid), Top - 6, X(grid), height - Bottom + 4, Palette.Rule);
            string label = string.Create(CultureInfo.InvariantCulture, $"{grid:0} dB");
            canvas.Text(X(grid), Top - 12, label, 12, Palette.Muted, TextAnchor.Middle);
        }

        for (int i = 0; i < report.Layers.Count; i++)
        {
            LayerReport layer = report.Layers[i];
            double y = Top + (i * RowHeight);
            canvas.Text(Left - 10, y + 13, Shorten(layer.Name), 12, layer.IsQuantized ? Palette.Ink : Palette.Muted, TextAnchor.End);
            if (layer.Sqnr is double alone)
            {
                Box bar = new(X(Math.Min(alone, 0)), y + 3, Math.Abs(X(alone) - X(0)), RowHeight - 6);
                canvas.Rectangle(bar, layer.IsQuantized ? Palette.Bar : Palette.Orange);
            }

            if (layer.AccumulatedSqnr is double accumulated)
            {
                canvas.Circle(X(accumulated), y + (RowHeight / 2), 4, Palette.Ink, Palette.Background);
            }
        }

        if (finite.Length == 0)
        {
            canvas.Text(Left, height - 14, "Not measured: QuantizationOptions.SqnrImages is 0.", 12, Palette.Muted);
        }

        return canvas.Finish($"Signal-to-quantization-noise ratio by layer of {report.Model}");
    }

    private static void DrawHeader(SvgCanvas canvas, QuantizationReport report)
    {
        QuantizationOptions options = report.Options;
        string images = ReportText.Images(report.CalibrationImages);
        string summary = $"{options.Format}, {options.ActivationType}, {options.Calibration}, {images}";
        canvas.Text(24, 34, $"Signal-to-quantization-noise ratio by layer: {report.Model}", 20, bold: true);
        canvas.Text(24, 58, summary, 13, Palette.Muted);
        canvas.Rectangle(new Box(480, 48, 14, 11), Palette.Bar);
        canvas.Text(500, 58, "layer alone", 13, Palette.Muted);
        canvas.Rectangle(new Box(610, 48, 14, 11), Palette.Orange);
        canvas.Text(630, 58, "layer in float", 13, Palette.Muted);
        canvas.Circle(750, 53.5, 4, Palette.Ink, Palette.Background);
        canvas.Text(760, 58, "including previous layers", 13, Palette.Muted);
    }

    // Names of layers differ in their ends.
    private static string Shorten(string name) => name.Length <= MaxNameLength ? name : "..." + name[^(MaxNameLength - 3)..];
}
