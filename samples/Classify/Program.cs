// Classifies pictures and prints a table, or one JSON object a line:
//   dotnet run --project samples/Classify [-- [files and folders] [options]]
using System.CommandLine;
using System.Text;
using ResNet.Net;
using ResNet.Net.Samples.Classify;
using ResNet.Net.Samples.Support;

const int Success = 0, SomePicturesFailed = 1, Unusable = 2;

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
command.SetAction(Run);

// A picture may be called @cat.png: no response files.
ParseResult parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
Console.OutputEncoding = Encoding.UTF8;
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return Unusable;
}

return parsed.Invoke();

int Run(ParseResult options)
{
    try
    {
        IReadOnlyList<PictureFile> files = PictureFiles.Find(options.GetValue(pictures) ?? []);
        using ResNetClassifier classifier = model.Choice(options).Load();
        bool asJson = options.GetValue(json);
        IReport report = asJson ? new JsonReport(classifier, Console.Out) : new TableReport(classifier, Terminal.Open());
        return ClassifyAll(classifier, files, options.GetValue(top) ?? (asJson ? 5 : 1), report);
    }
    catch (Exception exception) when (Failure.IsExpected(exception))
    {
        Console.Error.WriteLine(Failure.Describe(exception));
        return Unusable;
    }
}

static int ClassifyAll(ResNetClassifier classifier, IReadOnlyList<PictureFile> files, int topK, IReport report)
{
    // The first run of a process pays for start-up: one picture that can be read is classified twice, so that no row shows it.
    _ = files.Any(file => TryClassify(classifier, file, topK).Result is not null);

    int exitCode = Success;
    foreach (PictureFile file in files)
    {
        (Classification? result, string? error) = TryClassify(classifier, file, topK);
        if (result is not null)
        {
            report.Add(file, result);
        }
        else
        {
            report.AddFailure(file, error!);
            exitCode = SomePicturesFailed;
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
    catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException)
    {
        return (null, Failure.Describe(exception));
    }
}
