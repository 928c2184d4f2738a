using System.IO.Compression;
using System.Text.Json;
using ResNet.Net.Samples.Draw;

namespace ResNet.Net.Samples.Tests;

public sealed class ClassifyTests : IDisposable
{
    private const int Success = 0, SomePicturesFailed = 1;

    private static readonly string EmbeddedModelFile = Path.Combine(TestFolders.Repository, "src", "ResNet.Net", "Internals", "Models", "resnet20-cifar10.onnx");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoArgument_ShowsTheSamplePicturesInATable()
    {
        ProgramRun run = await ClassifyAsync();

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Output.Should().NotContain("\u001b", "redirected output has no colours");
        run.Lines[0].Should().StartWith("resnet20-cifar10 knows 10 classes (CIFAR-10)");
        foreach (Scene scene in SceneCatalog.All)
        {
            string row = run.Lines.Single(l => l.Contains($"/{scene.FileName} ") || l.Contains($"\\{scene.FileName} "));
            row.Should().MatchRegex($@"│ {scene.Label} +█+░* +\d+\.\d% │ +\d+\.\d │$");
        }
    }

    [Fact]
    public async Task Json_IsOneObjectALineWithExactNames()
    {
        ProgramRun run = await ClassifyAsync(TestFolders.SamplePictures, "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Lines.Should().HaveCount(SceneCatalog.All.Count);
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
            predictions.Should().OnlyContain(p => p.GetProperty("label").GetString() == LabelSet.Cifar10[p.GetProperty("classIndex").GetInt32()]);
            predictions.Select(p => p.GetProperty("probability").GetSingle()).Should().BeInDescendingOrder();

            string file = line.GetProperty("file").GetString()!;
            File.Exists(file).Should().BeTrue();
            BestLabel(line).Should().Be(SceneCatalog.All.Single(s => s.FileName == Path.GetFileName(file)).Label);
        }
    }

    [Fact]
    public async Task Json_ABadFileDoesNotCostTheOthersTheirResult()
    {
        string good = Sample("cat.png"), corrupt = Fixture("bad-jpeg-truncated.jpg"), missing = _folder["missing.png"], last = Sample("ship.png");

        ProgramRun run = await ClassifyAsync(corrupt, good, missing, last, "--json");

        run.ExitCode.Should().Be(SomePicturesFailed);
        run.Error.Should().BeEmpty();
        JsonElement[] lines = [.. run.Lines.Select(Parse)];
        lines.Select(l => l.GetProperty("file").GetString()).Should().Equal(corrupt, good, missing, last);
        Names(lines[0]).Should().Equal("file", "error");
        BestLabel(lines[1]).Should().Be("cat");
        Names(lines[2]).Should().Equal("file", "error");
        BestLabel(lines[3]).Should().Be("ship");
        lines[0].GetProperty("error").GetString().Should().NotBeEmpty().And.NotContain(corrupt, "the line has the file already");
    }

    [Fact]
    public async Task Table_ABadFileIsARowWithItsError()
    {
        File.Copy(Fixture("bad-html.jpg"), _folder["bad.jpg"]);

        ProgramRun run = await ClassifyAsync(_folder["bad.jpg"], Sample("cat.png"));

        run.ExitCode.Should().Be(SomePicturesFailed);
        run.Lines.Single(l => l.Contains("bad.jpg")).Should().Contain("HTML or XML text, which the decoder does not");
        run.Lines.Single(l => l.Contains("cat.png")).Should().MatchRegex("│ cat +█");
        run.Output.Should().Contain("1 classified, 1 failed.");
    }

