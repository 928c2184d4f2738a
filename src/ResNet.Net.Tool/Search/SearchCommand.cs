using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Search;

/// <summary><c>resnet search</c>: finds similar images by their embeddings.</summary>
internal sealed partial class SearchCommand
{
    private const int DefaultTop = 5, BatchSize = 32;

    private readonly ModelOptions _model = new();
    private readonly Argument<string[]> _folders = new("folders")
    {
        Description = "Folders of images, with their subfolders.",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> _output = new("--out") { Description = "The index file to write.", HelpName = "file", Required = true };
    private readonly Argument<string> _image = new("image") { Description = "The image to find similar images for." };
    private readonly Option<string> _input = new("--index")
    {
        Description = "The index file to search.",
        HelpName = "file",
        Required = true,
    };
    private readonly Option<string?> _contactSheet = new("--contact-sheet")
    {
        Description = "An HTML page to write, which shows the images and the similar ones.",
        HelpName = "file",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON: one object per line.", Recursive = true };

    private readonly Option<int?> _top = new("--top")
    {
        Description = $"The number of images to return. [default: {DefaultTop}]",
        HelpName = "n",
        CustomParser = OptionValues.Count,
    };

    public static Command Create() => new SearchCommand().Build();

    private ToolCommand Build()
    {
        ToolCommand index = new("index", "Write the embeddings of images to an index file.")
        {
            WhenCanceled = "Canceled. No index was written.",
        };
        index.Arguments.Add(_folders);
        index.Add(_output);
        index.Does(IndexAsync);

        ToolCommand query = new("query", "Find the images of an index that are most similar to an image.") { _image };
        query.Add(_input, _top, _contactSheet);
        query.Does(QueryAsync);

        ToolCommand search = new("search", "Find similar images. Without a subcommand: show it on the sample images.") { index, query };
        search.Add(_json, _contactSheet);
        _model.AddTo(search);
        search.Does(ShowAsync);
        return search;
    }

    private async Task<int> IndexAsync(ParseResult options, CancellationToken cancellationToken)
    {
        string path = options.GetValue(_output)!;
        TextFiles.Check(path);
        ModelChoice choice = Choice(options);
        using ResNetEmbedder embedder = await choice.LoadEmbedderAsync(cancellationToken);
        Indexing indexing = new(embedder, ModelFingerprint.Of(embedder, choice));
        ImageProgress done = await indexing.RunAsync(options.GetValue(_folders)!, path, cancellationToken);
        if (options.GetValue(_json))
        {
            JsonLines.Write(new IndexLine(path, done.Done - done.Failed, done.Failed), SearchJson.Default.IndexLine);
        }
        else
        {
            string failed = done.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {done.Failed:#,0} failed") : "";
            Terminal.Out.WriteLine($"{Quantity.Of(done.Done - done.Failed, "image")} in {path}{failed}.");
        }

        return done.Failed > 0 ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private async Task<int> QueryAsync(ParseResult options, CancellationToken cancellationToken)
    {
        string image = options.GetValue(_image)!;
        string? sheet = options.GetValue(_contactSheet);
        TextFiles.Check(sheet);
        InputFile.Check("--index", options.GetValue(_input), "an index file, which 'resnet search index' writes");
        InputFile.Check("<image>", image, "an image file");
        ModelChoice choice = Choice(options);
        using ResNetEmbedder embedder = await choice.LoadEmbedderAsync(cancellationToken);
        FeatureIndex opened = new(options.GetValue(_input)!, ModelFingerprint.Of(embedder, choice), embedder.Dimension);
        float[] features = embedder.Embed(image);
        IReadOnlyList<Match> matches = NearestImages.Find(opened, features, options.GetValue(_top) ?? DefaultTop, cancellationToken);
        if (sheet is not null)
        {
            string path = Path.GetFullPath(image);
            Similar found = new(path, [.. matches.Where(m => m.Image != path)]);
            WriteSheet(sheet, embedder.ModelName, opened.Count, [found]);
        }

        if (options.GetValue(_json))
        {
            foreach (Match match in matches)
            {
                JsonLines.Write(match, SearchJson.Default.Match);
            }
        }
        else
        {
            SearchTables.Print(matches);
        }

        return ExitCode.Success;
    }

    // Indexes and queries the sample images.
    private async Task<int> ShowAsync(ParseResult options, CancellationToken cancellationToken)
    {
        string? sheet = options.GetValue(_contactSheet);
        TextFiles.Check(sheet);
        string path = Path.GetTempFileName();
        try
        {
            ModelChoice choice = Choice(options);
            using ResNetEmbedder embedder = await choice.LoadEmbedderAsync(cancellationToken);
            ModelFingerprint fingerprint = ModelFingerprint.Of(embedder, choice);
            await new Indexing(embedder, fingerprint).RunAsync([SampleImages.Folder], path, cancellationToken);
            FeatureIndex opened = new(path, fingerprint, embedder.Dimension);
            List<Similar> found = [];
            foreach (ImageFile file in ImageFiles.Find([SampleImages.Folder]))
            {
                // The most similar image is the image itself.
                IReadOnlyList<Match> matches = NearestImages.Find(opened, embedder.Embed(file.Path), 3, cancellationToken);
                found.Add(new Similar(file.Path, [.. matches.Where(m => m.Image != file.Path)]));
            }

            if (sheet is not null)
            {
                WriteSheet(sheet, embedder.ModelName, opened.Count, found);
            }

            Print(embedder, found, options.GetValue(_json));
            return ExitCode.Success;
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Each image is followed by its matches.
    private static void WriteSheet(string path, string model, long searched, List<Similar> found) => ContactSheet.Write(
        path,
        found.Count == 1 ? $"Nearest images to {Path.GetFileName(found[0].Image)}" : "Nearest images",
        $"{model}; {Quantity.Of(searched, "image")} searched. The number is the cosine of the "
            + "embeddings: 1 is the same direction, 0 is nothing in common.",
        [
            .. found.Select(f => new SheetSection(null, OnSheet(f.Image), [.. f.Matches.Select(m => OnSheet(m.Image, m.Similarity))])),
        ]);

    private static SheetImage OnSheet(string image, float? similarity = null) => new(image, () => InputFile.OpenRead(image), similarity);

    private static void Print(ResNetEmbedder embedder, List<Similar> found, bool asJson)
    {
        if (asJson)
        {
            foreach (Similar similar in found)
            {
                JsonLines.Write(similar, SearchJson.Default.Similar);
            }

            return;
        }

        Terminal.Out.WriteLine($"{embedder.ModelName}: embeddings of {embedder.Dimension} features.");
        Terminal.Out.WriteLine("Similarity is the cosine: 1 for the same direction, 0 for nothing in common.");
        SearchTables.Print(found);
    }

    private ModelChoice Choice(ParseResult options) => _model.Choice(options) with { BatchSize = BatchSize };

    internal sealed record IndexLine(string Index, long Images, long Failed);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(IndexLine))]
    [JsonSerializable(typeof(Match))]
    [JsonSerializable(typeof(Similar))]
    internal sealed partial class SearchJson : JsonSerializerContext;
}
