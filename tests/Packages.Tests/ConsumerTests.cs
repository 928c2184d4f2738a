namespace ResNet.Net.Packages.Tests;

/// <summary>Applications outside the repository that use only the packages.</summary>
[Collection(nameof(Feed))]
public class ConsumerTests(Feed feed)
{
    /// <summary>The modes that can be published here; see <see cref="Modes_LeftOut_LackAPackOnTheFeeds"/>.</summary>
    public static TheoryData<PublishMode> Modes => [.. PublishMode.All.Where(m => m.MissingAsync().GetAwaiter().GetResult() is null)];

    public static TheoryData<string> OtherPlatforms => [.. NativeFile.Platforms.Where(p => p != NativeFile.Here)];

    /// <summary>README's installation, word for word.</summary>
    [Fact]
    public async Task AddPackage_ResNetNetAlone_RunsTheFirstSnippet()
    {
        string folder = Path.Combine(feed.Consumers, "first");
        await DotnetCommand.RunAsync(feed.Consumers, "new", "console", "-o", folder, "--no-restore");
        await DotnetCommand.RunAsync(folder, "add", "package", "ResNet.Net", "--prerelease");
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Applications.Classifier);

        ProgramRun run = await DotnetCommand.TryAsync(folder, "run", "--", Applications.Image);

        run.Lines.Should().Equal([Applications.Answer], run.Error);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Publish_EachMode_Classifies(PublishMode mode)
    {
        Consumer.Published published = await Applications.ClassifierWith(feed, "classifier").PublishAsync(mode.Folder, mode.Arguments);

        ProgramRun run = await published.RunAsync(Applications.Image);

        run.Lines.Should().Equal([Applications.Answer], run.Error);
        run.ExitCode.Should().Be(0, run.Error);
        if (mode.Arguments.Contains("-p:IncludeNativeLibrariesForSelfExtract=true"))
        {
            published.Files.Should().ContainSingle();
        }
        else if (mode.Arguments.Contains(NativeFile.Here))
        {
            published.Natives.Should().HaveCount(2).And.NotContain(f => f.Contains('/', StringComparison.Ordinal));
        }
        else
        {
            published.Natives.Where(f => f.Contains("onnxruntime", StringComparison.Ordinal)).Select(f => f.Split("/")[1])
                .Should().BeEquivalentTo(NativeFile.Platforms);
            published.Natives.Should().OnlyContain(f => f.StartsWith("runtimes/", StringComparison.Ordinal));
        }
    }

    /// <summary>Every mode that is not published above has a reason that cannot be fixed here.</summary>
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
    public async Task Publish_ForAnotherPlatform_HasItsLibrariesNextToTheApplication(string platform)
    {
        Consumer.Published published = await Applications.ClassifierWith(feed, "classifier")
            .PublishAsync(platform, "-r", platform, "--self-contained", "false", "-p:UseAppHost=false");

        published.Natives.Should().HaveCount(2).And.NotContain(f => f.Contains('/', StringComparison.Ordinal));
        foreach (string file in published.Natives)
        {
            using Stream stream = File.OpenRead(published.PathOf(file));
            NativeFile.PlatformsOf(stream).Should().Contain(platform, file);
        }
    }
}
