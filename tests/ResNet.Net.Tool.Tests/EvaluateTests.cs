using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace ResNet.Net.Tool.Tests;

public sealed class EvaluateTests : IDisposable
{
    private const int Success = 0, SomeImagesFailed = 1, Unusable = 2;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_MeasuresTheSampleImages()
    {
        ProgramRun run = await EvaluateAsync();

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines[0].Should().Be("resnet20-cifar10 on labels.txt");
        run.Output.Should().MatchRegex(@"top-1 +100\.00 % +\(10 correct").And.MatchRegex(@"images/s").And.NotContain("\u001b");
        run.Error.Should().Contain("10 of 10").And.NotContain("\u001b", "redirected progress is plain");
    }

    [Fact]
    public async Task EveryOutput_HasTheSameResult()
    {
        string zip = MakeZip(("cat/1.png", "cat.png"), ("cat/2.png", "dog.png"), ("dog/1.png", "dog.png"), ("ship/bad.png", null));

        ProgramRun run = await EvaluateAsync(
            zip, "--against", "resnet20-cifar10", "--ten-crop", "--report", _folder["out.md"], "--json", _folder["out.json"],
            "--plot", _folder["out.svg"], "--journal", _folder["out.journal"], "--batch", "2");

        run.ExitCode.Should().Be(SomeImagesFailed, run.Error);
        run.Output.Should().MatchRegex(@"top-1 +66\.67 % +\(2 correct").And.Contain("ship/bad.png").And.Contain("ten crops")
            .And.MatchRegex("agreement +100.00 %");
        foreach (string name in new[] { "out.json", "out.against.json" })
        {
            JsonElement json = JsonDocument.Parse(File.ReadAllText(_folder[name])).RootElement;
            json.GetProperty("top1").GetProperty("correct").GetInt32().Should().Be(2);
            json.GetProperty("failures")[0].GetProperty("name").GetString().Should().Be("ship/bad.png");
            json.GetProperty("crops").GetString().Should().Be("TenCrop");
        }

        JsonDocument.Parse(File.ReadAllText(_folder["out.comparison.json"])).RootElement.GetProperty("agreed").GetInt32().Should().Be(3);
        XDocument.Load(_folder["out.svg"]).Root!.Value.Should().Contain("top-1 66.67 %");
        XDocument.Load(_folder["out.against.svg"]).Root!.Value.Should().Contain("top-1 66.67 %");
        File.ReadAllText(_folder["out.md"]).Should().Contain("66.67 %").And.Contain("p-value 1.0000");
        File.ReadLines(_folder["out.journal"]).Should().HaveCount(4, "a header and three images");
        File.ReadLines(_folder["out.against.journal"]).Should().HaveCount(4);

        ProgramRun again = await EvaluateAsync(zip, "--ten-crop", "--journal", _folder["out.journal"]);
        again.Output.Should().Contain("3 images from the journal");
    }

