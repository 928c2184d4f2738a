using System.Globalization;
using ResNet.Net.Plots;

namespace ResNet.Net.Evaluation;

/// <summary>Draws the most frequent confusions and the distribution of the class accuracies, for models with many classes.</summary>
internal static class ManyClassesPanel
{
    private const int Confusions = 10;
    private const int Bins = 20;
    private const double BarHeight = 9;

    public static void Draw(SvgCanvas canvas, EvaluationReport report, Box box)
    {
        double upper = box.Height * 0.58;
        DrawConfusions(canvas, report, new Box(box.X, box.Y, box.Width, upper));
        DrawClasses(canvas, report, new Box(box.X, box.Y + upper + 14, box.Width, box.Height - upper - 14));
    }

    private static void DrawConfusions(SvgCanvas canvas, EvaluationReport report, Box box)
    {
        canvas.Text(box.X, box.Y + 16, "Most frequent confusions", 16, bold: true);
        canvas.Text(box.X, box.Y + 36, "images of the first class classified as the second", 12.5, Palette.Muted);
        ConfusionPair[] pairs = [.. report.ConfusionPairs.Take(Confusions)];
        if (pairs.Length == 0)
        {
            canvas.Text(box.X, box.Y + 70, "none: every image is classified correctly", 13);
            return;
        }

        const double CountRoom = 44;
        double row = (box.Height - 50) / Confusions;
        int most = pairs[0].Count;
        double y = box.Y + 50;
        foreach (ConfusionPair pair in pairs)
        {
            double half = (box.Width - 30) / 2;
            string truth = TextFit.Label(report.Labels[pair.ClassIndex], half, 12);
            string predicted = TextFit.Label(report.Labels[pair.PredictedClass], half, 12);
            canvas.Text(box.X, y + 12, $"{truth}  →  {predicted}", 12);
            double width = (box.Width - CountRoom) * pair.Count / most;
            canvas.Rectangle(new Box(box.X, y + 17, width, BarHeight), Palette.Bar);
            canvas.Text(box.X + width + 6, y + 17 + BarHeight, Format.Count(pair.Count), 11.5, Palette.Muted);
            y += row;
        }
    }

    private static void DrawClasses(SvgCanvas canvas, EvaluationReport report, Box box)
    {
        ClassAccuracy[] seen = [.. report.Classes.Where(c => c.Count > 0)];
        int[] counts = new int[Bins];
        foreach (ClassAccuracy one in seen)
        {
            counts[Math.Min((int)((long)one.Correct * Bins / one.Count), Bins - 1)]++;
        }

        canvas.Text(box.X, box.Y + 16, "Accuracy by class", 16, bold: true);
        canvas.Text(box.X, box.Y + 36, $"{Format.Plural(seen.Length, "class", "classes")} with images", 12.5, Palette.Muted);
        Box plot = new(box.X + 58, box.Y + 50, box.Width - 58 - 16, box.Height - 50 - 50);
        int step = Axis.Step(Math.Max(counts.Max(), 1), 4);
        int top = Math.Max((counts.Max() + step - 1) / step * step, step);
        for (int value = 0; value <= top; value += step)
        {
            double y = plot.Bottom - ((double)value / top * plot.Height);
            canvas.Line(plot.X, y, plot.Right, y, Palette.Rule);
            canvas.Text(plot.X - 8, y + 4, Format.Count(value), 12, Palette.Muted, TextAnchor.End);
        }

        for (int i = 0; i < Bins; i++)
        {
            double height = (double)counts[i] / top * plot.Height;
            double x = plot.X + (i * plot.Width / Bins) + 1;
            canvas.Rectangle(new Box(x, plot.Bottom - height, (plot.Width / Bins) - 2, height), Palette.Bar);
        }

        canvas.Line(plot.X, plot.Bottom, plot.Right, plot.Bottom, Palette.Muted);
        for (int percent = 0; percent <= 100; percent += 20)
        {
            double x = plot.X + (percent / 100.0 * plot.Width);
            canvas.Line(x, plot.Bottom, x, plot.Bottom + 5, Palette.Muted);
            string label = string.Create(CultureInfo.InvariantCulture, $"{percent} %");
            canvas.Text(x, plot.Bottom + 19, label, 12, Palette.Muted, TextAnchor.Middle);
        }

        canvas.Text(plot.X + (plot.Width / 2), plot.Bottom + 42, "class accuracy", 13, anchor: TextAnchor.Middle);
        canvas.Text(box.X + 12, plot.Y + (plot.Height / 2), "classes", 13, anchor: TextAnchor.Middle, rotation: -90);
    }
}
