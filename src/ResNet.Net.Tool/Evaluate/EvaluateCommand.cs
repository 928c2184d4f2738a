using System.CommandLine;
using ResNet.Net.Evaluation;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Evaluate;

/// <summary><c>resnet evaluate</c>: measures one model on a dataset, or compares two on the same images.</summary>
internal sealed class EvaluateCommand
{
    private const int DefaultBatch = 32;

    private readonly Argument<string?> _dataset = new("dataset")
    {
        Description = "A folder of class folders, a zip or tar file of them, a list (path and label per line), an LMDB database of Caffe, "
            + "or ImageNet's validation images: ILSVRC2012_img_val.tar or a folder. [default: the sample images]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly ModelOptions _model = new();

    private readonly Option<string?> _against = new("--against")
    {
        Description = "A second model to compare on the same images, with the same options.",
        HelpName = "id|file",
    };

    private readonly Option<string?> _groundTruth = new("--ground-truth")
    {
        Description = "The labels of flat images: ILSVRC2012_devkit_t12.tar.gz, val.txt, LOC_val_solution.csv, synset IDs, or "
            + "ILSVRC2012_validation_ground_truth.txt. [default: found next to the images]",
        HelpName = "file",
    };

    private readonly Option<string?> _synsetMap = new("--synset-map")
    {
        Description = "The synsets of ILSVRC2012 class numbers: meta.mat or map_clsloc.txt. [default: that of the development kit]",
        HelpName = "file",
    };

    private readonly Option<int?> _limit = new("--limit")
    {
        Description = "Evaluate at most n images, evenly spread over the dataset.",
        HelpName = "n",
        CustomParser = OptionValues.Count,
    };

    private readonly Option<int?> _batch = new("--batch")
    {
        Description = $"The batch size. [default: {DefaultBatch}]",
        HelpName = "n",
        CustomParser = OptionValues.Count,
    };

    private readonly Option<string?> _journal = new("--journal")
    {
        Description = "A file that records results, so that the same command resumes after an interruption.",
        HelpName = "file",
    };

    private readonly Option<bool> _stop = new("--stop-at-failure")
    {
        Description = "Stop at the first image that cannot be decoded, instead of listing it in the report.",
    };

    private readonly Option<string?> _markdown = new("--report") { Description = "Write the report as Markdown.", HelpName = "file" };

    private readonly Option<string?> _json = new("--json")
    {
        Description = "Write all numbers as JSON; with --against also to FILE.against.json and FILE.comparison.json.",
        HelpName = "file",
    };

    private readonly Option<string?> _plot = new("--plot")
    {
        Description = "Plot reliability and confusions as SVG; with --against also to FILE.against.svg.",
        HelpName = "file",
    };

    private EvaluateCommand()
    {
        _dataset.Validators.Add(OptionValues.RejectUnknownOptions);
        _against.CompletionSources.Add([.. ResNetVariant.All.Where(v => !v.IsBackbone).Select(v => v.Id)]);
    }

    public static Command Create() => new EvaluateCommand().Build();

    private ToolCommand Build()
    {
        ToolCommand command = new("evaluate", "Measure accuracy, loss, calibration and confusions on a dataset.")
        {
            WhenCanceled = "Canceled. With --journal, the same command resumes.",
        };
        command.Arguments.Add(_dataset);
        command.Add(_against, _groundTruth, _synsetMap, _limit, _batch, _journal, _stop, _markdown, _json, _plot);
        _model.AddTo(command);
        command.Does(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        OutputFiles files = new(options.GetValue(_markdown), options.GetValue(_json), options.GetValue(_plot), options.GetValue(_journal));
        files.Check();
        InputFile.CheckOrFolder("<dataset>", options.GetValue(_dataset), "a folder of class folders, an archive, a list or a database");
        InputFile.Check("--ground-truth", options.GetValue(_groundTruth), "a file with the labels of the images");
        InputFile.Check("--synset-map", options.GetValue(_synsetMap), "meta.mat or map_clsloc.txt");
        ModelChoice choice = _model.Choice(options) with { BatchSize = options.GetValue(_batch) ?? DefaultBatch };
        string? other = options.GetValue(_against);
        using ResNetClassifier first = await (other is null ? choice : choice.For(choice.Model)).LoadAsync(cancellationToken);
        using ResNetClassifier? second = other is null ? null : await choice.For(other).LoadAsync(cancellationToken);
        string data = options.GetValue(_dataset) ?? SampleImages.Labels;
        using ImageDataset all = ImageDataset.Open(data, first.Labels, options.GetValue(_groundTruth), options.GetValue(_synsetMap));
        using ImageDataset dataset = options.GetValue(_limit) is int count ? all.Sample(count) : all;

        EvaluationOptions settings = new() { JournalPath = files.Journal, StopOnFailure = options.GetValue(_stop) };
        EvaluationReport report = await EvaluateAsync(first, dataset, settings, cancellationToken);
        ThrowIfNothingWasRead(report);
        Terminal.Out.Write(report.ToText());
        EvaluationReport? secondReport = null;
        ModelComparison? comparison = null;
        if (second is not null)
        {
            EvaluationOptions secondSettings = settings with { JournalPath = OutputFiles.Beside(files.Journal, "against") };
            secondReport = await EvaluateAsync(second, dataset, secondSettings, cancellationToken);
            ThrowIfNothingWasRead(secondReport);
            comparison = ModelComparison.Create(report, secondReport);
            Terminal.Out.Write($"\n{secondReport.ToText()}\n{comparison.ToText()}");
        }

        files.Write(report, secondReport, comparison);
        return report.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    // There is no accuracy, and it is not 0 %.
    private static void ThrowIfNothingWasRead(EvaluationReport report)
    {
        if (report.Count == 0 && report.Failures.FirstOrDefault() is EvaluatedImage failed)
        {
            string others = report.Failed > 1 ? $" and {Quantity.Of(report.Failed - 1, "other")}" : "";
            throw new IOException(
                $"No image of '{report.Dataset}' could be read, so that there is no accuracy. "
                + $"'{failed.Name}'{others} failed: {failed.Error}");
        }
    }

    private static Task<EvaluationReport> EvaluateAsync(
        ResNetClassifier classifier, ImageDataset dataset, EvaluationOptions settings, CancellationToken cancellationToken)
        => ImageProgressBar.ShowAsync(
            classifier.ModelName, bar => Evaluator.EvaluateAsync(classifier, dataset, settings, new EvaluationBar(bar), cancellationToken));
}
