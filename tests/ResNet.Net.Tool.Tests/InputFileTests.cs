namespace ResNet.Net.Tool.Tests;

/// <summary>Inputs that are no regular files, and names that contain control characters.</summary>
public sealed class InputFileTests : IDisposable
{
    private const int Success = 0, SomeImagesFailed = 1;

    private static readonly string EmbeddedModel
        = Path.Combine(TestFolders.Repository, "src", "ResNet.Net", "Models", "resnet20-cifar10.onnx");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Inputs => new()
    {
        { "classify --model {0}", "model" },
        { "classify --model MODEL --labels {0}", "--labels" },
        { "evaluate --against {0}", "model" },
        { "evaluate . --ground-truth {0}", "--ground-truth" },
        { "evaluate --synset-map {0}", "--synset-map" },
        { "search query SAMPLE --index {0}", "--index" },
        { "search query {0} --index MODEL", "<image>" },
        { "serve --settings {0}", "--settings" },
        { "serve {0}", "model" },
        { "models import-caffe2 {0} MODEL --out x.onnx", "<init>" },
        { "models import-caffe2 MODEL {0} --out x.onnx", "<predict>" },
        { "models verify resnet18-v1-7 --golden --archive {0}", "--archive" },
    };

    public static TheoryData<string, string> Datasets => new()
    {
        { "evaluate {0}", "<dataset>" },
        { "quantize --calibration {0}", "--calibration" },
        { "quantize --evaluation {0}", "--evaluation" },
        { "train {0}", "<photos>" },
        { "train . --validation {0}", "--validation" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task Folder_InsteadOfAFile_IsNamed(string command, string option)
        => (await RunAsync(command, Directory.CreateDirectory(_folder["folder.onnx"]).FullName)).ShouldBeUnusable()
            .Should().StartWith($"{option}: '").And.Contain("folder.onnx' is a folder. Name ").And.NotContain("\n");

    [UnixTheory]
    [MemberData(nameof(Inputs))]
    [MemberData(nameof(Datasets))]
    public async Task NamedPipe_InsteadOfAFile_IsRefusedAndNotOpened(string command, string option)
        => (await RunAsync(command, NamedPipe.Create(_folder["pipe.txt"]))).ShouldBeUnusable()
            .Should().StartWith($"{option}: '").And.Contain("is a named pipe, a device or a socket, not a regular file.")
            .And.NotContain("\n");

    [Theory]
    [MemberData(nameof(Inputs))]
    [MemberData(nameof(Datasets))]
    public async Task MissingFile_IsNamed(string command, string option)
        => (await RunAsync(command, _folder["gone.onnx"])).ShouldBeUnusable()
            .Should().StartWith($"{option}: '").And.Contain("gone.onnx' does not exist. Name ").And.NotContain("\n");

    [UnixFact]
    public async Task ControlCharacters_InNames_AreReplacedInText_AndEscapedInJson()
    {
        string image = _folder.Write("in/red\u001b[31m\u0007.png", "not an image");
        string folder = Path.GetDirectoryName(image)!;

        ProgramRun[] texts =
        [
            await ToolProcess.RunAsync("classify", folder),
            await ToolProcess.RunAsync("explain", folder, "--out", _folder["maps"]),
            await ToolProcess.RunAsync("search", "index", folder, "--out", _folder["x.index"]),
            await ToolProcess.RunAsync("classify", "--model", image),
        ];
        ProgramRun json = await ToolProcess.RunAsync("classify", folder, "--json");

        foreach (ProgramRun text in texts)
        {
            (text.Output + text.Error).Should().Contain("red?[31m?.png").And.NotContain("\u001b").And.NotContain("\u0007");
        }

        json.ExitCode.Should().Be(SomeImagesFailed, json.Error);
        json.Output.Should().Contain("red\\u001B[31m\\u0007.png");
    }

    [Fact]
    public async Task ControlCharacters_InLabels_AreReplacedInText()
    {
        // A label of a file that is downloaded is untrusted.
        byte[] bytes = new OnnxModelBuilder().Input("image", [-1, 3, 8, 8]).Output("scores", [-1, 2])
            .Initializer("weights", [2, 3], [1, 0, 0, 0, 0, 1]).Initializer("bias", [2], [0, 0])
            .Node("GlobalAveragePool", ["image"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1))
            .Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1))
            .Metadata(ModelMetadata.LabelsKey, """["a\u001b]0;title\u0007","b\u009b2J"]""").Build();
        string model = _folder.Write("labels.onnx", bytes);

        ProgramRun run = await ToolProcess.RunAsync("explain", TestFolders.SampleImages, "--out", _folder["maps"], "--model", model);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().MatchRegex("a\\?]0;title\\? |b\\?2J ").And.NotContainAny("\u001b", "\u0007", "\u009b");
    }

    [UnixFact]
    public async Task Batch_ToAPipe_KeepsTheBytesOfNames()
    {
        string image = _folder.Write("in/red\u001b[31m.png", "not an image");

        ProgramRun run = await ToolProcess.RunAsync("batch", Path.GetDirectoryName(image)!);

        run.Lines[1].Should().StartWith("red\u001b[31m.png,", "CSV is for programs");
    }

    private static Task<ProgramRun> RunAsync(string command, string path)
    {
        string[] words =
        [
            .. command.Split(' ').Select(w => w switch
            {
                "{0}" => path,
                "MODEL" => EmbeddedModel,
                "SAMPLE" => Path.Combine(TestFolders.SampleImages, "cat.png"),
                _ => w,
            }),
        ];
        return ToolProcess.RunAsync(words[0], words[1..]);
    }
}
