namespace ResNet.Net.Packages.Tests;

/// <summary>Applications that bring an ONNX Runtime or a SkiaSharp of their own.</summary>
[Collection(nameof(Feed))]
public class NeighborTests(Feed feed)
{
    private const string Gpu = "Microsoft.ML.OnnxRuntime.Gpu";
    private const string Linux = "SkiaSharp.NativeAssets.Linux";
    private const string OlderSkia = "2.88.9";

    private static readonly string[] ForHere = ["-r", NativeFile.Here, "--self-contained", "false"];

    /// <summary>Whether the package Microsoft.ML.OnnxRuntime.Gpu (405 MB) is restored too.</summary>
    private static readonly bool GpuIsTested = Environment.GetEnvironmentVariable("RESNET_NET_TEST_GPU_PACKAGE") == "1";

    private static readonly string OnnxRuntimeVersion = PinnedVersion("Microsoft.ML.OnnxRuntime");

    /// <summary>References in place of the CPU build, and what the message must name.</summary>
    public static TheoryData<string, string[], string> OtherOnnxRuntimes
    {
        get
        {
            string withoutCpu = Consumer.Reference("Microsoft.ML.OnnxRuntime", OnnxRuntimeVersion, "ExcludeAssets=\"all\" ");
            TheoryData<string, string[], string> data = new() { { "none", [withoutCpu], "Microsoft.ML.OnnxRuntime" } };
            if (GpuIsTested)
            {
                data.Add(Gpu, [withoutCpu, Consumer.Reference(Gpu, "1.31.0")], "CUDA");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(OtherOnnxRuntimes))]
    public async Task Publish_OnnxRuntimeReplaced_CudaWithoutGpu_IsAnErrorThatNamesIt(string name, string[] references, string named)
    {
        Consumer.Published published = await Applications.ProviderWith(feed, $"provider-{name}", references)
            .PublishAsync($"replaced-{name}", ForHere);

        ProgramRun run = await published.RunAsync("CUDA");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().ContainSingle().Which.Should().MatchRegex("^\\w+Exception: ").And.Contain(named);
        // The GPU package's build files copy the Windows libraries on every platform (docs/onnx-runtime.md).
        (string prefix, string suffix) = OperatingSystem.IsWindows() ? ("", ".dll") : ("lib", OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        foreach (string library in (string[])["onnxruntime", "onnxruntime_providers_cuda"])
        {
            published.Files.Count(f => Path.GetFileName(f) == $"{prefix}{library}{suffix}").Should().Be(name == Gpu ? 1 : 0, library);
        }

        if (name == Gpu)
        {
            ProgramRun onCpu = await published.RunAsync();
            onCpu.Lines.Should().ContainSingle(onCpu.Error).Which.Should().NotContain("Exception");
        }
    }

    [FontconfigFact]
    public async Task Publish_WithFontconfigBuildOfSkiaSharp_TakesThatOne_AndClassifies()
    {
        Consumer consumer = Applications.ClassifierWith(feed, "fontconfig", Consumer.Reference(Linux, PinnedVersion("SkiaSharp")));

        Consumer.Published published = await consumer.PublishAsync("fontconfig-published", ForHere);
        ProgramRun run = await published.RunAsync(Applications.Image);

        File.ReadAllBytes(published.PathOf("libSkiaSharp.so")).AsSpan().IndexOf("libfontconfig.so.1"u8)
            .Should().BePositive("the application named this build");
        run.Lines.Should().Equal([Applications.Answer], run.Error);
    }

    [Theory]
    [InlineData("SkiaSharp")]
    [InlineData("SkiaSharp.NativeAssets.Linux.NoDependencies")]
    public async Task Restore_WithOlderSkiaSharp_IsADowngradeError(string package)
    {
        Consumer consumer = Applications.ClassifierWith(feed, $"older-{package}", Consumer.Reference(package, OlderSkia));

        (_, ProgramRun run) = await consumer.TryPublishAsync($"older-{package}-published", ForHere);

        run.ExitCode.Should().NotBe(0);
        run.Output.Should().Contain($"NU1605").And.Contain($"{package} from {PinnedVersion("SkiaSharp")} to {OlderSkia}");
    }

    /// <summary>As when a package that the application uses depends on older native assets.</summary>
    [LinuxFact]
    public async Task Publish_WithOlderNativeAssetsExcluded_Classifies()
    {
        Consumer consumer = Applications.ClassifierWith(
            feed, "older-assets", Consumer.Reference(Linux, OlderSkia, "ExcludeAssets=\"all\" "));

        Consumer.Published published = await consumer.PublishAsync("older-assets-published", ForHere);
        ProgramRun run = await published.RunAsync(Applications.Image);

        run.Lines.Should().Equal([Applications.Answer], run.Error);
    }

    /// <summary>The version in Directory.Packages.props.</summary>
    private static string PinnedVersion(string package)
    {
        string line = File.ReadLines(Path.Combine(TestFolders.Repository, "Directory.Packages.props"))
            .Single(l => l.Contains($"Include=\"{package}\"", StringComparison.Ordinal));
        return line.Split("Version=\"")[1].Split('"')[0];
    }
}
