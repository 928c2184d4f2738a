// Classifies pictures and prints a table, or one JSON object a line:
//   dotnet run --project samples/Classify [-- [files and folders] [options]]
using System.CommandLine;
using ResNet.Net;
using ResNet.Net.Samples.Classify;
using ResNet.Net.Samples.Support;

Argument<string[]> pictures = new("pictures")
{
    Description = "Picture files and folders of them (with the folders inside). None: the sample pictures of this project.",
    Arity = ArgumentArity.ZeroOrMore,
};
ModelOptions model = new();
Option<int?> top = new("--top") { Description = "How many classes to name for each picture. [default: 1, or 5 with --json]", CustomParser = OptionValues.Count };
Option<bool> json = new("--json") { Description = "Print one JSON object a line instead of a table." };

pictures.Validators.Add(OptionValues.RejectUnknownOptions);

RootCommand command = new("Classifies pictures with a ResNet.") { pictures, top, json };
model.AddTo(command);
command.Does(RunAsync);
return await Cli.RunAsync(command, args);

async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
{
    IReadOnlyList<PictureFile> files = PictureFiles.Find(options.GetValue(pictures));
    using ResNetClassifier classifier = await model.Choice(options).LoadAsync(cancellationToken);
    bool asJson = options.GetValue(json);
    IReport report = asJson ? new JsonReport(classifier, Console.Out) : new TableReport(classifier, Terminal.Open());
    return ClassifyAll(classifier, files, options.GetValue(top) ?? (asJson ? 5 : 1), report, cancellationToken);
}

static int ClassifyAll(ResNetClassifier classifier, IReadOnlyList<PictureFile> files, int topK, IReport report, CancellationToken cancellationToken)
{
    // The first run of a process pays for start-up: one picture that can be read is classified twice, so that no row shows it.
    _ = files.Any(file => TryClassify(classifier, file, topK).Result is not null);

    int exitCode = ExitCode.Success;
    foreach (PictureFile file in files)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (Classification? result, string? error) = TryClassify(classifier, file, topK);
        if (result is not null)
        {
            report.Add(file, result);
        }
        else
        {
            report.AddFailure(file, error!);
            exitCode = ExitCode.SomeFailed;
        }
    }

    report.End();
    return exitCode;
}

// A bad picture does not cost the others their result; whatever else fails is the model's or the installation's fault.
static (Classification? Result, string? Error) TryClassify(ResNetClassifier classifier, PictureFile file, int topK)
{
    try
    {
        return (classifier.Classify(file.Path, topK), null);
    }
    catch (Exception exception) when (Failure.IsOfPicture(exception))
    {
        return (null, Failure.Describe(exception));
    }
}
