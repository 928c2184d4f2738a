using System.IO.Compression;
using System.Text.Json;

namespace ResNet.Net.Tool.Tests;

public sealed partial class ClassifyTests : IDisposable
{
    private const int Success = 0, SomeImagesFailed = 1;

    private static readonly string EmbeddedModelFile
        = Path.Combine(TestFolders.Repository, "src", "ResNet.Net", "Models", "resnet20-cifar10.onnx");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_PrintsATableOfTheSampleImages()
    {
        ProgramRun run = await ClassifyAsync();

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Output.Should().NotContain("\u001b", "redirected output has no colors");
        run.Lines[0].Should().StartWith("resnet20-cifar10 knows 10 classes (CIFAR-10)");
        foreach (SampleImage image in SampleImage.All)
        {
            string row = run.Lines.Single(l => l.Contains($"/{image.FileName} ") || l.Contains($"\\{image.FileName} "));
            row.Should().MatchRegex($@"│ {image.Label} +█+░* +\d+\.\d% │ +\d+\.\d │$");
        }
    }

    [Fact]
    public async Task Json_HasOneObjectPerLineWithExactNames()
    {
        ProgramRun run = await ClassifyAsync(TestFolders.SampleImages, "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Lines.Should().HaveCount(SampleImage.All.Count);
        foreach (JsonElement line in run.Lines.Select(Parse))
        {
            Names(line).Should().Equal("file", "model", "predictions", "milliseconds");
            line.GetProperty("model").GetString().Should().Be("resnet20-cifar10");
            Names(line.GetProperty("milliseconds")).Should().Equal("decode", "preprocess", "inference");
            line.GetProperty("milliseconds").EnumerateObject().Should().OnlyContain(p => p.Value.GetDouble() >= 0);

            JsonElement[] predictions = [.. line.GetProperty("predictions").EnumerateArray()];
            predictions.Should().HaveCount(5);
            predictions.Should().OnlyContain(p => Names(p).SequenceEqual(new[] { "classIndex", "synsetId", "label", "probability" }));
            predictions.Should().OnlyContain(p => p.GetProperty("synsetId").ValueKind == JsonValueKind.Null);
            predictions
                .Should().OnlyContain(p => p.GetProperty("label").GetString() == LabelSet.Cifar10[p.GetProperty("classIndex").GetInt32()]);
            predictions.Select(p => p.GetProperty("probability").GetSingle()).Should().BeInDescendingOrder();

            string file = line.GetProperty("file").GetString()!;
            File.Exists(file).Should().BeTrue();
            BestLabel(line).Should().Be(SampleImage.All.Single(s => s.FileName == Path.GetFileName(file)).Label);
        }
    }

    [Fact]
    public async Task Json_BadFile_DoesNotFailTheOthers()
    {
        string good
            = Sample("cat.png"), corrupt = Fixture("bad-jpeg-truncated.jpg"), missing = _folder["missing.png"], last = Sample("ship.png");

        ProgramRun run = await ClassifyAsync(corrupt, good, missing, last, "--json");

        run.ExitCode.Should().Be(SomeImagesFailed);
        run.Error.Should().BeEmpty();
        JsonElement[] lines = [.. run.Lines.Select(Parse)];
        lines.Select(l => l.GetProperty("file").GetString()).Should().Equal(corrupt, good, missing, last);
        Names(lines[0]).Should().Equal("file", "error");
        BestLabel(lines[1]).Should().Be("cat");
        Names(lines[2]).Should().Equal("file", "error");
        BestLabel(lines[3]).Should().Be("ship");
        lines[0].GetProperty("error").GetString().Should().NotBeEmpty().And.NotContain(corrupt, "the line has the file's name already");
    }

    [Fact]
    public async Task Table_BadFile_HasARowWithItsError()
    {
        File.Copy(Fixture("bad-html.jpg"), _folder["bad.jpg"]);

        ProgramRun run = await ClassifyAsync(_folder["bad.jpg"], Sample("cat.png"));

        run.ExitCode.Should().Be(SomeImagesFailed);
        run.Lines.Single(l => l.Contains("bad.jpg")).Should().Contain("HTML or XML text");
        run.Lines.Single(l => l.Contains("cat.png")).Should().MatchRegex("│ cat +█");
        run.Output.Should().Contain("1 classified, 1 failed.");
    }

    [Fact]
    public async Task Folder_GivesItsImagesInOrderWithSubfolders()
    {
        string[] expected = [_folder["B.JPEG"], _folder["a.png"], _folder["z", "1.png"], _folder["z", "y", "2.png"]];
        foreach (string path in expected)
        {
            File.Copy(Sample("dog.png"), path);
        }

        File.WriteAllText(_folder["notes.txt"], "not an image");

        ProgramRun run = await ClassifyAsync(Path.GetDirectoryName(expected[0])!, "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Select(l => Parse(l).GetProperty("file").GetString()).Should().Equal(expected);
    }

    [Fact]
    public async Task Folder_WithoutImages_SaysSo()
    {
        string folder = Path.GetDirectoryName(_folder["nothing", "x"])!;

        ProgramRun run = await ClassifyAsync(folder);

        run.ShouldBeUnusable().Should().StartWith("No images").And.Contain(folder);
    }

    [Fact]
    public async Task TenCrop_AveragesTenCrops()
    {
        string image = Sample("robin.png");
        using ResNetClassifier center = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetClassifier ten
            = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Crops = CropSampling.TenCrop });
        float[] expected = [.. ten.Classify(image).Predictions.Select(p => p.Probability)];

        ProgramRun run = await ClassifyAsync(image, "--ten-crop", "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        float[] actual =
        [
            .. Parse(run.Lines.Single()).GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("probability").GetSingle()),
        ];
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Should().OnlyContain(difference => difference < 1e-5);
        actual[0].Should().NotBe(center.Classify(image).Best.Probability);
    }

