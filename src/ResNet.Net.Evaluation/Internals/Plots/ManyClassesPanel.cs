using System.Globalization;
using ResNet.Net.Evaluation.Internals.Reports;

namespace ResNet.Net.Evaluation.Internals.Plots;

/// <summary>What is seen of models with many classes: the most frequent confusions, and how the classes' accuracies are distributed.</summary>
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
        canvas.Text(box.X, box.Y + 16, "Most often confused", 16, bold: true);
        canvas.Text(box.X, box.Y + 36, "pictures of the first class taken for the second", 12.5, Palette.Muted);
        ConfusionPair[] pairs = [.. report.ConfusionPairs.Take(Confusions)];
        if (pairs.Length == 0)
        {
            canvas.Text(box.X, box.Y + 70, "none: every picture is right", 13);
            return;
        }

        const double CountRoom = 44;
        double row = (box.Height - 50) / Confusions;
        int most = pairs[0].Count;
        double y = box.Y + 50;
        foreach (ConfusionPair pair in pairs)
        {
            double half = (box.Width - 30) / 2;
            string text = $"{Clipped.Label(report.Labels[pair.ClassIndex], half, 12)}  →  {Clipped.Label(report.Labels[pair.PredictedClass], half, 12)}";
            canvas.Text(box.X, y + 12, text, 12);
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
            counts[Math.Min((int)((long)one.Right * Bins / one.Count), Bins - 1)]++;
        }

        canvas.Text(box.X, box.Y + 16, "Accuracy of the classes", 16, bold: true);
        canvas.Text(box.X, box.Y + 36, $"{Format.Plural(seen.Length, "class", "classes")} with pictures", 12.5, Palette.Muted);
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
            canvas.Rectangle(new Box(plot.X + (i * plot.Width / Bins) + 1, plot.Bottom - height, (plot.Width / Bins) - 2, height), Palette.Bar);
        }

        canvas.Line(plot.X, plot.Bottom, plot.Right, plot.Bottom, Palette.Muted);
        for (int percent = 0; percent <= 100; percent += 20)
        {
            double x = plot.X + (percent / 100.0 * plot.Width);
            canvas.Line(x, plot.Bottom, x, plot.Bottom + 5, Palette.Muted);
            canvas.Text(x, plot.Bottom + 19, string.Create(CultureInfo.InvariantCulture, $"{percent} %"), 12, Palette.Muted, TextAnchor.Middle);
        }

        canvas.Text(plot.X + (plot.Width / 2), plot.Bottom + 42, "accuracy of the class", 13, anchor: TextAnchor.Middle);
        canvas.Text(box.X + 12, plot.Y + (plot.Height / 2), "classes", 13, anchor: TextAnchor.Middle, turned: -90);
    }
}
