using ResNet.Net.Evaluation.Internals.Reports;

namespace ResNet.Net.Evaluation.Internals.Plots;

/// <summary>The confusion matrix: a row a true class, a column a predicted one; shades are shares of the row.</summary>
internal static class ConfusionPanel
{
    private const double AccuracyRoom = 62;
    private const double LongestLabel = 120;

    public static void Draw(SvgCanvas canvas, EvaluationReport report, Box box)
    {
        int classes = report.Classes.Count;
        double size = Math.Clamp(240.0 / classes, 9, 13);
        string[] labels = [.. report.Classes.Select(c => Clipped.Label(c.Label, LongestLabel, size))];
        double labelRoom = labels.Max(l => Clipped.WidthOf(l, size)) + 10;
        double below = (labelRoom * 0.62) + 28;

        canvas.Text(box.X, box.Y + 16, "Confusion matrix", 16, bold: true);
        canvas.Text(box.X, box.Y + 36, "pictures; darker: a larger share of the true class (square root, so that rare confusions show)", 12.5, Palette.Muted);
        double left = box.X + labelRoom + 26;
        double cell = Math.Min((box.Right - left - AccuracyRoom) / classes, (box.Height - 68 - below) / classes);
        Box plot = new(left, box.Y + 68, cell * classes, cell * classes);

        Dictionary<(int, int), int> counts = report.ConfusionPairs.ToDictionary(p => (p.ClassIndex, p.PredictedClass), p => p.Count);
        canvas.Text(plot.Right + 8, plot.Y - 8, "accuracy", 11, Palette.Muted);
        for (int row = 0; row < classes; row++)
        {
            ClassAccuracy one = report.Classes[row];
            double middle = plot.Y + ((row + 0.5) * cell);
            canvas.Text(plot.X - 8, middle + (size * 0.35), labels[row], size, anchor: TextAnchor.End);
            canvas.Text(plot.Right + 8, middle + 4, double.IsNaN(one.Accuracy) ? "-" : $"{Format.Fixed(one.Accuracy, 1)} %", Math.Min(size, 12), Palette.Muted);
            canvas.Text(plot.X + ((row + 0.5) * cell) + (size * 0.35), plot.Bottom + 10, labels[row], size, anchor: TextAnchor.End, turned: -45);
            for (int column = 0; column < classes; column++)
            {
                int count = row == column ? one.Right : counts.GetValueOrDefault((row, column));
                DrawCell(canvas, new Box(plot.X + (column * cell), plot.Y + (row * cell), cell, cell), count, one.Count);
            }
        }

        canvas.Text(box.X + 12, plot.Y + (plot.Height / 2), "true class", 13, anchor: TextAnchor.Middle, turned: -90);
        canvas.Text(plot.X + (plot.Width / 2), Math.Min(plot.Bottom + below, box.Bottom), "predicted class", 13, anchor: TextAnchor.Middle);
    }

    private static void DrawCell(SvgCanvas canvas, Box box, int count, int ofClass)
    {
        // The square root: confusions are rare, and would all be white beside the diagonal.
        double strength = count == 0 ? 0 : Math.Sqrt((double)count / ofClass);
        canvas.Rectangle(box, Palette.Shade(strength), stroke: Palette.Background);
        if (count > 0)
        {
            string text = box.Width >= 34 ? Format.Count(count) : Axis.Short(count);
            double size = Math.Min(box.Width * 0.32, 13);
            canvas.Text(box.X + (box.Width / 2), box.Y + (box.Height / 2) + (size * 0.36), text, size, Palette.TextOn(strength), TextAnchor.Middle);
        }
    }
}
