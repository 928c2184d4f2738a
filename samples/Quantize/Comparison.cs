using System.Globalization;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

namespace ResNet.Net.Samples.Quantize;

/// <summary>Every calibrator in both formats, as a Markdown table.</summary>
internal static class Comparison
{
    public static void Print(OnnxModel model, CalibrationSet pictures, QuantizationOptions options, Measurement measurement, CancellationToken cancellationToken)
    {
        MeasuredModel before = measurement.Of(model.ToArray(), cancellationToken);
        double top1 = before.Accuracy.Top1 ?? double.NaN;
        Console.WriteLine($"{pictures.Count} calibration pictures, {before.Accuracy.PredictedClasses.Count} evaluated; float: {Number(top1)} %, {Number(before.Bytes / 1e6)} MB");
        Console.WriteLine();
        Console.WriteLine("| calibrator | format | top-1, % | relative drop, % | answers that differ, % | MB |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (CalibrationMethod method in Enum.GetValues<CalibrationMethod>())
        {
            foreach (QuantizationFormat format in Enum.GetValues<QuantizationFormat>().Reverse())
            {
                OnnxModel quantized = ResNetQuantizer.Quantize(model, pictures, options with { Calibration = method, Format = format, SqnrImages = 0 }, null, cancellationToken).Model;
                MeasuredModel after = measurement.Of(quantized.ToArray(), cancellationToken);
                double drop = new AccuracyCriterion(AccuracyMeasure.RelativeDrop, 0).GetLoss(before.Accuracy, after.Accuracy);
                double different = new AccuracyCriterion(AccuracyMeasure.Disagreement, 0).GetLoss(before.Accuracy, after.Accuracy);
                Console.WriteLine($"| {method} | {format} | {BeforeAfter.Number(after.Accuracy.Top1)} | {drop.ToString("0.000", CultureInfo.InvariantCulture)} | {Number(different)} | {Number(after.Bytes / 1e6)} |");
            }
        }
    }

    private static string Number(double value) => BeforeAfter.Number(value);
}
