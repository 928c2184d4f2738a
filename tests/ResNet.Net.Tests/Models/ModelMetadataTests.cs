using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

public class ModelMetadataTests
{
    private static readonly LabelSet Colors = new("colors", ["red", "grün", "\"blue\" 😀"]);

    [Fact]
    public void Create_MetadataOfTheFile_IsUsed()
    {
        PreprocessingProfile profile = TestProfiles.Plain with { Name = "of the file" };
        OnnxModel model = Model();
        new ModelMetadata { Labels = Colors, Profile = profile, OutputKind = OutputKind.IndependentProbabilities }.WriteTo(model);
        using TemporaryFolder folder = new();
        string path = folder.Write("colors.onnx", model.ToArray());

        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(path));

        LabelSetFormatTests.Labels(classifier.Labels).Should().Equal("red", "grün", "\"blue\" 😀");
        (classifier.Profile, classifier.OutputKind).Should().Be((profile, OutputKind.IndependentProbabilities));
        ModelMetadata.Load(path).Profile.Should().Be(profile);
    }

    [Fact]
    public void Create_DefinitionAndOptions_TakePrecedence()
    {
        OnnxModel model = Model();
        new ModelMetadata { Labels = Colors, Profile = PreprocessingProfile.Caffe2, OutputKind = OutputKind.Probabilities }.WriteTo(model);
        model.SetMetadata(ModelMetadata.LabelsKey, "damaged");
        model.SetMetadata(ModelMetadata.ProfileKey, "damaged");
        model.SetMetadata(ModelMetadata.OutputKindKey, "damaged");
        ModelDefinition definition = new(model.ToArray())
        {
            Labels = new LabelSet("own", ["a", "b", "c"]),
            Profile = PreprocessingProfile.Mxnet,
            OutputKind = OutputKind.Logits,
        };

        using ResNetClassifier classifier = ResNetClassifier.Create(
            definition, new ResNetClassifierOptions { Profile = TestProfiles.Plain });

        (classifier.Labels.Name, classifier.Profile, classifier.OutputKind).Should().Be(("own", TestProfiles.Plain, OutputKind.Logits));
    }

    [Fact]
    public void Create_WrongNumberOfLabels_ThrowsWithCountsSourceAndLabels()
    {
        using TemporaryFolder folder = new();
        OnnxModel model = Model();
        new ModelMetadata { Labels = new LabelSet("five", ["a", "b", "c", "d", "e"]) }.WriteTo(model);
        string path = folder.Write("colors.onnx", model.ToArray());
        string labels = folder.Write("labels.txt", "red\ngreen\n");

        Creating(new ModelDefinition(path)).Should().Throw<ResNetException>()
            .WithMessage("*'colors.onnx' has 3 classes*'resnet_net.labels' of 'colors.onnx'*has 5 labels: 'a', 'b', 'c', ...*");
        Creating(new ModelDefinition(path) { Labels = LabelSet.Load(labels) }).Should().Throw<ResNetException>()
            .WithMessage($"*3 classes*'{labels}' has 2 labels: 'red', 'green'.*");
    }

    [Theory]
    [InlineData("{0: 'red', 1: 'grün', 2: 'blue'}", "red", "grün", "blue")]
    [InlineData("[\"red\", 'grün', 'blue']", "red", "grün", "blue")]
    [InlineData("something else", "class 0", "class 1", "class 2")]
    [InlineData("{'a': 'b'}", "class 0", "class 1", "class 2")]
    [InlineData("", "class 0", "class 1", "class 2")]
    public void Create_NamesOfUltralytics_AreUsedIfTheyAreLabels(string names, params string[] expected)
    {
        OnnxModel model = Model();
        model.SetMetadata("names", names);

        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model.ToArray()) { Profile = TestProfiles.Plain });

        LabelSetFormatTests.Labels(classifier.Labels).Should().Equal(expected);
    }

    [Fact]
    public void Create_NamesOfUltralyticsWithAnotherCount_Throws()
    {
        OnnxModel model = Model();
        model.SetMetadata("names", "{0: 'red', 1: 'green'}");

        Creating(new ModelDefinition(model.ToArray())).Should().Throw<ResNetException>().WithMessage("*3 classes*'names'*has 2 labels*");
    }

    [SharedFact]
    public void Create_ReportedUltralyticsModel_HasItsNames()
    {
        string path = Path.Combine(TestFolders.Shared, "reports", "models", "yolo_cls_meta.onnx");

        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(path));

        LabelSetFormatTests.Labels(classifier.Labels).Should().Equal("cat", "dog", "fish", "owl", "rat");
        classifier.Profile.Crop.Should().Be(PreprocessingProfile.Torchvision.WithCrop(64, 64).Crop);
    }

    [Fact]
    public void WriteTo_Metadata_RoundTripsAndKeepsOtherProperties()
    {
        OnnxModel model = Model();
        model.SetMetadata("author", "somebody");
        ModelMetadata written = new()
        {
            Labels = LabelSet.ImageNet,
            Profile = PreprocessingProfile.Caffe2,
            OutputKind = OutputKind.Probabilities,
        };

        written.WriteTo(model);
        OnnxModel read = OnnxModel.Parse(model.ToArray());
        ModelMetadata metadata = ModelMetadata.Read(read);

        LabelSetFormatTests.Labels(metadata.Labels!).Should().Equal(LabelSetFormatTests.Labels(LabelSet.ImageNet));
        Enumerable.Range(0, 1000).Select(metadata.Labels!.GetSynsetId).Should()
            .Equal(Enumerable.Range(0, 1000).Select(LabelSet.ImageNet.GetSynsetId));
        (metadata.Profile, metadata.OutputKind).Should().Be((PreprocessingProfile.Caffe2, OutputKind.Probabilities));
        (metadata with { Labels = null, Profile = null, OutputKind = null }).WriteTo(read);
        read.Metadata.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, string>("author", "somebody"));
    }

    [Fact]
    public void WriteTo_SomeSynsetIds_RoundTrips()
    {
        OnnxModel model = Model();
        new ModelMetadata { Labels = new LabelSet("some", ["tench", "cat", "n01443537"], ["n01440764", null, null]) }.WriteTo(model);

        LabelSet labels = ModelMetadata.Read(model).Labels!;

        Enumerable.Range(0, 3).Select(i => (labels.GetSynsetId(i), labels[i])).Should()
            .Equal(("n01440764", "tench"), (null, "cat"), (null, "n01443537"));
    }

    [Theory]
    [InlineData(ModelMetadata.LabelsKey, "[\"a\" \"b\"]", "*'resnet_net.labels' of *line 1*")]
    [InlineData(ModelMetadata.ProfileKey, "{}", "*'resnet_net.profile' of *'version'*")]
    [InlineData(ModelMetadata.OutputKindKey, "1", "*'resnet_net.output_kind' of *'1'*Logits, Probabilities*")]
    [InlineData(ModelMetadata.OutputKindKey, "logits", "*'logits'*none of*")]
    [InlineData(ModelMetadata.UnknownThresholdKey, "1.5", "*'resnet_net.unknown_threshold' of *'1.5'*not a number from 0 to 1*")]
    [InlineData(ModelMetadata.UnknownThresholdKey, "0,5", "*'0,5'*not a number from 0 to 1*")]
    [InlineData(ModelMetadata.UnknownThresholdKey, "NaN", "*'NaN'*not a number from 0 to 1*")]
    public void Create_InvalidProperty_ThrowsWithItsKey(string key, string value, string message)
    {
        OnnxModel model = Model();
        model.SetMetadata(key, value);

        Creating(new ModelDefinition(model.ToArray())).Should().Throw<ResNetException>().WithMessage(message);
    }

    [Fact]
    public void Load_UnreadableFile_Throws()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("damaged.onnx", [1, 2, 3]);

        ((Action)(() => ModelMetadata.Load(path))).Should().Throw<OnnxModelException>();
        ((Action)(() => ModelMetadata.Load(folder["none.onnx"]))).Should().Throw<FileNotFoundException>();
    }

    private static Action Creating(ModelDefinition model) => () => ResNetClassifier.Create(model).Dispose();

    private static OnnxModel Model()
        => OnnxModel.Parse(OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0, 0, 0, 1], new float[3], [-1, 3, 24, 40], softmax: true));
}
