using ResNet.Net.Plots;

namespace ResNet.Net.Evaluation;

/// <summary>Draws the confusion matrix: rows are true classes, columns are predicted classes, shades are fractions of the row.</summary>
internal static class ConfusionPanel
{
    private const double AccuracyWidth = 62;
    private const double MaxLabelWidth = 120;

    public static void Draw(SvgCanvas canvas, EvaluationReport report, Box box)
    {
        int classes = report.Classes.Count;
        double size = Math.Clamp(240.0 / classes, 9, 13);
        string[] labels = [.. report.Classes.Select(c => TextFit.Label(c.Label, MaxLabelWidth, size))];
        double labelWidth = labels.Max(l => TextFit.WidthOf(l, size)) + 10;
        double below = (labelWidth * 0.62) + 28;

        canvas.Text(box.X, box.Y + 16, "Confusion matrix", 16, bold: true);
        canvas.Text(box.X, box.Y + 36, "images; darker: larger fraction of the true class (square-root scale)", 12.5, Palette.Muted);
        double left = box.X + labelWidth + 26;
        double cell = Math.Min((box.Right - left - AccuracyWidth) / classes, (box.Height - 68 - below) / classes);
        Box plot = new(left, box.Y + 68, cell * classes, cell * classes);

        Dictionary<(int, int), int> counts = report.ConfusionPairs.ToDictionary(p => (p.ClassIndex, p.PredictedClass), p => p.Count);
        canvas.Text(plot.Right + 8, plot.Y - 8, "accuracy", 11, Palette.Muted);
        for (int row = 0; row < classes; row++)
        {
            ClassAccuracy one = report.Classes[row];
            double middle = plot.Y + ((row + 0.5) * cell);
            canvas.Text(plot.X - 8, middle + (size * 0.35), labels[row], size, anchor: TextAnchor.End);
            string accuracy = double.IsNaN(one.Accuracy) ? "-" : $"{Format.Fixed(one.Accuracy, 1)} %";
            canvas.Text(plot.Right + 8, middle + 4, accuracy, Math.Min(size, 12), Palette.Muted);
            double column = plot.X + ((row + 0.5) * cell) + (size * 0.35);
            canvas.Text(column, plot.Bottom + 10, labels[row], size, anchor: TextAnchor.End, rotation: -45);
            for (int predicted = 0; predicted < classes; predicted++)
            {
                int count = row == predicted ? one.Correct : counts.GetValueOrDefault((row, predicted));
                DrawCell(canvas, new Box(plot.X + (predicted * cell), plot.Y + (row * cell), cell, cell), count, one.Count);
            }
        }

        canvas.Text(box.X + 12, plot.Y + (plot.Height / 2), "true class", 13, anchor: TextAnchor.Middle, rotation: -90);
        double bottom = Math.Min(plot.Bottom + below, box.Bottom);
        canvas.Text(plot.X + (plot.Width / 2), bottom, "predicted class", 13, anchor: TextAnchor.Middle);
    }

    private static void DrawCell(SvgCanvas canvas, Box box, int count, int ofClass)
    {
        // Confusions are rare: on a linear scale they would all be white next to the diagonal.
        double strength = count == 0 ? 0 : Math.Sqrt((double)count / ofClass);
        canvas.Rectangle(box, Palette.Shade(strength), stroke: Palette.Background);
        if (count > 0)
        {
            string text = box.Width >= 34 ? Format.Count(count) : Axis.Short(count);
            double size = Math.Min(box.Width * 0.32, 13);
            double baseline = box.Y + (box.Height / 2) + (size * 0.36);
            canvas.Text(box.X + (box.Width / 2), baseline, text, size, Palette.TextOn(strength), TextAnchor.Middle);
        }
    }
}
