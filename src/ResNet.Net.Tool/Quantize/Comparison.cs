using System.Globalization;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Quantize;

/// <summary>Measures every calibration method in both formats and prints a Markdown table.</summary>
internal static class Comparison
{
    public static void Print(
        OnnxModel model, CalibrationSet images, QuantizationOptions options, Measurement measurement, CancellationToken cancellationToken)
    {
        MeasuredModel before = measurement.Of(model.ToArray(), cancellationToken);
        double top1 = before.Accuracy.Top1 ?? double.NaN;
        int evaluated = before.Accuracy.PredictedClasses.Count;
        Terminal.Out.WriteLine(
            $"{Quantity.Of(images.Count, "calibration image")}, {evaluated} evaluated; "
            + $"float: {Number(top1)} %, {Number(before.Bytes / 1e6)} MB");
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine("| calibrator | format | top-1, % | relative drop, % | different answers, % | MB |");
        Terminal.Out.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (CalibrationMethod method in Enum.GetValues<CalibrationMethod>())
        {
            foreach (QuantizationFormat format in Enum.GetValues<QuantizationFormat>().Reverse())
            {
                QuantizationOptions variation = options with { Calibration = method, Format = format, SqnrImages = 0 };
                OnnxModel quantized = ResNetQuantizer.Quantize(model, images, variation, null, cancellationToken).Model;
                MeasuredModel after = measurement.Of(quantized.ToArray(), cancellationToken);
                double drop = new AccuracyCriterion(AccuracyMeasure.RelativeDrop, 0).GetLoss(before.Accuracy, after.Accuracy);
                double different = new AccuracyCriterion(AccuracyMeasure.Disagreement, 0).GetLoss(before.Accuracy, after.Accuracy);
                string top = BeforeAfter.Number(after.Accuracy.Top1);
                string relative = drop.ToString("0.000", CultureInfo.InvariantCulture);
                Terminal.Out.WriteLine($"| {method} | {format} | {top} | {relative} | {Number(different)} | {Number(after.Bytes / 1e6)} |");
            }
        }
    }

    private static string Number(double value) => BeforeAfter.Number(value);
}
