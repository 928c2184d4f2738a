using ResNet.Net.Plots;

namespace ResNet.Net.Evaluation;

/// <summary>Plots evaluation reports.</summary>
public static class EvaluationPlot
{
    private const int MaxClassesInMatrix = 20;
    private const double Width = 1240;
    private const double Height = 720;
    private const double Margin = 40;

    /// <summary>Plots a report as a self-contained SVG file.</summary>
    /// <remarks>
    /// The left panel is a reliability diagram: accuracy by confidence, with the number of images in each bin. The right panel is the
    /// confusion matrix or, for more than 20 classes, the most frequent confusions and the distribution of the class accuracies.
    /// Equal reports give equal files.
    /// </remarks>
    /// <param name="report">The report.</param>
    /// <returns>The text of the SVG file.</returns>
    public static string ToSvg(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        SvgCanvas canvas = new(Width, Height);
        string failed = report.Failed > 0 ? $", {Format.Count(report.Failed)} failed" : "";
        canvas.Text(Margin, 44, TextFit.ToWidth($"{report.Model} on {report.Dataset}", Width - (2 * Margin), 23), 23, bold: true);
        canvas.Text(
            Margin,
            72,
            $"top-1 {Format.Percent(report.Top1)} (95 % interval {Format.Interval(report.Top1Interval)})"
            + $"   ·   top-5 {Format.Percent(report.Top5)}   ·   mean loss {Format.Fixed(report.MeanLoss, 3)} nats"
            + $"   ·   {Format.Plural(report.Count, "image")}{failed}   ·   {Format.Crops(report.Crops)}",
            14,
            Palette.Muted);
        canvas.Line(Margin, 90, Width - Margin, 90, Palette.Rule);
        ReliabilityPanel.Draw(canvas, report, new Box(Margin, 104, 480, Height - 104 - 24));
        Box right = new(580, 104, Width - 580 - Margin, Height - 104 - 24);
        if (report.Classes.Count <= MaxClassesInMatrix)
        {
            ConfusionPanel.Draw(canvas, report, right);
        }
        else
        {
            ManyClassesPanel.Draw(canvas, report, right);
        }

        return canvas.Finish($"{report.Model} on {report.Dataset}: top-1 {Format.Percent(report.Top1)}");
    }
}
