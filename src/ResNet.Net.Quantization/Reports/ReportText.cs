using System.Globalization;

namespace ResNet.Net.Quantization;

/// <summary>Formats the numbers and sentences that all report formats share.</summary>
internal static class ReportText
{
    public static string Decibels(double? ratio) => ratio switch
    {
        null => "-",
        double.PositiveInfinity => "no noise",
        double value => value.ToString("0.0", CultureInfo.InvariantCulture),
    };

    public static string Percent(double? value)
        => value is double number ? number.ToString("0.00", CultureInfo.InvariantCulture) + " %" : "-";

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Range(ActivationReport activation)
    {
        string observed = $"{Number(activation.ObservedMin)} to {Number(activation.ObservedMax)}";
        return $"{Number(activation.Min)} to {Number(activation.Max)} (observed {observed})";
    }

    public static string Images(int count) => count == 1 ? "1 image" : $"{count} images";

    public static string MegaBytes(long bytes) => (bytes / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " MB";

    public static string Fixed(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    public static string Unit(AccuracyMeasure measure) => measure switch
    {
        AccuracyMeasure.RelativeDrop => "% relative top-1 drop",
        AccuracyMeasure.AbsoluteDrop => "percentage points of top-1 drop",
        _ => "% different predictions",
    };

    /// <summary>Returns the summary that precedes the layers, one item per line.</summary>
    public static IEnumerable<string> Summary(QuantizationReport report)
    {
        QuantizationOptions options = report.Options;
        int quantized = report.Layers.Count(l => l.IsQuantized);
        yield return $"{options.Format}, {options.ActivationType} activations, per-channel Int8 weights "
            + $"({(options.ReduceRange ? "7 bits" : "8 bits")}), {options.Calibration} calibration on {Images(report.CalibrationImages)}.";
        yield return $"{quantized} of {report.Layers.Count} layers quantized. "
            + $"{MegaBytes(report.FloatBytes)} before, {MegaBytes(report.QuantizedBytes)} after.";
        foreach (string note in report.Notes)
        {
            yield return note;
        }

        if (options.Tuning is AccuracyTuning tuning && report.FloatAccuracy is ModelAccuracy accuracy)
        {
            string unit = Unit(tuning.Criterion.Measure);
            yield return $"Float model: top-1 {Percent(accuracy.Top1)}, top-5 {Percent(accuracy.Top5)}, "
                + $"on {Images(accuracy.PredictedClasses.Count)}.";
            foreach (TuningTrial trial in report.Trials)
            {
                string model = trial.LastFallback is null
                    ? "All layers quantized"
                    : $"{trial.FloatLayers} layers in float, last '{trial.LastFallback}'";
                yield return $"{model}: top-1 {Percent(trial.Top1)}, top-5 {Percent(trial.Top5)}; {Fixed(trial.Loss)} {unit}.";
            }

            yield return $"The criterion, at most {Fixed(tuning.Criterion.Limit)} {unit}, "
                + $"{(report.MeetsCriterion == true ? "is met" : "IS NOT MET")}.";
        }

        yield return $"On this machine ({report.Machine.Processor}): {report.Machine.Explanation}";
    }
}
