// Measures a model on a data set, or two on the same:
//   dotnet run --project samples/Evaluate [-- DATASET [options]]
using System.CommandLine;
using ResNet.Net;
using ResNet.Net.Evaluation;
using ResNet.Net.Samples.Evaluate;
using ResNet.Net.Samples.Support;

const int DefaultBatch = 32;

Argument<string?> data = new("dataset")
{
    Description = "A folder of class folders, a zip file of them, a list (path and label a line), or ImageNet's validation folder. None: the sample pictures of this project.",
    Arity = ArgumentArity.ZeroOrOne,
};
ModelOptions model = new();
Option<string?> against = new("--against") { Description = "A second model, to be compared on the same pictures. The options of the first hold for it too." };
Option<string?> groundTruth = new("--ground-truth") { Description = "The truth of a flat folder: val.txt, LOC_val_solution.csv, synset ids, or ILSVRC2012_validation_ground_truth.txt. [default: looked for beside the pictures]" };
Option<string?> synsetMap = new("--synset-map") { Description = "What the numbers in the truth mean, where it holds ILSVRC2012 ids: map_clsloc.txt." };
Option<int?> limit = new("--limit") { Description = "At most so many pictures, evenly spread over the data set.", CustomParser = OptionValues.Count };
Option<int?> batch = new("--batch") { Description = $"Pictures that the model runs on at once. [default: {DefaultBatch}]", CustomParser = OptionValues.Count };
Option<string?> journal = new("--journal") { Description = "A file that keeps what is done: the same command goes on where it was stopped." };
Option<bool> stop = new("--stop-at-failure") { Description = "End at the first picture that cannot be decoded, instead of naming it in the report." };
Option<string?> markdown = new("--report") { Description = "Write the report to this Markdown file." };
Option<string?> json = new("--json") { Description = "Write every number to this JSON file; with --against also to FILE.against.json and FILE.comparison.json." };
Option<string?> plot = new("--plot") { Description = "Draw reliability and confusions to this SVG file; with --against also to FILE.against.svg." };

data.Validators.Add(OptionValues.RejectUnknownOptions);

RootCommand command = new("Measures a ResNet on a data set: accuracy, loss, calibration, confusions.") { data };
model.AddTo(command);
foreach (Option option in (Option[])[against, groundTruth, synsetMap, limit, batch, journal, stop, markdown, json, plot])
{
    command.Options.Add(option);
}

command.Does(RunAsync);
return await Cli.RunAsync(command, args, "Cancelled. With --journal the same command goes on where it was stopped.");

async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
{
    OutputFiles files = new(options.GetValue(markdown), options.GetValue(json), options.GetValue(plot), options.GetValue(journal));
    files.Check();
    ModelChoice choice = model.Choice(options) with { BatchSize = options.GetValue(batch) ?? DefaultBatch };
    string? other = options.GetValue(against);
    using ResNetClassifier first = await (other is null ? choice : choice.ForAnother(choice.Model)).LoadAsync(cancellationToken);
    using ResNetClassifier? second = other is null ? null : await choice.ForAnother(other).LoadAsync(cancellationToken);
    using ImageDataset all = ImageDataset.Open(options.GetValue(data) ?? SamplePictures.Labels, first.Labels, options.GetValue(groundTruth), options.GetValue(synsetMap));
    using ImageDataset dataset = options.GetValue(limit) is int count ? all.Sample(count) : all;

    EvaluationOptions settings = new() { JournalPath = files.Journal, StopOnFailure = options.GetValue(stop) };
    EvaluationReport report = await EvaluateAsync(first, dataset, settings, cancellationToken);
    Console.Write(report.ToText());
    EvaluationReport? secondReport = null;
    ModelComparison? comparison = null;
    if (second is not null)
    {
        secondReport = await EvaluateAsync(second, dataset, settings with { JournalPath = OutputFiles.Beside(files.Journal, "against") }, cancellationToken);
        comparison = ModelComparison.Create(report, secondReport);
        Console.Write($"\n{secondReport.ToText()}\n{comparison.ToText()}");
    }

    files.Write(report, secondReport, comparison);
    return report.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;
}

static Task<EvaluationReport> EvaluateAsync(ResNetClassifier classifier, ImageDataset dataset, EvaluationOptions settings, CancellationToken cancellationToken)
    => PictureBar.ShowAsync(classifier.ModelName, bar => Evaluator.EvaluateAsync(classifier, dataset, settings, new EvaluationBar(bar), cancellationToken));