    [Fact]
    public async Task Folder_GivesItsPicturesInOrderWithTheFoldersInside()
    {
        string[] expected = [_folder["B.JPEG"], _folder["a.png"], _folder["z", "1.png"], _folder["z", "y", "2.png"]];
        foreach (string path in expected)
        {
            File.Copy(Sample("dog.png"), path);
        }

        File.WriteAllText(_folder["notes.txt"], "no picture");

        ProgramRun run = await ClassifyAsync(Path.GetDirectoryName(expected[0])!, "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Select(l => Parse(l).GetProperty("file").GetString()).Should().Equal(expected);
    }

    [Fact]
    public async Task Folder_WithoutPictures_SaysSo()
    {
        string folder = Path.GetDirectoryName(_folder["nothing", "x"])!;

        ProgramRun run = await ClassifyAsync(folder);

        run.ShouldBeUnusable().Should().StartWith("No pictures").And.Contain(folder);
    }

    [Fact]
    public async Task TenCrop_GivesTheMeanOverTenCrops()
    {
        string picture = Sample("robin.png");
        using ResNetClassifier centre = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetClassifier ten = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Crops = CropSampling.TenCrop });
        float[] expected = [.. ten.Classify(picture).Predictions.Select(p => p.Probability)];

        ProgramRun run = await ClassifyAsync(picture, "--ten-crop", "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        float[] actual = [.. Parse(run.Lines.Single()).GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("probability").GetSingle())];
        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Should().OnlyContain(difference => difference < 1e-5);
        actual[0].Should().NotBe(centre.Classify(picture).Best.Probability);
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

    [Fact]
    public async Task ModelFile_DescribedLikeTheBuiltInModel_GivesItsProbabilities()
    {
        string labels = _folder["labels.txt"];
        File.WriteAllLines(labels, Enumerable.Range(0, 10).Select(i => LabelSet.Cifar10[i]));

        ProgramRun run = await ClassifyAsync(
            TestFolders.SamplePictures, "--json", "--top", "10", "--model", EmbeddedModelFile, "--labels", labels,
            "--profile", "cifar10", "--mean", "0.4914,0.4822,0.4465", "--std", "0.2470,0.2435,0.2616", "--size", "32");

        using ResNetClassifier builtIn = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        ShouldMatch(run, builtIn, "resnet20-cifar10.onnx");
    }

    [Fact]
    public async Task ModelFile_WithSizeMeanAndStd_IsPreparedAsTorchvisionWithThese()
    {
        ProgramRun run = await ClassifyAsync(
            TestFolders.SamplePictures, "--json", "--top", "10", "--model", EmbeddedModelFile,
            "--size", "32x32", "--mean", "0.5,0.4,0.3", "--std", "0.2,0.25,0.3");

        PreprocessingProfile profile = PreprocessingProfile.Torchvision.WithCrop(32, 32) with
        {
            Mean = new ChannelValues(0.5f, 0.4f, 0.3f),
            Std = new ChannelValues(0.2f, 0.25f, 0.3f),
        };
        using ResNetClassifier expected = ResNetClassifier.Create(new ModelDefinition(EmbeddedModelFile) { Profile = profile });
        ShouldMatch(run, expected, "resnet20-cifar10.onnx");
    }

    [Fact]
    public async Task ModelFile_OfAnotherKindAltogether_GivesTheProbabilitiesWorkedOutByHand()
    {
        // Oblong input, other names, three classes, a softmax of its own: the mean of each plane is its class's score.
        string model = _folder.Write("colours.onnx", OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [-1, 3, 24, 40], "rgb:0", "probabilities:0", softmax: true));
        string labels = _folder.Write("colours.txt", "red\ngreen\nblue\n");
        byte[] colour = [204, 51, 102];
        string picture = _folder.Write("colour.png", ColorPng.Encode(90, 70, colour[0], colour[1], colour[2]));

        ProgramRun run = await ClassifyAsync(
            picture, "--json", "--model", model, "--labels", labels, "--mean", "0,0,0", "--std", "1,1,1", "--size", "40x24", "--probabilities");

        run.ExitCode.Should().Be(Success, run.Error);
        JsonElement[] predictions = [.. Parse(run.Lines.Single()).GetProperty("predictions").EnumerateArray()];
        predictions.Select(p => p.GetProperty("label").GetString()).Should().Equal("red", "blue", "green");

        // A second softmax would bring them nearer together than this.
        double sum = colour.Sum(c => Math.Exp(c / 255.0));
        predictions.Should().OnlyContain(p => Math.Abs(p.GetProperty("probability").GetDouble() - (Math.Exp(colour[p.GetProperty("classIndex").GetInt32()] / 255.0) / sum)) < 1e-4);
    }

