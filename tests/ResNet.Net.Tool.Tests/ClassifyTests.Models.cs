using System.Text.Json;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Tests;

public sealed partial class ClassifyTests
{
    [Fact]
    public async Task ModelFile_DescribedLikeTheEmbeddedModel_GivesItsProbabilities()
    {
        string labels = _folder["labels.txt"];
        File.WriteAllLines(labels, Enumerable.Range(0, 10).Select(i => LabelSet.Cifar10[i]));

        ProgramRun run = await ClassifyAsync(
            TestFolders.SampleImages, "--json", "--top", "10", "--model", EmbeddedModelFile, "--labels", labels,
            "--profile", "cifar10", "--mean", "0.4914,0.4822,0.4465", "--std", "0.2470,0.2435,0.2616", "--size", "32");

        using ResNetClassifier builtIn = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        ShouldMatch(run, builtIn, "resnet20-cifar10.onnx");
    }

    [Fact]
    public async Task ModelFile_WithSizeMeanAndStd_UsesTorchvisionWithThese()
    {
        ProgramRun run = await ClassifyAsync(
            TestFolders.SampleImages, "--json", "--top", "10", "--model", EmbeddedModelFile,
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
    public async Task ModelFile_WithMeanOnly_KeepsTheSizeOfItsInput()
    {
        ProgramRun run = await ClassifyAsync(
            TestFolders.SampleImages, "--json", "--top", "10", "--model", EmbeddedModelFile, "--mean", "0.5,0.4,0.3");

        // The input of the model has 32x32 pixels.
        PreprocessingProfile profile
            = PreprocessingProfile.Torchvision.WithCrop(32, 32) with { Mean = new ChannelValues(0.5f, 0.4f, 0.3f) };
        using ResNetClassifier expected = ResNetClassifier.Create(new ModelDefinition(EmbeddedModelFile) { Profile = profile });
        ShouldMatch(run, expected, "resnet20-cifar10.onnx");
    }

    [Fact]
    public async Task Messages_NameOptionsOfTheTool()
    {
        string bytes = _folder.Write(
            "bytes.onnx", OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0], [0, 0], [-1, 3, 24, 40], softmax: true));

        ProgramRun kind = await ClassifyAsync(TestFolders.SampleImages, "--model", EmbeddedModelFile, "--output-kind", "probabilities");
        ProgramRun size = await ClassifyAsync(TestFolders.SampleImages, "--model", bytes, "--profile", "cifar10");

        kind.Error.Should().Contain("set --output-kind to Logits.").And.NotContain("ModelDefinition");
        size.Error.Should().Contain("expects images of 40x24 pixels").And.Contain("Set the size of the input with --size.")
            .And.NotContain("WithCrop");
    }

