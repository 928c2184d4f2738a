using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Net.Training;

/// <summary>Writes training reports as JSON. NaN is written as null.</summary>
internal static partial class TrainingJson
{
    public static string Write(TrainingReport report, bool timings) => JsonSerializer.Serialize(
        new Report(
            report.Backbone,
            report.Validation is { Count: > 0 } v
                ? new Accuracy(v.Count, v.Top1Count, Number(v.Top1), [Round(v.Top1Interval.Low), Round(v.Top1Interval.High)])
                : null,
            Number(report.Validation?.Top5),
            Number(report.Validation?.ExpectedCalibrationError),
            Number(report.MeanAveragePrecision),
            report.L2,
            Round(report.Temperature),
            Round(report.UnknownThreshold),
            [.. report.Classes.Select(
                c => new Class(c.Label, c.TrainingImages, c.ValidationImages, Number(c.Precision), Number(c.Recall)))],
            [.. report.Validation?.ConfusionPairs.Select(p => new Confusion(p.ClassIndex, p.PredictedClass, p.Count)) ?? []],
            [.. report.LearningCurve.Select(p => new Point(p.TrainingImages, Number(p.TrainingAccuracy), Number(p.ValidationAccuracy)))],
            [.. report.L2Trials.Select(t => new Trial(t.L2, Number(t.Accuracy), Number(t.Loss)))],
            report.FailedImages,
            [.. report.Duplicates.Select(d => d with { Similarity = Round(d.Similarity) })],
            [.. report.SuspiciousLabels.Select(s => s with { Probability = Round(s.Probability) })],
            NextSteps.Of(report),
            timings ? new Timing(Round(report.FeatureTime.TotalSeconds), Round(report.TrainingTime.TotalSeconds)) : null),
        Json.Default.Report);

    // Six digits; further ones are rounding noise.
    private static double Round(double value) => Math.Round(value, 6);

    private static double? Number(double? value) => value is double number && double.IsFinite(number) ? Round(number) : null;

    internal sealed record Report(
        string Backbone,
        Accuracy? Top1,
        double? Top5,
        double? ExpectedCalibrationError,
        double? MeanAveragePrecision,
        double L2,
        double Temperature,
        double UnknownThreshold,
        Class[] Classes,
        Confusion[] Confusions,
        Point[] LearningCurve,
        Trial[] L2Trials,
        IReadOnlyList<FailedImage> FailedImages,
        DuplicateImages[] Duplicates,
        SuspiciousLabel[] SuspiciousLabels,
        IReadOnlyList<string> NextSteps,
        Timing? Timing);

    internal sealed record Accuracy(int Images, int Correct, double? Percent, double[] Interval95);

    internal sealed record Class(string Label, int TrainingImages, int ValidationImages, double? Precision, double? Recall);

    internal sealed record Confusion(int ClassIndex, int PredictedClass, int Count);

    internal sealed record Point(int TrainingImages, double? TrainingAccuracy, double? ValidationAccuracy);

    internal sealed record Trial(double L2, double? Accuracy, double? Loss);

    internal sealed record Timing(double FeatureSeconds, double TrainingSeconds);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
    [JsonSerializable(typeof(Report))]
    internal sealed partial class Json : JsonSerializerContext;
}
