using System.Globalization;

namespace ResNet.Net.Quantization.Internals.Reports;

/// <summary>Numbers as the reports write them.</summary>
internal static class Texts
{
    public static string Decibels(double? ratio) => ratio switch
    {
        null => "-",
        double.PositiveInfinity => "no noise",
        double value => value.ToString("0.0", CultureInfo.InvariantCulture),
    };

    public static string Percent(double? value) => value is double number ? number.ToString("0.00", CultureInfo.InvariantCulture) + " %" : "-";

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Range(ActivationReport activation) => $"{Number(activation.Min)} to {Number(activation.Max)} (seen {Number(activation.ObservedMin)} to {Number(activation.ObservedMax)})";

    public static string MegaBytes(long bytes) => (bytes / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " MB";

    public static string Fixed(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    public static string Unit(AccuracyMeasure measure) => measure switch
    {
        AccuracyMeasure.RelativeDrop => "% relative top-1 drop",
        AccuracyMeasure.AbsoluteDrop => "points of top-1",
        _ => "% of answers differ",
    };

    /// <summary>What there is to say before the layers, a sentence each.</summary>
    public static IEnumerable<string> Summary(QuantizationReport report)
    {
        QuantizationOptions options = report.Options;
        int quantized = report.Layers.Count(l => l.IsQuantized);
        yield return $"{options.Format}, {options.ActivationType} activations, Int8 weights by channel ({(options.ReduceRange ? "7 bits" : "8 bits")}), {options.Calibration} calibration on {report.Pictures} pictures.";
        yield return $"{quantized} of {report.Layers.Count} layers quantized. {MegaBytes(report.FloatBytes)} before, {MegaBytes(report.QuantizedBytes)} after.";
        foreach (string note in report.Notes)
        {
            yield return note;
        }

        if (options.Tuning is AccuracyTuning tuning && report.FloatAccuracy is ModelAccuracy accuracy)
        {
            yield return $"Float model: top-1 {Percent(accuracy.Top1)}, top-5 {Percent(accuracy.Top5)}, on {accuracy.PredictedClasses.Count} pictures.";
            foreach (TuningTrial trial in report.Trials)
            {
                string what = trial.LastFallback is null ? "All layers quantized" : $"{trial.FloatLayers} in float, last '{trial.LastFallback}'";
                yield return $"{what}: top-1 {Percent(trial.Top1)}, top-5 {Percent(trial.Top5)}; {Fixed(trial.Loss)} {Unit(tuning.Criterion.Measure)}.";
            }

            yield return $"The criterion, at most {Fixed(tuning.Criterion.Limit)} {Unit(tuning.Criterion.Measure)}, {(report.CriterionHolds == true ? "holds" : "DOES NOT HOLD")}.";
        }

        yield return $"On this machine ({report.Machine.Processor}): {report.Machine.Explanation}";
    }
}
