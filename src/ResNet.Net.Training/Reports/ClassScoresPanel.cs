using System.Globalization;
using ResNet.Net.Evaluation;
using ResNet.Net.Plots;

namespace ResNet.Net.Training;

/// <summary>Draws the recall and precision of classes, for independent classes, which have no confusion matrix.</summary>
internal static class ClassScoresPanel
{
    private const double LabelWidth = 150;
    private const double NumberWidth = 44;

    public static void Draw(SvgCanvas canvas, TrainingReport report, Box box)
    {
        TrainedClass[] classes = [.. ReportSections.Shown(report)];
        canvas.Text(box.X, box.Y + 16, ReportSections.ClassesTitle(report), 16, bold: true);
        canvas.Text(box.X, box.Y + 36, "dark: recall; light: precision", 12.5, Palette.Muted);
        double row = Math.Min((box.Height - 50) / Math.Max(classes.Length, 1), 40);
        double width = box.Width - LabelWidth - NumberWidth;
        double y = box.Y + 50;
        foreach (TrainedClass one in classes)
        {
            canvas.Text(box.X + LabelWidth - 8, y + (row / 2) + 4, TextFit.Label(one.Label, LabelWidth, 12), 12, anchor: TextAnchor.End);
            DrawBar(canvas, new Box(box.X + LabelWidth, y + (row * 0.1), width, row * 0.38), one.Recall, Palette.Bar);
            DrawBar(canvas, new Box(box.X + LabelWidth, y + (row * 0.5), width, row * 0.38), one.Precision, Palette.SkyBlue);
            y += row;
        }
    }

    private static void DrawBar(SvgCanvas canvas, Box room, double percent, string color)
    {
        double length = double.IsNaN(percent) ? 0 : percent / 100 * room.Width;
        canvas.Rectangle(new Box(room.X, room.Y, length, room.Height), color);
        string text = double.IsNaN(percent) ? "-" : percent.ToString("F0", CultureInfo.InvariantCulture);
        canvas.Text(room.X + length + 5, room.Bottom - (room.Height * 0.1), text, Math.Clamp(room.Height, 6, 11), Palette.Muted);
    }
}