    [Fact]
    public async Task TarWithGroundTruth_IsEvaluatedWithoutExtraction()
    {
        string tar = _folder.Write("val.tar", new TarGzBuilder()
            .Add("b.png", File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "dog.png")))
            .Add("a.png", File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, "cat.png"))).TarWithEnd);

        // CIFAR-10's classes 3 and 5, and one that is not right.
        ProgramRun found = await EvaluateAsync(WithFile(tar, "val.txt", "b.png 5\na.png 3\nc.png 0\n"));
        ProgramRun given = await EvaluateAsync(tar, "--ground-truth", _folder.Write("other.txt", "a.png 3\nb.png 0\n"));

        found.Output.Should().StartWith("resnet20-cifar10 on val.tar", found.Error).And.MatchRegex(@"top-1 +100\.00 % +\(2 correct");
        given.Output.Should().MatchRegex(@"top-1 +50\.00 % +\(1 correct", given.Error);
    }

    [Fact]
    public async Task NoImageCanBeRead_IsAFailure_AndNoAccuracy()
    {
        _folder.Write("cat/a.png", "not an image");
        _folder.Write("dog/b.png", "not an image");
        string json = _folder["report", "x.json"];

        ProgramRun run = await ToolProcess.RunAsync("evaluate", _folder.FullPath, "--json", json);

        string name = Path.GetFileName(_folder.FullPath);
        run.ExitCode.Should().Be(Unusable);
        run.Output.Should().BeEmpty();
        run.Error.Should().Contain($"No image of '{name}' could be read, so that there is no accuracy.")
            .And.Contain("'cat/a.png' and 1 other failed: text that begins with 'not an image'")
            .And.NotContain(" top-1");
        File.Exists(json).Should().BeFalse();
    }

    [UnixFact]
    public async Task UnreadableNames_AreFailedImagesWithTheReason()
    {
        string folder = Path.GetDirectoryName(_folder["cat", "x"])!;
        string image = Path.Combine(TestFolders.SampleImages, "cat.png");
        File.Copy(image, Path.Combine(folder, "a.png"));
        File.CreateSymbolicLink(Path.Combine(folder, "dangling.png"), "gone.png");
        ProgramRun copy = await ProgramRun.OfAsync(new ProcessStartInfo("bash", ["-c", $"cp '{image}' '{folder}'/$'bad\\xff.png'"]));
        copy.ExitCode.Should().Be(Success, copy.Error);

        ProgramRun run = await ToolProcess.RunAsync("evaluate", _folder.FullPath);

        // .NET cannot delete the file with its name.
        await ProgramRun.OfAsync(new ProcessStartInfo("bash", ["-c", $"rm '{folder}'/bad*"]));
        run.ExitCode.Should().Be(SomeImagesFailed, run.Error);
        run.Output.Should().Contain("1 image of 1 class").And.Contain("2 more failed")
            .And.Contain("It is a link to 'gone.png', which does not exist.").And.Contain("The name is not valid UTF-8");
    }

    [Fact]
    public async Task Limit_TakesFewerImages()
    {
        ProgramRun run = await EvaluateAsync("--limit", "3");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("3 images of 3 classes").And.Contain("(3 of 10)");
    }

    [Fact]
    public async Task DatasetThatDoesNotFit_IsRefusedBeforeTheModelRuns()
    {
        string zip = MakeZip(("zebra/1.png", "cat.png"), ("cat/1.png", "cat.png"), ("stray.png", "cat.png"));

        ProgramRun run = await EvaluateAsync(zip, "--report", _folder["out.md"]);

        run.ShouldBeUnusable().Should().ContainAll("'zebra'", "'stray.png'", "CIFAR-10");
        File.Exists(_folder["out.md"]).Should().BeFalse();
    }

    [Theory]
    [InlineData("no-such-folder", "no-such-folder")]
    [InlineData("--limit 0", "'0'")]
    [InlineData("--modle", "'--modle'")]
    [InlineData("--model resnet51", "resnet51")]
    [InlineData("--against resnet51", "resnet51")]
    [InlineData("--report /no/such/folder/out.md", "no")]
    [InlineData("--ground-truth missing.txt", "--ground-truth: 'missing.txt' does not exist")]
    [InlineData("--synset-map .", "--synset-map: '.' is a folder. Name meta.mat or map_clsloc.txt.")]
    [InlineData(
        "--mean 0.5,-0.4,0.5", "--mean 0.5,-0.4,0.5 has a value outside of the pixels: the profile 'Cifar10' has pixels from 0 to 1")]
    [InlineData("--mean 0.5,NaN,0.5", "--mean requires three numbers")]
    [InlineData(
        "--mean 123.675,116.28,103.53",
        "is on the scale from 0 to 255, but the profile 'Cifar10' has pixels from 0 to 1. On that scale, it is --mean 0.485,0.456,0.406.")]
    [InlineData("--mean 500,1,1", "--mean 500,1,1 has a value outside of the pixels")]
    [InlineData("--std 0.5,0,0.5", "--std 0.5,0,0.5 has a value that is not greater than 0")]
    [InlineData("--std 51,51,51", "On that scale, it is --std 0.2,0.2,0.2.")]
    [InlineData("--profile Caffe2 --size 32 --mean 0.4,0.4,0.4", "from 0 to 255. On that scale, it is --mean 102,102,102.")]
    [InlineData("--profile Keras --size 32 --std 0.2,0.2,0.2", "from 0 to 255. On that scale, it is --std 51,51,51.")]
    [InlineData("--size 48", "crops them to 48x48. Set the size of the input with --size.")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await EvaluateAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    private static Task<ProgramRun> EvaluateAsync(params string[] arguments) => ToolProcess.RunAsync("evaluate", arguments);

    private string WithFile(string path, string name, string text)
    {
        _folder.Write(name, text);
        return path;
    }

    /// <param name="entries">Names and the sample image that each contains; null for an invalid image.</param>
    private string MakeZip(params (string Name, string? Image)[] entries)
    {
        string path = _folder["data.zip"];
        using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, string? image) in entries)
        {
            using Stream stream = archive.CreateEntry(name).Open();
            stream.Write(image is null ? "nothing"u8 : File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, image)));
        }

        return path;
    }
}
