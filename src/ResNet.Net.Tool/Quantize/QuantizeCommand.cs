using System.CommandLine;
using ResNet.Net.Evaluation;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Quantize;

/// <summary><c>resnet quantize</c>: converts a float ResNet to int8 and measures both models.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        QuantizeOptions settings = new();
        ToolCommand command = new("quantize", "Convert a float model to int8, within an accuracy criterion, and measure both models.")
        {
            WhenCanceled = "Canceled. Nothing was written.",
        };
        settings.AddTo(command);
        command.Does((options, cancellationToken) => RunAsync(settings.Choice(options), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(QuantizeChoice choice, CancellationToken cancellationToken)
    {
        TextFiles.Check(choice.Output, choice.Markdown, choice.Json, choice.Plot);
        InputFile.CheckOrFolder("--calibration", choice.Calibration, "a folder of class folders, a zip or tar file of them, or a list");
        InputFile.CheckOrFolder("--evaluation", choice.Evaluation, "a folder of class folders, a zip or tar file of them, or a list");
        using ResNetClassifier before = await choice.Model.LoadAsync(cancellationToken);
        using ImageDataset calibrationSet = Open(choice.Calibration, before.Labels);
        using ImageDataset evaluationSet = Open(choice.Evaluation, before.Labels);
        using ImageDataset calibrated = calibrationSet.Sample(choice.Images);
        using ImageDataset evaluated = choice.Limit is int limit ? evaluationSet.Sample(limit) : evaluationSet;
        OnnxModel model = ResNetVariant.TryParse(choice.Model.Model, out ResNetVariant? variant)
            ? await ResNetQuantizer.OpenAsync(variant, choice.Model.OpenStore(), cancellationToken)
            : OnnxModel.Load(choice.Model.Model);
        CalibrationSet images = CalibrationSet.FromEncoded([.. calibrated.Images.Select(i => i.Read())], before.Profile);
        Measurement measurement = new(before, choice.Model.OutputName, evaluated);
        if (choice.Compare)
        {
            Comparison.Print(model, images, choice.Options, measurement, cancellationToken);
            return ExitCode.Success;
        }

        QuantizationOptions options = choice.Options with
        {
            Tuning = new AccuracyTuning { Measure = (bytes, token) => measurement.Of(bytes, token).Accuracy, Criterion = choice.Criterion },
        };
        QuantizationResult result
            = await ProgressBars.ShowAsync(progress => ResNetQuantizer.Quantize(model, images, options, progress, cancellationToken));
        QuantizationReport report = result.Report with { Model = before.ModelName };
        Terminal.Out.WriteLine(report.ToText());
        MeasuredModel floatModel = measurement.Of(model.ToArray(), cancellationToken);
        BeforeAfter.Print(floatModel, measurement.Of(result.Model.ToArray(), cancellationToken), evaluated.Images.Count);
        Write(choice, result, report, ModelMetadata.Of(before));
        return report.MeetsCriterion == false ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private static void Write(QuantizeChoice choice, QuantizationResult result, QuantizationReport report, ModelMetadata metadata)
    {
        if (choice.Output is not null)
        {
            Write(metadata, result.Model);
            result.Model.Save(choice.Output);
            Terminal.Out.WriteLine($"Saved to {choice.Output}.");
        }

        TextFiles.Write(choice.Markdown, report.ToMarkdown());
        TextFiles.Write(choice.Json, report.ToJson());
        TextFiles.Write(choice.Plot, report.ToSvg());
    }

    private static void Write(ModelMetadata metadata, OnnxModel model)
    {
        try
        {
            metadata.WriteTo(model);
        }
        catch (ResNetException exception)
        {
            Terminal.Error.WriteLine($"Warning: the model is saved without its profile. {LibraryTerms.Replace(exception.Message)}");
            (metadata with { Profile = null }).WriteTo(model);
        }
    }

    private static ImageDataset Open(string? path, LabelSet labels) => ImageDataset.Open(path ?? SampleImages.Labels, labels);
}
