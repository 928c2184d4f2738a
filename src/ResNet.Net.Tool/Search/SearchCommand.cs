// Finds the pictures that look like a picture, by the features that a ResNet sees in them:
//   dotnet run --project samples/Search                                                  the sample pictures, and what is like each
//   dotnet run --project samples/Search -- index FOLDER... --out pictures.index
//   dotnet run --project samples/Search -- query PICTURE --index pictures.index [--top N]
using System.CommandLine;
using System.Globalization;
using ResNet.Net;
using ResNet.Net.Samples.Search;
using ResNet.Net.Samples.Support;

const int DefaultTop = 5;

ModelOptions model = new();
Argument<string[]> folders = new("folders") { Description = "Folders of pictures (with the folders inside).", Arity = ArgumentArity.OneOrMore };
Option<string> output = new("--out") { Description = "The index to write.", Required = true };
Argument<string> picture = new("picture") { Description = "The picture that others are to be like." };
Option<string> input = new("--index") { Description = "The index to look in.", Required = true };
Option<int?> top = new("--top") { Description = $"How many pictures to name. [default: {DefaultTop}]", CustomParser = OptionValues.Count };

Command index = new("index", "Write what the model sees in pictures to a file.") { folders, output };
Command query = new("query", "Name the pictures of an index that are most like a picture.") { picture, input, top };
RootCommand command = new("Finds the pictures that look like a picture. Without a command: shows it on the sample pictures of this project.") { index, query };
model.AddTo(command);
index.Does(IndexAsync);
query.Does(QueryAsync);
command.Does(ShowAsync);
return await Cli.RunAsync(command, args, "Cancelled. No index was written.");

async Task<int> IndexAsync(ParseResult options, CancellationToken cancellationToken)
{
    string path = options.GetValue(output)!;
    TextFiles.Check(path);
    ModelChoice choice = Choice(options);
    using ResNetClassifier classifier = await choice.LoadAsync(cancellationToken);
    PictureProgress done = await new Indexing(classifier, ModelFacts.Of(classifier, choice)).RunAsync(options.GetValue(folders)!, path, cancellationToken);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done.Done - done.Failed:#,0} pictures in {path}{(done.Failed > 0 ? $", {done.Failed:#,0} left out" : "")}."));
    return done.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;
}

async Task<int> QueryAsync(ParseResult options, CancellationToken cancellationToken)
{
    ModelChoice choice = Choice(options);
    using ResNetClassifier classifier = await choice.LoadAsync(cancellationToken);
    FeatureIndex opened = new(options.GetValue(input)!, ModelFacts.Of(classifier, choice), classifier.FeatureCount);
    float[] features = classifier.Embed(options.GetValue(picture)!, normalize: true);
    SearchTables.Print(Nearest.Find(opened, features, options.GetValue(top) ?? DefaultTop, cancellationToken));
    return ExitCode.Success;
}

// Both on the sample pictures.
async Task<int> ShowAsync(ParseResult options, CancellationToken cancellationToken)
{
    string path = Path.GetTempFileName();
    try
    {
        ModelChoice choice = Choice(options);
        using ResNetClassifier classifier = await choice.LoadAsync(cancellationToken);
        ModelFacts facts = ModelFacts.Of(classifier, choice);
        await new Indexing(classifier, facts).RunAsync([SamplePictures.Folder], path, cancellationToken);
        FeatureIndex opened = new(path, facts, classifier.FeatureCount);
        List<(string, IReadOnlyList<Match>)> found = [];
        foreach (PictureFile file in PictureFiles.Find([SamplePictures.Folder]))
        {
            // The most similar picture is itself.
            IReadOnlyList<Match> matches = Nearest.Find(opened, classifier.Embed(file.Path, normalize: true), 3, cancellationToken);
            found.Add((file.Path, [.. matches.Where(m => m.Picture != file.Path)]));
        }

        Console.WriteLine($"{classifier.ModelName} sees {classifier.FeatureCount} features in a picture. Similarity: 1 for the same features, 0 for none in common.");
        SearchTables.Print(found);
        return ExitCode.Success;
    }
    finally
    {
        File.Delete(path);
    }
}

ModelChoice Choice(ParseResult options) => model.Choice(options) with { Outputs = ModelOutputs.Features, BatchSize = 32 };
