// Classifies a folder of any size and writes a CSV row a picture; stopped at any moment, the same command goes on from there:
//   dotnet run --project samples/Batch [-- FOLDER --out FILE.csv [--top N] [options]]
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ResNet.Net;
using ResNet.Net.Samples.Batch;
using ResNet.Net.Samples.Support;

Argument<string?> folder = new("folder") { Description = "A folder of pictures (with the folders inside). None: the sample pictures of this project.", Arity = ArgumentArity.ZeroOrOne };
Option<string?> output = new("--out") { Description = "The CSV file to write, or to go on with. FILE.run.json beside it keeps what it was made from. None: the rows go to standard output." };
Option<int?> top = new("--top") { Description = "How many classes to name for each picture. [default: 1]", CustomParser = OptionValues.Count };
ModelOptions model = new();

folder.Validators.Add(OptionValues.RejectUnknownOptions);

RootCommand command = new("Classifies a folder of any size into a CSV file.") { folder, output, top };
model.AddTo(command);
command.Does(RunAsync);
return await Cli.RunAsync(command, args, "Cancelled. The rows that are written stay: the same command goes on after them.");

async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
{
    string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.GetValue(folder) ?? SamplePictures.Folder));
    if (!Directory.Exists(root))
    {
        throw new DirectoryNotFoundException($"There is no folder '{root}'.");
    }

    if (!PictureFiles.In(root).Any())
    {
        throw PictureFiles.None(root);
    }

    TextFiles.Check(options.GetValue(output));
    ModelChoice choice = model.Choice(options) with { BatchSize = 32 };
    using ResNetClassifier classifier = await choice.LoadAsync(cancellationToken);
    int count = Math.Min(options.GetValue(top) ?? 1, classifier.Labels.Count);
    PicturesInOrder pictures = new(root);
    PictureProgress done;
    if (options.GetValue(output) is string path)
    {
        using ResultFile file = new(path, new RunFacts(RunFacts.CurrentVersion, root, count, ModelFacts.Of(classifier, choice)));
        done = await PictureBar.ShowAsync(Path.GetFileName(path), bar => ClassifyAsync(classifier, pictures, count, file.Rows, file, bar, cancellationToken));
        string failed = done.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {done.Failed:#,0} of them failed") : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done.Done:#,0} pictures in {path}{failed}; {done.Done - done.Resumed:#,0} of them are new."));
    }
    else
    {
        using CsvRows rows = new(Console.Out, count);
        rows.WriteHeader();
        done = await ClassifyAsync(classifier, pictures, count, rows, null, null, cancellationToken);
    }

    return done.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;
}

static async Task<PictureProgress> ClassifyAsync(ResNetClassifier classifier, PicturesInOrder pictures, int top, CsvRows rows, ResultFile? file, PictureBar? bar, CancellationToken cancellationToken)
{
    (long resumed, long failed) = file?.Before ?? default;
    long done = resumed;
    Stopwatch watch = Stopwatch.StartNew();
    IEnumerable<string[]> batches = pictures.Paths(file?.LastPath).Chunk(classifier.BatchSize);
    await foreach ((string[] batch, IReadOnlyList<ClassificationOutcome> outcomes) in TwoAtOnce.RunAsync(batches, Classify, cancellationToken))
    {
        for (int i = 0; i < batch.Length; i++)
        {
            rows.Write(batch[i], outcomes[i]);
            failed += outcomes[i].Succeeded ? 0 : 1;
        }

        done += batch.Length;
        file?.Flush();
        bar?.Report(new PictureProgress(done, resumed + pictures.Count, failed, resumed, watch.Elapsed));
    }

    return new PictureProgress(done, done, failed, resumed, watch.Elapsed);

    (string[], IReadOnlyList<ClassificationOutcome>) Classify(string[] batch) => (batch, classifier.ClassifyBatch([.. batch.Select(pictures.FullPath)], top));
}
