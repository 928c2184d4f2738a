using ResNet.Net.Evaluation;
using ResNet.Net.Plots;

namespace ResNet.Net.Training;

/// <summary>Plots training reports.</summary>
public static class TrainingPlot
{
    private const int MaxClassesInMatrix = 20;
    private const double Width = 1240;
    private const double Height = 720;
    private const double Margin = 40;

    /// <summary>Plots a report as a self-contained SVG file.</summary>
    /// <remarks>
    /// The left panel is the learning curve: the accuracy on training and validation images by the number of training images. The right
    /// panel is the confusion matrix; for more than 20 classes, the most frequent confusions and the distribution of the class accuracies;
    /// for independent classes, the recall and precision of each. Equal reports give equal files.
    /// </remarks>
    /// <param name="report">The report.</param>
    /// <returns>The text of the SVG file.</returns>
    public static string ToSvg(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        SvgCanvas canvas = new(Width, Height);
        string title = ReportSections.Title(report);
        canvas.Text(Margin, 44, TextFit.ToWidth(title, Width - (2 * Margin), 23), 23, bold: true);
        canvas.Text(Margin, 72, Summary(report), 14, Palette.Muted);
        canvas.Line(Margin, 90, Width - Margin, 90, Palette.Rule);
        LearningCurvePanel.Draw(canvas, report, new Box(Margin, 104, 480, Height - 104 - 24));
        Box right = new(580, 104, Width - 580 - Margin, Height - 104 - 24);
        if (report.Validation is not { Count: > 0 } validation)
        {
            ClassScoresPanel.Draw(canvas, report, right);
        }
        else if (report.Classes.Count <= MaxClassesInMatrix)
        {
            ConfusionPanel.Draw(canvas, validation, right);
        }
        else
        {
            ManyClassesPanel.Draw(canvas, validation, right);
        }

        return canvas.Finish($"{title}: {Summary(report)}");
    }

    private static string Summary(TrainingReport report)
    {
        string images = Format.Plural(report.Classes.Sum(c => c.TrainingImages), "training image");
        return report.Validation is { Count: > 0 } validation
            ? $"top-1 {Format.Percent(validation.Top1)} (95 % interval {Format.Interval(validation.Top1Interval)}) on "
                + $"{Format.Plural(validation.Count, "validation image")}   ·   calibration error "
                + $"{Format.Percent(validation.ExpectedCalibrationError)}   ·   {images}"
            : report.MeanAveragePrecision is double precision
                ? $"mean average precision {Format.Percent(precision)}   ·   independent classes"
                : images;
    }
}
