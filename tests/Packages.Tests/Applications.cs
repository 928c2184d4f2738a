namespace ResNet.Net.Packages.Tests;

/// <summary>The programs that consumers write.</summary>
internal static class Applications
{
    private const string Core = "ResNet.Net";
    private const string Runtime = "ResNet.Net.Runtime";

    /// <summary>The first snippet of the package's README, and where its libraries come from when asked.</summary>
    private static readonly string Classifier = Snippet.Of(Core) + """


        if (args.Length > 1)
        {
            foreach (NativeLibraryStatus library in RuntimeDiagnostics.Inspect().NativeLibraries)
            {
                Console.WriteLine($"{library.Name} {library.Path}");
            }
        }
        """;

    private const string Pixels = """
        using ResNet.Net;

        using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        Console.WriteLine(classifier.Classify(new PixelView(new byte[32 * 32 * 3], 32, 32)).Best.Label);
        foreach (NativeLibraryStatus library in RuntimeDiagnostics.Inspect().NativeLibraries)
        {
            Console.WriteLine($"{library.Name} {library.Path}");
        }
        """;

    /// <summary>What the classifier says of <see cref="Picture"/>, here as in the repository's README.</summary>
    public const string Answer = "deer 99.6 %";

    public static string Picture { get; } = Path.Combine(TestFolders.SamplePictures, "deer.png");

    /// <summary>Classifies the picture that it is given.</summary>
    public static Task<Consumer> ClassifierAsync(Feed feed) => Consumer.CreateAsync(feed, "classifier", Classifier, (Core, feed.Version), (Runtime, feed.Version));

    /// <summary>The same with an ONNX Runtime of its own choice beside the package that has one.</summary>
    public static Task<Consumer> ClassifierWithAsync(Feed feed, string id, string version)
        => Consumer.CreateAsync(feed, "classifier-with-own", Classifier, (Core, feed.Version), (Runtime, feed.Version), (id, version));

    /// <summary>Classifies pixels, which needs ONNX Runtime only.</summary>
    public static Task<Consumer> PixelsWithAsync(Feed feed, string id, string version) => Consumer.CreateAsync(feed, "pixels", Pixels, (Core, feed.Version), (id, version));

    /// <summary>Runs the README snippets of all packages, one after the other: model, pictures, labelled pictures.</summary>
    public static Task<Consumer> EverythingAsync(Feed feed)
    {
        string[] arguments = ["ResNet.Net.Quantization", "ResNet.Net.Evaluation", "ResNet.Net.Onnx"];
        string[] snippets = [.. arguments.Select(Snippet.Of)];
        string[] usings = [.. snippets.SelectMany(s => s.Split('\n')).Where(l => l.StartsWith("using ", StringComparison.Ordinal) && l.EndsWith(';') && !l.Contains('=', StringComparison.Ordinal)).Distinct()];
        IEnumerable<string> bodies = snippets.Select((s, i) => $"await Run{i}([args[{i}]]);\nstatic async Task Run{i}(string[] args)\n{{\nawait Task.Yield();\n{string.Join('\n', s.Split('\n').Except(usings))}\n}}\n");
        return Consumer.CreateAsync(feed, "everything", string.Join('\n', usings) + "\n" + string.Join('\n', bodies), Feed.Ids.Select(id => (id, feed.Version)));
    }
}
