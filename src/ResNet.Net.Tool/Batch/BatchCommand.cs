using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Batch;

/// <summary><c>resnet batch</c>: classifies a folder of any size into a CSV file; the same command resumes an interrupted run.</summary>
internal static class BatchCommand
{
    private const int BatchSize = 32;

    public static Command Create()
    {
        Argument<string?> folder = new("folder")
        {
            Description = "A folder of images, with its subfolders. [default: the sample images]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> output = new("--out")
        {
            Description = "The CSV file to write or to resume. FILE.run.json next to it records how it was created. "
                + "[default: standard output]",
            HelpName = "file",
        };
        Option<int?> top = new("--top")
        {
            Description = "The number of classes to name per image. [default: 1]",
            HelpName = "n",
            CustomParser = OptionValues.Count,
        };
        ModelOptions model = new();
        folder.Validators.Add(OptionValues.RejectUnknownOptions);

        ToolCommand command = new("batch", "Classify a folder of any size into a CSV file; resumable.")
        {
            WhenCanceled = "Canceled. The rows that are written stay: the same command continues after them.",
        };
        command.Arguments.Add(folder);
        command.Add(output, top);
        model.AddTo(command);
        command.Does((options, cancellationToken)
            => RunAsync(
                options.GetValue(folder), options.GetValue(output), options.GetValue(top) ?? 1, model.Choice(options), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? folder, string? output, int top, ModelChoice model, CancellationToken cancellationToken)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder ?? SampleImages.Folder));
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"The folder '{root}' does not exist.");
        }

        if (!ImageFolder.Files(root).Any())
        {
            throw ImageFiles.None(root);
        }

        TextFiles.Check(output);
        ModelChoice choice = model with { BatchSize = BatchSize };
        using ResNetClassifier classifier = await choice.LoadAsync(cancellationToken);
        int count = Math.Min(top, classifier.Labels.Count);
        OrderedImages images = new(root);
        ImageProgress done;
        if (output is not null)
        {
            RunManifest manifest = new(RunManifest.CurrentVersion, root, count, ModelFingerprint.Of(classifier, choice));
            using ResultFile file = new(output, manifest);
            done = await ImageProgressBar.ShowAsync(
                Path.GetFileName(output), bar => ClassifyAsync(classifier, images, count, file.Rows, file, bar, cancellationToken));
            string failed = done.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {done.Failed:#,0} of them failed") : "";
            long isNew = done.Done - done.Resumed;
            string added = string.Create(CultureInfo.InvariantCulture, $"{isNew:#,0} of them {(isNew == 1 ? "is" : "are")} new");
            Terminal.Out.WriteLine($"{Quantity.Of(done.Done, "image")} in {output}{failed}; {added}.");
        }
        else
        {
            CsvRows rows = new(Console.IsOutputRedirected ? Terminal.RawOut : Terminal.Out, count);
            rows.WriteHeader();
            done = await ClassifyAsync(classifier, images, count, rows, null, null, cancellationToken);
        }

        return done.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private static async Task<ImageProgress> ClassifyAsync(
        ResNetClassifier classifier,
        OrderedImages images,
        int top,
        CsvRows rows,
        ResultFile? file,
        ImageProgressBar? bar,
        CancellationToken cancellationToken)
    {
        (long resumed, long failed) = file?.Before ?? default;
        long done = resumed;
        Stopwatch watch = Stopwatch.StartNew();
        IAsyncEnumerable<(string, ClassificationOutcome)> outcomes = ImageOutcomes.OfAsync(
            images.Paths(file?.LastPath),
            paths => classifier.ClassifyManyAsync(paths.Select(images.FullPath), top, cancellationToken));
        await foreach ((string path, ClassificationOutcome outcome) in outcomes)
        {
            rows.Write(
                path,
                outcome.Succeeded ? outcome.Value.Predictions : [],
                outcome.Succeeded ? null : Failure.DescribeImage(outcome.Error, images.FullPath(path)));
            file?.Flush();
            done++;
            failed += outcome.Succeeded ? 0 : 1;
            bar?.Report(new ImageProgress(done, resumed + images.Count, failed, resumed, watch.Elapsed));
        }

        return new ImageProgress(done, done, failed, resumed, watch.Elapsed);
    }
}
