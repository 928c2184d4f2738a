using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Net.Evaluation;

/// <summary>Writes reports as JSON. NaN is written as null.</summary>
internal static partial class JsonReport
{
    public static string Write(EvaluationReport report, bool timings) => JsonSerializer.Serialize(
        new Report(
            report.Model,
            report.Dataset,
            report.Profile,
            report.Crops.ToString(),
            report.Images.Count,
            report.Count,
            report.Failed,
            new Accuracy(report.Top1Count, Number(report.Top1), Interval(report.Top1Interval)),
            new Accuracy(report.Top5Count, Number(report.Top5), Interval(report.Top5Interval)),
            Number(report.MeanLoss),
            Number(report.MeanConfidence),
            Number(report.ExpectedCalibrationError),
            [.. report.Classes.Select(c => Line(c, report.Labels))],
            [.. report.ConfusionPairs.Select(p => new Confusion(p.ClassIndex, p.PredictedClass, p.Count))],
            [.. report.CalibrationBins.Select(
                b => new Bin(Round(b.From), Round(b.To), b.Count, Number(b.Accuracy), Number(b.MeanConfidence)))],
            [.. report.Failures.Select(f => new Failure(f.Name, f.ClassIndex, f.Error!))],
            timings
                ? new Timing(report.ExecutionProvider, Round(report.Duration.TotalSeconds), Round(report.ImagesPerSecond), report.Resumed)
                : null),
        Json.Default.Report);

    public static string Write(ModelComparison comparison) => JsonSerializer.Serialize(
        new Comparison(
            comparison.First.Dataset,
            comparison.Count,
            new Model(
                comparison.First.Model,
                Number(comparison.FirstTop1),
                Interval(comparison.FirstTop1Interval),
                comparison.OnlyFirstCorrect),
            new Model(
                comparison.Second.Model,
                Number(comparison.SecondTop1),
                Interval(comparison.SecondTop1Interval),
                comparison.OnlySecondCorrect),
            comparison.BothCorrect,
            comparison.BothWrong,
            comparison.Agreed,
            Number(comparison.Agreement),
            comparison.Method.ToString(),
            comparison.Statistic,
            comparison.PValue,
            [.. comparison.Disagreements.Select(
                p => new Disagreement(p.First.Name, p.First.ClassIndex, p.First.PredictedClass, p.Second.PredictedClass))]),
        Json.Default.Comparison);

    private static ClassLine Line(ClassAccuracy one, LabelSet labels) => new(
        one.ClassIndex,
        labels.GetSynsetId(one.ClassIndex),
        one.Label,
        one.Count,
        one.Correct,
        one.Predicted,
        Number(one.Accuracy),
        Number(one.Precision));

    // Six digits; further ones are rounding noise.
    private static double Round(double value) => Math.Round(value, 6);

    private static double? Number(double value) => double.IsNaN(value) ? null : Round(value);

    private static double[] Interval(ConfidenceInterval interval) => [Round(interval.Low), Round(interval.High)];

    internal sealed record Report(
        string Model,
        string Dataset,
        string Profile,
        string Crops,
        int Images,
        int Classified,
        int Failed,
        Accuracy Top1,
        Accuracy Top5,
        double? MeanLoss,
        double? MeanConfidence,
        double? ExpectedCalibrationError,
        ClassLine[] Classes,
        Confusion[] Confusions,
        Bin[] Calibration,
        Failure[] Failures,
        Timing? Timing);

    internal sealed record Accuracy(int Correct, double? Percent, double[] Interval95);

    internal sealed record ClassLine(
        int Index, string? SynsetId, string Label, int Count, int Correct, int Predicted, double? Accuracy, double? Precision);

    internal sealed record Confusion(int ClassIndex, int PredictedClass, int Count);

    internal sealed record Bin(double From, double To, int Count, double? Accuracy, double? MeanConfidence);

    internal sealed record Failure(string Name, int ClassIndex, string Reason);

    internal sealed record Timing(string ExecutionProvider, double Seconds, double ImagesPerSecond, int Resumed);

    internal sealed record Comparison(
        string Dataset,
        int Count,
        Model First,
        Model Second,
        int BothCorrect,
        int BothWrong,
        int Agreed,
        double? Agreement,
        string Method,
        double? Statistic,
        double PValue,
        Disagreement[] Disagreements);

    internal sealed record Model(string Name, double? Top1, double[] Interval95, int OnlyThisCorrect);

    internal sealed record Disagreement(string Name, int ClassIndex, int First, int Second);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
    [JsonSerializable(typeof(Report))]
    [JsonSerializable(typeof(Comparison))]
    internal sealed partial class Json : JsonSerializerContext;
}
