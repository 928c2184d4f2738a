using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Plots;

namespace ResNet.Net.Training;

/// <summary>Draws the accuracy on training and validation images by the number of training images.</summary>
internal static class LearningCurvePanel
{
    private const double LabelWidth = 58;
    private const int RangeStep = 10;

    public static void Draw(SvgCanvas canvas, TrainingReport report, Box box)
    {
        canvas.Text(box.X, box.Y + 16, "Learning curve", 16, bold: true);
        if (report.LearningCurve.Count < 2)
        {
            canvas.Text(box.X, box.Y + 36, "not measured: too few images", 12.5, Palette.Muted);
            return;
        }

        canvas.Text(box.X, box.Y + 36, "where the validation curve levels off, more images help less", 12.5, Palette.Muted);
        // Room for the legend and for the numbers above a curve at 100 %.
        const double Top = 96;
        Box plot = new(box.X + LabelWidth, box.Y + Top, box.Width - LabelWidth - 20, box.Height - Top - 60);
        double lowest = report.LearningCurve.Min(p => Math.Min(p.TrainingAccuracy, p.ValidationAccuracy));
        int bottom = Math.Clamp((int)Math.Floor((lowest - 2) / RangeStep) * RangeStep, 0, 100 - RangeStep);
        int most = report.LearningCurve.Max(p => p.TrainingImages);
        double X(LearningCurvePoint point) => plot.X + ((double)point.TrainingImages / most * plot.Width);
        double Y(double accuracy) => plot.Bottom - ((accuracy - bottom) / (100 - bottom) * plot.Height);

        DrawAxes(canvas, plot, bottom, most);
        DrawLegend(canvas, plot.X, box.Y + 60);
        DrawCurve(canvas, [.. report.LearningCurve.Select(p => (X(p), Y(p.TrainingAccuracy), p.TrainingAccuracy))], Palette.Orange, -12);
        DrawCurve(canvas, [.. report.LearningCurve.Select(p => (X(p), Y(p.ValidationAccuracy), p.ValidationAccuracy))], Palette.Bar, 20);
    }

    private static void DrawAxes(SvgCanvas canvas, Box plot, int bottom, int most)
    {
        int step = Axis.Step(100 - bottom, 5);
        for (int percent = bottom; percent <= 100; percent += step)
        {
            double y = plot.Bottom - ((double)(percent - bottom) / (100 - bottom) * plot.Height);
            canvas.Line(plot.X, y, plot.Right, y, Palette.Rule);
            string label = string.Create(CultureInfo.InvariantCulture, $"{percent} %");
            canvas.Text(plot.X - 8, y + 4, label, 12, Palette.Muted, TextAnchor.End);
        }

        canvas.Line(plot.X, plot.Bottom, plot.Right, plot.Bottom, Palette.Muted);
        int images = Axis.Step(most, 5);
        for (int count = 0; count <= most; count += images)
        {
            double x = plot.X + ((double)count / most * plot.Width);
            canvas.Line(x, plot.Bottom, x, plot.Bottom + 5, Palette.Muted);
            canvas.Text(x, plot.Bottom + 19, Axis.Short(count), 12, Palette.Muted, TextAnchor.Middle);
        }

        canvas.Text(plot.X + (plot.Width / 2), plot.Bottom + 42, "training images", 13, Palette.Ink, TextAnchor.Middle);
        canvas.Text(plot.X - 46, plot.Y + (plot.Height / 2), "accuracy", 13, Palette.Ink, TextAnchor.Middle, rotation: -90);
    }

    // Above the plot, where no curve can overlap it.
    private static void DrawLegend(SvgCanvas canvas, double x, double y)
    {
        foreach ((string color, string text) in new[] { (Palette.Bar, "validation images"), (Palette.Orange, "training images") })
        {
            canvas.Line(x - 4, y - 4, x + 14, y - 4, color, 3);
            canvas.Text(x + 20, y, text, 12, Palette.Muted);
            x += 38 + (TextFit.WidthOf(text, 12) * 0.9);
        }
    }

    private static void DrawCurve(SvgCanvas canvas, (double X, double Y, double Accuracy)[] points, string color, double labelOffset)
    {
        foreach (((double X, double Y, double) from, (double X, double Y, double) to) in points.Zip(points.Skip(1)))
        {
            canvas.Line(from.X, from.Y, to.X, to.Y, color, 2.5);
        }

        foreach ((double x, double y, double accuracy) in points)
        {
            canvas.Circle(x, y, 4, color, Palette.Background);
            canvas.Text(x, y + labelOffset, Format.Fixed(accuracy, 1), 11, Palette.Muted, TextAnchor.Middle);
        }
    }
}
