namespace ResNet.Net.Packages.Tests;

/// <summary>Applications outside the repository, from the packages alone.</summary>
[Collection(nameof(Feed))]
public class ConsumerTests(Feed feed, ConsumerTests.Classifier classifier) : IClassFixture<ConsumerTests.Classifier>
{
    private const string OnnxRuntimePackage = "Microsoft.ML.OnnxRuntime";

    /// <summary>The modes whose packs the feeds have; see <see cref="Modes_LeftOut_LackAPackOnTheFeeds"/>.</summary>
    public static TheoryData<PublishMode> Modes => [.. PublishMode.All.Where(m => m.MissingAsync().GetAwaiter().GetResult() is null)];

    public static TheoryData<string> OtherPlatforms => [.. new[] { "linux-arm64", "linux-x64", "osx-arm64", "win-arm64", "win-x64" }.Where(p => p != NativeFile.Here)];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Publish_EachMode_ClassifiesWithTheLibrariesOfThePackage(PublishMode mode)
    {
        Consumer.Published published = await classifier.PublishAsync(feed, mode.Folder, mode.Arguments);

        ProgramRun run = await published.RunAsync(null, Applications.Picture, "libraries");

        run.Lines.FirstOrDefault().Should().Be(Applications.Answer, run.Error);
        run.ExitCode.Should().Be(0, run.Error);
        if (!mode.Arguments.Contains("-p:IncludeNativeLibrariesForSelfExtract=true"))
        {
            string[] libraries = [.. run.Lines.Skip(1).Take(2).Select(l => l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
            libraries.Should().HaveCount(2).And.OnlyContain(l => l.StartsWith(published.Folder, StringComparison.Ordinal));
        }
        else
        {
            published.Files.Should().ContainSingle();
        }
    }

    /// <summary>Where a mode is not published above, its reason is one that nothing here can cure.</summary>
    [MissingPacksFact]
    public async Task Modes_LeftOut_LackAPackOnTheFeeds()
    {
        foreach (PublishMode mode in PublishMode.All)
        {
            if (await mode.MissingAsync() is string complaint)
            {
                complaint.Should().MatchRegex(PublishMode.NotOnTheFeed().ToString(), mode.Name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(OtherPlatforms))]
    public async Task Publish_ForAnotherPlatform_HoldsItsLibrariesBesideTheApplication(string platform)
    {
        Consumer.Published published = await classifier.PublishAsync(feed, platform, "-r", platform, "--self-contained", "false", "-p:UseAppHost=false");

        string[] natives = [.. published.Files.Where(f => f.Contains("onnxruntime", StringComparison.Ordinal) || f.Contains("vips", StringComparison.Ordinal))];

        natives.Should().HaveCount(2).And.NotContain(f => f.Contains('/', StringComparison.Ordinal));
        foreach (string file in natives)
        {
            using Stream stream = File.OpenRead(published.PathOf(file));
            NativeFile.Platform(stream).Should().Be(platform, file);
        }
    }

    [Fact]
    public async Task Publish_ForAllPlatforms_HoldsTheLibrariesOfEach()
    {
        Consumer.Published published = await classifier.PublishAsync(feed, "portable");

        string[] natives = [.. published.Files.Where(f => f.StartsWith("runtimes/", StringComparison.Ordinal))];

        natives.Should().HaveCount(2 * (OtherPlatforms.Count + 1));
        foreach (string file in natives)
        {
            using Stream stream = File.OpenRead(published.PathOf(file));
            NativeFile.Platform(stream).Should().Be(file.Split('/')[1], file);
        }
    }

    [Fact]
    public async Task Publish_WithAnotherOnnxRuntimeToo_ThatOneIsTaken()
    {
        (string version, byte[] library) = AddOnnxRuntime("with");
        Consumer consumer = await Applications.ClassifierWithAsync(feed, OnnxRuntimePackage, version);

        Consumer.Published published = await consumer.PublishAsync("both");

        string file = published.Files.Single(f => f.StartsWith($"runtimes/{NativeFile.Here}/", StringComparison.Ordinal) && f.Contains("onnxruntime", StringComparison.Ordinal));
        File.ReadAllBytes(published.PathOf(file)).AsSpan().SequenceEqual(library).Should().BeTrue("the application named this one");
        published.Files.Where(f => f.Contains("onnxruntime", StringComparison.Ordinal)).Should().HaveCount(OtherPlatforms.Count + 1, "on the others, only one package has it");
        ProgramRun run = await published.RunAsync(null, Applications.Picture, "libraries");
        run.Lines.FirstOrDefault().Should().Be(Applications.Answer, run.Error);
    }

    [Fact]
    public async Task Publish_WithAnotherOnnxRuntimeOnly_ClassifiesPixels()
    {
        (string version, byte[] library) = AddOnnxRuntime("only");
        Consumer consumer = await Applications.PixelsWithAsync(feed, OnnxRuntimePackage, version);

        Consumer.Published published = await consumer.PublishAsync("own", "-r", NativeFile.Here, "--self-contained", "false");

        string file = published.Files.Single(f => f.Contains("onnxruntime", StringComparison.Ordinal));
        new FileInfo(published.PathOf(file)).Length.Should().Be(library.Length);
        ProgramRun run = await published.RunAsync(new Dictionary<string, string> { ["RESNET_NET_LIBTURBOJPEG"] = "none" });
        run.ExitCode.Should().Be(0, run.Error);
        run.Lines[0].Should().BeOneOf("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        run.Lines.Should().Contain($"onnxruntime {published.PathOf(file)}");
    }

    // The layout of Microsoft's package. Bytes behind a library's end are not read by any loader: they tell this copy from the other.
    private (string Version, byte[] Library) AddOnnxRuntime(string label)
    {
        using Package runtime = feed.Open("ResNet.Net.Runtime");
        string file = runtime.Files.Single(f => f.StartsWith($"runtimes/{NativeFile.Here}/native/", StringComparison.Ordinal) && f.Contains("onnxruntime", StringComparison.Ordinal));
        byte[] library = [.. runtime[file], .. "stand-in"u8];
        string version = $"1.30.0-{label}";
        feed.Add(OnnxRuntimePackage, version, new Dictionary<string, byte[]> { [file] = library });
        return (version, library);
    }

    /// <summary>One project for all that publish the same program.</summary>
    public sealed class Classifier
    {
        private Consumer? _consumer;

        internal async Task<Consumer.Published> PublishAsync(Feed feed, string folder, params IEnumerable<string> arguments)
        {
            _consumer ??= await Applications.ClassifierAsync(feed);
            return await _consumer.PublishAsync(folder, arguments);
        }
    }
}
