// Quantizes a float ResNet to int8, and measures it before and after:
//   dotnet run --project samples/Quantize [-- --calibration DATASET --evaluation DATASET --output FILE [options]]
using System.CommandLine;
using System.Text;
using ResNet.Net;
using ResNet.Net.Evaluation;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;
using ResNet.Net.Samples.Quantize;
using ResNet.Net.Samples.Support;

const int Success = 0, CriterionFails = 1, Unusable = 2, Cancelled = 130;

QuantizeOptions settings = new();
RootCommand command = new("Quantizes a float ResNet to int8: from calibration pictures, by layer, tuned by accuracy.");
settings.AddTo(command);
command.SetAction(RunAsync);

// A data set may be called @val: no response files.
ParseResult parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
Console.OutputEncoding = Encoding.UTF8;
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return Unusable;
}

return await parsed.InvokeAsync();

async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
{
    try
    {
        QuantizeChoice choice = settings.Choice(parse);
        TextFiles.Check(choice.Output, choice.Markdown, choice.Json, choice.Plot);
        using ResNetClassifier before = choice.Model.Load();
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
            await Comparison.RunAsync(model, pictures, choice.Options, measurement, cancellationToken);
            return Success;
        }

        QuantizationOptions options = choice.Options with
        {
            Tuning = new AccuracyTuning { Measure = (bytes, token) => measurement.Of(bytes, token).Accuracy, Criterion = choice.Criterion },
        };
        QuantizationResult result = await ProgressBars.ShowAsync(progress => Task.Run(() => ResNetQuantizer.Quantize(model, pictures, options, progress, cancellationToken), cancellationToken));
        Console.WriteLine(result.Report.ToText());
        BeforeAfter.Print(measurement.Of(model.ToArray(), cancellationToken), measurement.Of(result.Model.ToArray(), cancellationToken), evaluated.Images.Count);
        if (choice.Output is not null)
        {
            result.Model.Save(choice.Output);
            Console.WriteLine($"Written to {choice.Output}.");
        }

        TextFiles.Write(choice.Markdown, result.Report.ToMarkdown());
        TextFiles.Write(choice.Json, result.Report.ToJson());
        TextFiles.Write(choice.Plot, result.Report.ToSvg());
        return result.Report.CriterionHolds == false ? CriterionFails : Success;
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("Cancelled. Nothing was written.");
        return Cancelled;
    }
    catch (Exception exception) when (Failure.IsExpected(exception))
    {
        Console.Error.WriteLine(Failure.Describe(exception));
        return Unusable;
    }
}

// The build copies samples/pictures beside the program.
static ImageDataset Open(string? path, LabelSet labels) => ImageDataset.Open(path ?? Path.Combine(AppContext.BaseDirectory, "pictures", "labels.txt"), labels);