    [Fact]
    public async Task Top_GivesAsManyPredictions()
    {
        ProgramRun json = await ClassifyAsync(Sample("frog.png"), "--top", "3", "--json");
        ProgramRun table = await ClassifyAsync(Sample("frog.png"), "--top", "3");

        json.ExitCode.Should().Be(Success, json.Error);
        Parse(json.Lines.Single()).GetProperty("predictions").GetArrayLength().Should().Be(3);
        table.ExitCode.Should().Be(Success, table.Error);
        table.Lines.Count(l => l.Contains('%')).Should().Be(3);
    }

    [Theory]
    [InlineData("[red]x.png")]
    [InlineData("[bold.png")]
    [InlineData("a b/[/]  c.png")]
    [InlineData("@cat.png")]
    [InlineData("Größe 写真 🐈.png")]
    public async Task FileName_Survives(string name)
    {
        string path = _folder[name.Split('/')];
        File.Copy(Sample("cat.png"), path);

        ProgramRun json = await ClassifyAsync(path, "--json");
        ProgramRun table = await ClassifyAsync(path);

        json.ExitCode.Should().Be(Success, json.Error);
        Parse(json.Lines.Single()).GetProperty("file").GetString().Should().Be(path);
        table.ExitCode.Should().Be(Success, table.Error);
        table.Lines.Single(l => l.Contains(Path.GetFileName(path))).Should().MatchRegex("│ cat +█");
    }

    [Theory]
    [InlineData("--mean 1,2", "'1,2'")]
    [InlineData("--mean 0.5,0.5,red", "'0.5,0.5,red'")]
    [InlineData("--mean", "--mean")]
    [InlineData("--std 0,1,1", "--std 0,1,1 has a value that is not greater than 0")]
    [InlineData("--size 0", "'0'")]
    [InlineData("--size 32x", "'32x'")]
    [InlineData("--size 64", "64")]
    [InlineData("--top 0", "'0'")]
    [InlineData("--top many", "'many'")]
    [InlineData("--profile vgg", "'vgg'")]
    [InlineData("--modle x", "'--modle'")]
    [InlineData("--labels missing.txt", "--labels")]
    [InlineData("--model missing.onnx", "missing.onnx")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await ClassifyAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    [SharedFact]
    public async Task Json_EqualsTheLibrary_On200RealImages()
    {
        const int ImagesPerClass = 20;
        using (ZipArchive zip = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "cifar10-test.zip")))
        {
            foreach (ZipArchiveEntry entry in zip.Entries.GroupBy(e => e.FullName.Split('/')[0]).SelectMany(g => g.Take(ImagesPerClass)))
            {
                entry.ExtractToFile(_folder[entry.FullName.Split('/')]);
            }
        }

        ProgramRun run = await ClassifyAsync(Path.GetDirectoryName(_folder["x"])!, "--json");

        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        ShouldMatch(run, classifier, "resnet20-cifar10");
        run.Lines.Should().HaveCount(10 * ImagesPerClass);
        int right = run.Lines.Select(Parse).Count(
            l => BestLabel(l) == Path.GetFileName(Path.GetDirectoryName(l.GetProperty("file").GetString())));
        right.Should().BeGreaterThan(run.Lines.Length * 80 / 100);
    }

    private static Task<ProgramRun> ClassifyAsync(params string[] arguments) => ToolProcess.RunAsync("classify", arguments);

    /// <summary>Every line has the library's classes and probabilities for its file.</summary>
    private static void ShouldMatch(ProgramRun run, ResNetClassifier classifier, string modelName)
    {
        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Should().NotBeEmpty();
        foreach (JsonElement line in run.Lines.Select(Parse))
        {
            line.GetProperty("model").GetString().Should().Be(modelName);
            JsonElement[] predictions = [.. line.GetProperty("predictions").EnumerateArray()];
            IReadOnlyList<Prediction> expected = classifier.Classify(line.GetProperty("file").GetString()!, predictions.Length).Predictions;
            predictions.Select(p => p.GetProperty("label").GetString()).Should().Equal(expected.Select(p => p.Label));

            // Two runs on one machine differ slightly, since threads share the work differently.
            predictions.Select(p => p.GetProperty("probability").GetSingle())
                .Should().Equal(expected.Select(p => p.Probability), (a, b) => Math.Abs(a - b) < 1e-5f);
        }
    }

    private static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    private static string? BestLabel(JsonElement line) => line.GetProperty("predictions")[0].GetProperty("label").GetString();

    private static string Sample(string name) => Path.Combine(TestFolders.SampleImages, name);

    private static string Fixture(string name) => Path.Combine(TestFolders.Fixtures, "images", name);
}
