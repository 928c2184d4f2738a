// Quantizes a float ResNet to int8, and measures it before and after:
//   dotnet run --project samples/Quantize [-- --calibration DATASET --evaluation DATASET --output FILE [options]]
using System.CommandLine;
using ResNet.Net;
using ResNet.Net.Evaluation;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;
using ResNet.Net.Samples.Quantize;
using ResNet.Net.Samples.Support;

QuantizeOptions settings = new();
RootCommand command = new("Quantizes a float ResNet to int8: from calibration pictures, by layer, tuned by accuracy.");
settings.AddTo(command);
command.Does(RunAsync);
return await Cli.RunAsync(command, args, "Cancelled. Nothing was written.");

async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
{
    QuantizeChoice choice = settings.Choice(parse);
    TextFiles.Check(choice.Output, choice.Markdown, choice.Json, choice.Plot);
    using ResNetClassifier before = await choice.Model.LoadAsync(cancellationToken);
    using ImageDataset calibrationSet = Open(choice.Calibration, before.Labels);
    using ImageDataset evaluationSet = Open(choice.Evaluation, before.Labels);
    using ImageDataset shown = calibrationSet.Sample(choice.Pictures);
    using ImageDataset evaluated = choice.Limit is int limit ? evaluationSet.Sample(limit) : evaluationSet;
    OnnxModel model = ResNetVariant.TryParse(choice.Model.Model, out ResNetVariant? variant)
        ? await ResNetQuantizer.OpenAsync(variant, choice.Model.OpenStore(), cancellationToken)
        : OnnxModel.Load(choice.Model.Model);
    CalibrationSet pictures = CalibrationSet.FromEncoded([.. shown.Images.Select(i => i.Read())], before.Profile);
    Measurement measurement = new(before, variant?.OutputKind ?? choice.Model.OutputKind, evaluated);
    if (choice.Compare)
    {
        Comparison.Print(model, pictures, choice.Options, measurement, cancellationToken);
        return ExitCode.Success;
    }

    QuantizationOptions options = choice.Options with
    {
        Tuning = new AccuracyTuning { Measure = (bytes, token) => measurement.Of(bytes, token).Accuracy, Criterion = choice.Criterion },
    };
    QuantizationResult result = await ProgressBars.ShowAsync(progress => ResNetQuantizer.Quantize(model, pictures, options, progress, cancellationToken));
    QuantizationReport report = result.Report with { Model = before.ModelName };
    Console.WriteLine(report.ToText());
    BeforeAfter.Print(measurement.Of(model.ToArray(), cancellationToken), measurement.Of(result.Model.ToArray(), cancellationToken), evaluated.Images.Count);
    if (choice.Output is not null)
    {
        result.Model.Save(choice.Output);
        Console.WriteLine($"Written to {choice.Output}.");
    }

    TextFiles.Write(choice.Markdown, report.ToMarkdown());
    TextFiles.Write(choice.Json, report.ToJson());
    TextFiles.Write(choice.Plot, report.ToSvg());
    return report.MeetsCriterion == false ? ExitCode.SomeFailed : ExitCode.Success;
}

static ImageDataset Open(string? path, LabelSet labels) => ImageDataset.Open(path ?? SamplePictures.Labels, labels);
