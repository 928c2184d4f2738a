using System.Globalization;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Selects what text and Markdown reports show.</summary>
internal static class ReportSections
{
    public const int Classes = 20;
    public const int Confusions = 10;
    public const int Images = 20;

    /// <summary>Returns the classes to show: all in label order, or those with the lowest recall if there are many.</summary>
    public static IEnumerable<TrainedClass> Shown(TrainingReport report) => report.Classes.Count <= Classes
        ? report.Classes
        : report.Classes.Where(c => !double.IsNaN(c.Recall)).OrderBy(c => c.Recall).Take(Classes);

    public static string ClassesTitle(TrainingReport report)
        => report.Classes.Count <= Classes ? "Classes" : $"The {Shown(report).Count()} classes with the lowest recall";

    public static string Title(TrainingReport report)
        => $"{report.Backbone} with {Format.Plural(report.Classes.Count, "class", "classes")}";

    /// <summary>Returns the measurements that have no table of their own.</summary>
    public static IEnumerable<(string Name, string Value)> Facts(TrainingReport report, bool timings)
    {
        if (report.Validation is EvaluationReport validation)
        {
            yield return ("validation images", Format.Count(validation.Count));
            yield return ("top-1", Accuracy(validation.Top1, validation.Top1Count, validation.Top1Interval));
            if (report.Classes.Count > 5)
            {
                yield return ("top-5", Accuracy(validation.Top5, validation.Top5Count, validation.Top5Interval));
            }

            yield return ("calibration error", Format.Percent(validation.ExpectedCalibrationError));
        }

        if (report.MeanAveragePrecision is double precision)
        {
            yield return ("mean average precision", Format.Percent(precision));
        }

        yield return ("temperature", Format.Fixed(report.Temperature, 3));
        yield return ("unknown threshold", Format.Fixed(report.UnknownThreshold, 3));
        yield return ("L2 penalty", $"{Number(report.L2)}, chosen from {Format.Plural(report.L2Trials.Count, "candidate")}");
        if (timings)
        {
            yield return ("feature time", Format.Duration(report.FeatureTime));
            yield return ("training time", Format.Duration(report.TrainingTime));
        }
    }

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Describe(DuplicateImages pair) => (pair.IsIdentical ? "identical" : Format.Fixed(pair.Similarity, 3))
        + (pair.HaveSameClass ? "" : ", another class");

    /// <summary>Describes the images that are not shown; empty if all are.</summary>
    public static string More(int count) => count > Images ? $"and {Format.Count(count - Images)} more" : "";

    private static string Accuracy(double percent, int count, ConfidenceInterval interval)
        => $"{Format.Percent(percent)} ({Format.Count(count)} correct; 95 % interval {Format.Interval(interval)})";
}
