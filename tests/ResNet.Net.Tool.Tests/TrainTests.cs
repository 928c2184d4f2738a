using System.Text.Json;
using System.Xml.Linq;

namespace ResNet.Net.Tool.Tests;

public sealed class TrainTests : IDisposable
{
    private const int Success = 0, SomeFailed = 1, Unusable = 2, Canceled = 130;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_TrainsOnDrawnShapes()
    {
        ProgramRun run = await ToolProcess.RunAsync("train");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().ContainAll("drawn shapes", "resnet20-cifar10 with 4 classes", "top-1", "│ Training image")
            .And.NotContain("\u001b");
    }

    [Fact]
    public async Task Photos_EveryOutput_IsWritten()
    {
        WritePhotos();
        File.WriteAllText(_folder["photos", "cat", "broken.png"], "not an image");

        string[] outputs =
        [
            "--out", _folder["mine.onnx"], "--report", _folder["mine.md"], "--json", _folder["mine.json"],
            "--plot", _folder["mine.svg"], "--contact-sheet", _folder["check.html"], "--cache", _folder["cache"],
        ];
        ProgramRun run = await ToolProcess.RunAsync("train", [_folder["photos"], .. outputs, "--augmentation", "flips"]);

        run.ExitCode.Should().Be(SomeFailed, run.Error);
        run.Output.Should().ContainAll("2 classes, 21 training images", "broken.png", $"Saved to {_folder["mine.onnx"]}");
        File.ReadAllText(_folder["mine.md"]).Should().StartWith("# resnet20-cifar10 with 2 classes");
        JsonDocument.Parse(File.ReadAllText(_folder["mine.json"])).RootElement.GetProperty("classes").GetArrayLength().Should().Be(2);
        XElement.Load(_folder["mine.svg"]).Name.LocalName.Should().Be("svg");
        File.ReadAllText(_folder["check.html"]).Should().Contain("<h1>Images to check</h1>").And.NotContain("http");
        Directory.EnumerateFiles(_folder["cache"], "*", SearchOption.AllDirectories).Should().NotBeEmpty();

        ProgramRun classified = await ToolProcess.RunAsync(
            "classify", _folder["photos", "car", "3.png"], "--model", _folder["mine.onnx"], "--json", "--top", "1");
        classified.Output.Should().Contain("\"label\":\"car\"");
    }

    [Fact]
    public async Task CtrlC_LeavesTheExistingFile()
    {
        string model = _folder.Write("mine.onnx", "an older model");

        ProgramRun run = await ToolProcess.StopAsync(
            "train", ToolProcess.Interrupt, error => error.Contains("Features: ", StringComparison.Ordinal), "--out", model);

        run.ExitCode.Should().Be(Canceled);
        run.Error.Should().Contain("Canceled. Nothing was written; cached features are kept.");
        File.ReadAllText(model).Should().Be("an older model");
        Directory.GetFiles(_folder.FullPath).Should().Equal(model);
    }

    [Fact]
    public async Task OneClass_IsRejectedBeforeTraining()
    {
        File.Copy(Path.Combine(TestFolders.SampleImages, "cat.png"), _folder["photos", "cat", "1.png"]);

        ProgramRun run = await ToolProcess.RunAsync("train", _folder["photos"], "--no-cache");

        run.ExitCode.Should().Be(Unusable);
        run.Error.Should().Contain("class");
    }

    [Theory]
    [InlineData("nowhere", "'nowhere' does not exist")]
    [InlineData("--cache a --no-cache", "exclude each other")]
    [InlineData("--l2 few", "--l2 requires numbers from 0, such as 0.01, not 'few'")]
    [InlineData("--l2 -1", "not '-1'")]
    [InlineData("--hidden 0", "--hidden requires")]
    [InlineData("--optimizer adam", "Lbfgs, Sgd")]
    [InlineData("--out nowhere/mine.onnx", "does not exist. Create it")]
    [InlineData("--outt", "--outt")]
    public async Task UnusableArguments_AreNamedOnStandardError(string arguments, string expected)
    {
        ProgramRun run = await ToolProcess.RunAsync("train", arguments.Split(' '));

        run.ExitCode.Should().Be(Unusable);
        run.Error.Should().Contain(expected);
    }

    [Fact]
    public async Task ValidationOfAnotherClass_IsNamed()
    {
        WritePhotos();
        File.Copy(Path.Combine(TestFolders.SampleImages, "dog.png"), _folder["other", "dog", "1.png"]);

        ProgramRun run = await ToolProcess.RunAsync("train", _folder["photos"], "--validation", _folder["other"]);

        run.ExitCode.Should().Be(Unusable);
        run.Error.Should().ContainAll("its folder 'dog' is not a class", "car; cat");
    }

    // Bytes after the image make different files of the same drawing.
    private void WritePhotos()
    {
        foreach (string label in (string[])["car", "cat"])
        {
            byte[] image = File.ReadAllBytes(Path.Combine(TestFolders.SampleImages, $"{label}.png"));
            for (int i = 0; i < 10; i++)
            {
                File.WriteAllBytes(_folder["photos", label, $"{i}.png"], [.. image, (byte)i]);
            }
        }
    }
}
