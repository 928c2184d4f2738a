using System.CommandLine;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Classify;

/// <summary><c>resnet classify</c>: names what images show, as a table or as JSON.</summary>
internal static class ClassifyCommand
{
    private const int DefaultJsonTop = 5;

    public static Command Create()
    {
        Argument<string[]> images = new("images")
        {
            Description = "Image files and folders of images. [default: the sample images]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> json = new("--json") { Description = "Print one JSON object per image." };
        Option<int?> top = new("--top")
        {
            Description = $"The number of classes to name per image. [default: 1; {DefaultJsonTop} with --json]",
            HelpName = "n",
            CustomParser = OptionValues.Count,
        };
        ModelOptions model = new();
        images.Validators.Add(OptionValues.RejectUnknownOptions);

        ToolCommand command = new("classify", "Name what images show, as a table or as JSON.") { images };
        command.Add(json, top);
        model.AddTo(command);
        command.Does(RunAsync);
        return command;

        async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
        {
            IReadOnlyList<ImageFile> files = ImageFiles.Find(options.GetValue(images));
            bool asJson = options.GetValue(json);
            using ResNetClassifier classifier = await model.Choice(options).LoadAsync(cancellationToken);
            IReport report = asJson ? new JsonReport(classifier) : new TableReport(classifier, Terminal.Open());
            return ClassifyAll(classifier, files, options.GetValue(top) ?? (asJson ? DefaultJsonTop : 1), report, cancellationToken);
        }
    }

    private static int ClassifyAll(
        ResNetClassifier classifier, IReadOnlyList<ImageFile> files, int topK, IReport report, CancellationToken cancellationToken)
    {
        // The first run of a process includes startup work, so one readable image is classified twice.
        _ = files.Any(file => TryClassify(classifier, file, topK).Result is not null);

        int exitCode = ExitCode.Success;
        foreach (ImageFile file in files)
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

    // A bad image does not fail the others; any other exception is the model's or the installation's.
    private static (Classification? Result, string? Error) TryClassify(ResNetClassifier classifier, ImageFile file, int topK)
    {
        try
        {
            return (classifier.Classify(file.Path, topK), null);
        }
        catch (Exception exception) when (Failure.IsOfImage(exception))
        {
            return (null, Failure.Describe(exception));
        }
    }
}
