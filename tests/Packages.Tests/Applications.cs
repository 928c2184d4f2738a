namespace ResNet.Net.Packages.Tests;

/// <summary>The programs of consumers.</summary>
internal static class Applications
{
    /// <summary>The label of <see cref="Image"/>, here and in the repository's README.</summary>
    public const string Answer = "deer 99.6 %";

    private const string Core = "ResNet.Net";

    /// <summary>Classifies one gray image on CUDA, and prints the message of the exception.</summary>
    private const string Cuda = """
        using ResNet.Net;

        try
        {
            ResNetClassifierOptions options = new() { ExecutionProvider = args.Length > 0 ? new ExecutionProvider(args[0]) : null };
            using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            Console.WriteLine(classifier.Classify(new PixelView(new byte[32 * 32 * 3], 32, 32)).Best.Label);
        }
        catch (ResNetException exception)
        {
            Console.WriteLine($"{exception.GetType().Name}: {exception.Message}");
        }
        """;

    public static string Image { get; } = Path.Combine(TestFolders.SampleImages, "deer.png");

    /// <summary>Gets the first snippet of the package's README, which classifies the image that it is given.</summary>
    public static string Classifier { get; } = Snippet.Of(Core);

    /// <summary>Creates the application of <see cref="Classifier"/>.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="folder">The name of its folder.</param>
    /// <param name="references">More elements of an item group.</param>
    public static Consumer ClassifierWith(Feed feed, string folder, params string[] references)
        => Consumer.Create(feed, folder, Classifier, [Consumer.Reference(Core, feed.Version), .. references]);

    /// <summary>Creates an application that asks for the execution provider that it is given and prints the error.</summary>
    public static Consumer ProviderWith(Feed feed, string folder, params string[] references)
        => Consumer.Create(feed, folder, Cuda, [Consumer.Reference(Core, feed.Version), .. references]);

    /// <summary>Creates an application that runs the README snippets of all trimmable packages: model, images, labeled images.</summary>
    public static Consumer Everything(Feed feed)
    {
        string[] arguments = ["ResNet.Net.Quantization", "ResNet.Net.Evaluation", "ResNet.Net.Onnx"];
        string[] snippets = [.. arguments.Select(Snippet.Of)];
        string[] usings =
        [
            .. snippets.SelectMany(s => s.Split('\n'))
                .Where(
                    l => l.StartsWith("using ", StringComparison.Ordinal) && l.EndsWith(';') && !l.Contains('=', StringComparison.Ordinal))
                .Distinct(),
        ];
        IEnumerable<string> bodies = snippets.Select((s, i) =>
            $$"""
            await Run{{i}}([args[{{i}}]]);
            static async Task Run{{i}}(string[] args)
            {
                await Task.Yield();
                {{string.Join('\n', s.Split('\n').Except(usings))}}
            }

            """);
        return Consumer.Create(
            feed,
            "everything",
            string.Join('\n', usings) + "\n" + string.Join('\n', bodies),
            feed.Trimmable.Select(id => Consumer.Reference(id, feed.Version)));
    }
}