    [Fact]
    public async Task ModelFile_OfAnotherKind_GivesTheComputedProbabilities()
    {
        // Rectangular input, other tensor names, three classes, a softmax: the mean of each plane is the score of its class.
        string model = _folder.Write(
            "colors.onnx",
            OnnxModelBuilder.PlaneMeans(
                [1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [-1, 3, 24, 40], "rgb:0", "probabilities:0", softmax: true));
        string labels = _folder.Write("colors.txt", "red\ngreen\nblue\n");
        byte[] color = [204, 51, 102];
        string image = _folder.Write("color.png", PngImage.Solid(90, 70, (color[0], color[1], color[2])));

        ProgramRun run = await ClassifyAsync(
            image, "--json", "--model", model, "--labels", labels,
            "--mean", "0,0,0", "--std", "1,1,1", "--size", "40x24", "--output-kind", "probabilities");

        run.ExitCode.Should().Be(Success, run.Error);
        JsonElement[] predictions = [.. Parse(run.Lines.Single()).GetProperty("predictions").EnumerateArray()];
        predictions.Select(p => p.GetProperty("label").GetString()).Should().Equal("red", "blue", "green");

        // A second softmax would bring them closer together.
        double sum = color.Sum(c => Math.Exp(c / 255.0));
        predictions.Should()
            .OnlyContain(
                p => Math.Abs(
                    p.GetProperty("probability")
                        .GetDouble() - (Math.Exp(color[p.GetProperty("classIndex").GetInt32()] / 255.0) / sum)) < 1e-4);
    }

    [Fact]
    public async Task ModelFile_WithMetadata_NeedsNoOptions()
    {
        OnnxModel model = OnnxModel.Load(EmbeddedModelFile);
        using ResNetClassifier builtIn = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        ModelMetadata.Of(builtIn).WriteTo(model);
        string path = _folder["labeled.onnx"];
        model.Save(path);

        ProgramRun run = await ClassifyAsync(TestFolders.SampleImages, "--json", "--top", "10", "--model", path);
        ProgramRun sized = await ClassifyAsync(TestFolders.SampleImages, "--json", "--top", "10", "--model", path, "--size", "32");

        run.Error.Should().BeEmpty();
        ShouldMatch(run, builtIn, "labeled.onnx");
        ShouldMatch(sized, builtIn, "labeled.onnx");
    }

    [Fact]
    public async Task ModelFile_WithTwoOutputs_ClassifiesByTheNamedOne()
    {
        string model = _folder.Write("two.onnx", new OnnxModelBuilder()
            .Input("image", [-1, 3, 24, 40])
            .Node("GlobalAveragePool", ["image"], ["means"])
            .Node("Flatten", ["means"], ["features"], ("axis", 1))
            .Node("Abs", ["features"], ["first"])
            .Node("Neg", ["features"], ["second"])
            .Output("first", [-1, 3])
            .Output("second", [-1, 3])
            .Build());
        string image = _folder.Write("color.png", PngImage.Solid(40, 24, (200, 100, 50)));
        string[] common = [image, "--json", "--model", model, "--size", "40x24", "--mean", "0,0,0", "--std", "1,1,1"];

        ProgramRun unnamed = await ClassifyAsync(common);
        ProgramRun named = await ClassifyAsync([.. common, "--output-name", "second"]);
        ProgramRun declared = await ClassifyAsync([.. common, "--output-name", "first", "--output-kind", "independentprobabilities"]);

        unnamed.ShouldBeUnusable().Should().Contain("'first'").And.Contain("'second'");
        named.ExitCode.Should().Be(Success, named.Error);
        named.Error.Should().Be(
            "Warning: The graph of the model 'two.onnx' does not show what its output contains, and its values do not sum to 1. "
            + "Logits are assumed; "
            + "set --output-kind.\n");
        Best(named).GetProperty("classIndex").GetInt32().Should().Be(2);
        declared.Error.Should().BeEmpty();
        Best(declared).GetProperty("classIndex").GetInt32().Should().Be(0);
        Best(declared).GetProperty("probability").GetDouble().Should().BeApproximately(200 / 255.0, 1e-4);
    }

    [Fact]
    public async Task ModelFile_WithSeveralLabels_IsDescribedAsMultiLabel()
    {
        string model = _folder.Write("labels.onnx", new OnnxModelBuilder()
            .Input("image", [-1, 3, 24, 40])
            .Initializer("weights", [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])
            .Node("GlobalAveragePool", ["image"], ["means"])
            .Node("Flatten", ["means"], ["features"], ("axis", 1))
            .Node("Gemm", ["features", "weights"], ["logits"], ("transB", 1))
            .Node("Sigmoid", ["logits"], ["scores"])
            .Output("scores", [-1, 3])
            .Build());

        ProgramRun run = await ClassifyAsync(TestFolders.SampleImages, "--model", model, "--size", "40x24");

        run.Output.Should().Contain("Several of these classes, or none, can apply to an image.");
    }

    [Theory]
    [InlineData("--labels", "cifar10")]
    [InlineData("--output-name", "scores")]
    [InlineData("--output-kind", "Logits")]
    public async Task OptionOfFiles_WithAVariant_IsRefused(string option, string value)
        => (await ClassifyAsync(option, value)).ShouldBeUnusable().Should().Contain($"{option} is for ONNX files");

    [Fact]
    public async Task OutputKind_Unknown_ListsTheKinds()
        => (await ClassifyAsync("--output-kind", "sigmoid")).ShouldBeUnusable()
            .Should().Contain("--output-kind requires one of Logits, Probabilities, IndependentProbabilities, not 'sigmoid'");

    private static JsonElement Best(ProgramRun run) => Parse(run.Lines.Single()).GetProperty("predictions")[0];

    [Fact]
    public async Task UnknownModel_IsNamedInTheMessage()
    {
        ProgramRun run = await ClassifyAsync("--model", "resnet51-v9");

        string message = run.ShouldBeUnusable();
        message.Should().Contain("resnet51-v9").And.Contain("resnet50-v1-7", "it lists the variants");
        message.Split('\n').Should().ContainSingle();
    }

    [Fact]
    public async Task ZooModel_WithoutItsFile_SaysHowToGetIt()
    {
        ProgramRun run = await ClassifyAsync("--model", "resnet50-v1-7");

        run.ShouldBeUnusable().Should().Contain("resnet50-v1-7.onnx").And.Contain("https://").And.Contain("RESNET_NET_MODELS")
            .And.Contain("--models-folder");
    }

    [Fact]
    public async Task ZooModel_MissingInTheGivenFolder_NamesThePath()
    {
        string folder = Path.GetDirectoryName(_folder["models", "x"])!;

        ProgramRun run = await ClassifyAsync("--model", "resnet50-v1-7", "--models-folder", folder);

        run.ShouldBeUnusable().Should().Contain(Path.Combine(folder, "resnet50-v1-7.onnx"));
    }

    [Fact]
    public async Task LabelsFile_WithTooFewLabels_SaysSo()
    {
        string labels = _folder["labels.txt"];
        File.WriteAllLines(labels, ["cat", "dog"]);

        ProgramRun run = await ClassifyAsync("--model", EmbeddedModelFile, "--labels", labels);

        run.ShouldBeUnusable().Should().Contain("labels.txt").And.Contain("2 labels");
    }
}
