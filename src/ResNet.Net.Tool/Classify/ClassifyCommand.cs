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
            int topK = options.GetValue(top) ?? (asJson ? DefaultJsonTop : 1);
            return await ClassifyAllAsync(classifier, files, topK, report, cancellationToken);
        }
    }

    private static async Task<int> ClassifyAllAsync(
        ResNetClassifier classifier, IReadOnlyList<ImageFile> files, int topK, IReport report, CancellationToken cancellationToken)
    {
        // The first run of a process includes startup work, so one readable image is classified twice.
        _ = await ClassifyAsync(files).FirstOrDefaultAsync(o => o.Succeeded, cancellationToken);

        int exitCode = ExitCode.Success;
        await foreach ((ImageFile file, ClassificationOutcome outcome) in ImageOutcomes.OfAsync(files, ClassifyAsync))
        {
            if (outcome.Succeeded)
            {
                report.Add(file, outcome.Value);
            }
            else
            {
                report.AddFailure(file, Failure.DescribeImage(outcome.Error, file.Path));
                exitCode = ExitCode.SomeFailed;
            }
        }

        report.End();
        return exitCode;

        // A single image runs on all cores.
        IAsyncEnumerable<ClassificationOutcome> ClassifyAsync(IEnumerable<ImageFile> images)
        {
            IEnumerable<string> paths = images.Select(i => i.Path);
            return files.Count == 1
                ? classifier.ClassifyBatch([.. paths], topK, cancellationToken).ToAsyncEnumerable()
                : classifier.ClassifyManyAsync(paths, topK, cancellationToken);
        }
    }
}