    [Fact]
    public async Task UnknownModel_IsNamedInTheMessage()
    {
        ProgramRun run = await ClassifyAsync("--model", "resnet51-v9");

        string message = run.ShouldBeUnusable();
        message.Should().Contain("resnet51-v9").And.Contain("resnet50-v1-7", "it lists those that there are");
        message.Split('\n').Should().ContainSingle();
    }

    [Fact]
    public async Task ZooModel_WithoutItsFile_SaysHowToGetIt()
    {
        ProgramRun run = await ClassifyAsync("--model", "resnet50-v1-7");

        run.ShouldBeUnusable().Should().Contain("resnet50-v1-7.onnx").And.Contain("https://").And.Contain("RESNET_NET_MODELS").And.Contain("--models-folder");
    }

    [Fact]
    public async Task ZooModel_MissingInTheFolderGiven_SaysWhereItWasLookedFor()
    {
        string folder = Path.GetDirectoryName(_folder["models", "x"])!;

        ProgramRun run = await ClassifyAsync("--model", "resnet50-v1-7", "--models-folder", folder);

        run.ShouldBeUnusable().Should().Contain(Path.Combine(folder, "resnet50-v1-7.onnx"));
    }

    [Theory]
    [InlineData("--mean 1,2", "'1,2'")]
    [InlineData("--mean 0.5,0.5,red", "'0.5,0.5,red'")]
    [InlineData("--mean", "--mean")]
    [InlineData("--std 0,1,1", "standard deviation 0")]
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

    [Fact]
    public async Task LabelsFile_WithTooFewLabels_SaysSo()
    {
        string labels = _folder["labels.txt"];
        File.WriteAllLines(labels, ["cat", "dog"]);

        ProgramRun run = await ClassifyAsync("--model", EmbeddedModelFile, "--labels", labels);

        run.ShouldBeUnusable().Should().Contain("labels.txt").And.Contain("2 labels");
    }

    [SharedFact]
    public async Task Json_SaysWhatTheLibrarySays_On200RealPictures()
    {
        const int PicturesPerClass = 20;
        using (ZipArchive zip = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "cifar10-test.zip")))
        {
            foreach (ZipArchiveEntry entry in zip.Entries.GroupBy(e => e.FullName.Split('/')[0]).SelectMany(g => g.Take(PicturesPerClass)))
            {
                entry.ExtractToFile(_folder[entry.FullName.Split('/')]);
            }
        }

        ProgramRun run = await ClassifyAsync(Path.GetDirectoryName(_folder["x"])!, "--json");

        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        ShouldMatch(run, classifier, "resnet20-cifar10");
        run.Lines.Should().HaveCount(10 * PicturesPerClass);
        int right = run.Lines.Select(Parse).Count(l => BestLabel(l) == Path.GetFileName(Path.GetDirectoryName(l.GetProperty("file").GetString())));
        right.Should().BeGreaterThan(run.Lines.Length * 80 / 100);
    }

    private static Task<ProgramRun> ClassifyAsync(params string[] arguments) => SampleProgram.RunAsync("Classify", arguments);

    /// <summary>Every line has the library's own classes and probabilities for its file.</summary>
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

            // The tolerance is that of one machine running one model twice: threads may share the work differently.
            predictions.Select(p => p.GetProperty("probability").GetSingle()).Should().Equal(expected.Select(p => p.Probability), (a, b) => Math.Abs(a - b) < 1e-5f);
        }
    }

    private static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    private static string? BestLabel(JsonElement line) => line.GetProperty("predictions")[0].GetProperty("label").GetString();

    private static string Sample(string name) => Path.Combine(TestFolders.SamplePictures, name);

    private static string Fixture(string name) => Path.Combine(TestFolders.Fixtures, "images", name);
}
