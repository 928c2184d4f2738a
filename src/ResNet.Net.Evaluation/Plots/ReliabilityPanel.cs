using System.Globalization;
using ResNet.Net.Plots;

namespace ResNet.Net.Evaluation;

/// <summary>Draws accuracy by confidence. The bars of a well-calibrated model end on the diagonal.</summary>
internal static class ReliabilityPanel
{
    private const double LabelWidth = 58;
    private const double CountsHeight = 76;

    public static void Draw(SvgCanvas canvas, EvaluationReport report, Box box)
    {
        canvas.Text(box.X, box.Y + 16, "Reliability", 16, bold: true);
        if (report.CalibrationBins.Count == 0)
        {
            canvas.Text(box.X, box.Y + 36, "not defined for a multi-label model", 12.5, Palette.Muted);
            return;
        }

        canvas.Text(
            box.X,
            box.Y + 36,
            $"expected calibration error {Format.Percent(report.ExpectedCalibrationError)}; "
            + $"mean confidence {Format.Percent(report.MeanConfidence)}",
            12.5,
            Palette.Muted);
        double side = box.Width - LabelWidth;
        Box plot = new(box.X + LabelWidth, box.Y + 76, side, box.Height - 76 - CountsHeight - 78);
        DrawGrid(canvas, plot);
        DrawBars(canvas, report, plot);
        DrawLegend(canvas, plot.X, box.Y + 60);
        DrawCounts(canvas, report, new Box(plot.X, plot.Bottom + 28, side, CountsHeight));
    }

    private static void DrawGrid(SvgCanvas canvas, Box plot)
    {
        for (int percent = 0; percent <= 100; percent += 20)
        {
            double y = plot.Bottom - (percent / 100.0 * plot.Height);
            canvas.Line(plot.X, y, plot.Right, y, Palette.Rule);
            canvas.Text(plot.X - 8, y + 4, Percent(percent), 12, Palette.Muted, TextAnchor.End);
        }

        canvas.Text(plot.X - 46, plot.Y + (plot.Height / 2), "accuracy", 13, Palette.Ink, TextAnchor.Middle, rotation: -90);
    }

    private static void DrawBars(SvgCanvas canvas, EvaluationReport report, Box plot)
    {
        foreach (CalibrationBin bin in report.CalibrationBins.Where(b => b.Count > 0))
        {
            (double x, double width) = Column(bin, plot);
            double accuracy = bin.Accuracy / 100 * plot.Height;
            double confidence = bin.MeanConfidence / 100 * plot.Height;
            double lower = Math.Min(accuracy, confidence);
            canvas.Rectangle(new Box(x, plot.Bottom - lower, width, lower), Palette.Bar);
            Box gap = new(x, plot.Bottom - Math.Max(accuracy, confidence), width, Math.Abs(accuracy - confidence));
            canvas.Rectangle(gap, confidence > accuracy ? Palette.Orange : Palette.SkyBlue);
        }

        canvas.Line(plot.X, plot.Bottom, plot.Right, plot.Y, Palette.Muted, 1.5, "6 4");
        canvas.Line(plot.X, plot.Bottom, plot.Right, plot.Bottom, Palette.Muted);
    }

    // Above the plot, where no bar can overlap it.
    private static void DrawLegend(SvgCanvas canvas, double x, double y)
    {
        const double Size = 11;
        const double TextSize = 12;
        (string? Color, string Text)[] entries =
        [
            (Palette.Bar, "accuracy"), (Palette.Orange, "overconfident"), (Palette.SkyBlue, "underconfident"), (null, "perfect"),
        ];
        foreach ((string? color, string text) in entries)
        {
            if (color is null)
            {
                canvas.Line(x - 4, y - 4, x + Size + 2, y - 4, Palette.Muted, 1.5, "6 4");
            }
            else
            {
                canvas.Rectangle(new Box(x, y - 10, Size, Size), color);
            }

            canvas.Text(x + Size + 6, y, text, TextSize, Palette.Muted);
            x += Size + 22 + (TextFit.WidthOf(text, TextSize) * 0.9);
        }
    }

    private static void DrawCounts(SvgCanvas canvas, EvaluationReport report, Box plot)
    {
        int most = Math.Max(report.CalibrationBins.Max(b => b.Count), 1);
        double textSize = Math.Clamp(plot.Width / report.CalibrationBins.Count / 2.7, 5, 11);
        foreach (CalibrationBin bin in report.CalibrationBins)
        {
            (double x, double width) = Column(bin, plot);
            double height = (double)bin.Count / most * (plot.Height - 14);
            canvas.Rectangle(new Box(x, plot.Bottom - height, width, height), Palette.Shade(0.45));
            if (bin.Count > 0 && report.CalibrationBins.Count <= 30)
            {
                canvas.Text(x + (width / 2), plot.Bottom - height - 3, Axis.Short(bin.Count), textSize, Palette.Muted, TextAnchor.Middle);
            }
        }

        canvas.Line(plot.X, plot.Bottom, plot.Right, plot.Bottom, Palette.Muted);
        canvas.Text(plot.X - 46, plot.Y + (plot.Height / 2), "images", 13, Palette.Ink, TextAnchor.Middle, rotation: -90);
        for (int percent = 0; percent <= 100; percent += 20)
        {
            double x = plot.X + (percent / 100.0 * plot.Width);
            canvas.Line(x, plot.Bottom, x, plot.Bottom + 5, Palette.Muted);
            canvas.Text(x, plot.Bottom + 19, Percent(percent), 12, Palette.Muted, TextAnchor.Middle);
        }

        const string Title = "confidence (probability of the predicted class)";
        canvas.Text(plot.X + (plot.Width / 2), plot.Bottom + 42, Title, 13, Palette.Ink, TextAnchor.Middle);
    }

    private static (double X, double Width) Column(CalibrationBin bin, Box plot)
    {
        const double Gap = 1.5;
        return (plot.X + (bin.From / 100 * plot.Width) + (Gap / 2), ((bin.To - bin.From) / 100 * plot.Width) - Gap);
    }

    private static string Percent(int value) => string.Create(CultureInfo.InvariantCulture, $"{value} %");
}
