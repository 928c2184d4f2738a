using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests;

/// <summary>Runs models that declare a variable batch size, but accept single images only.</summary>
public class SingleRunsTests
{
    private static readonly string[] Paths = [.. TestFolders.SampleImagePaths.Take(5)];

    public static TheoryData<string> Models => ["shape", "output", "matrix"];

    [Theory]
    [MemberData(nameof(Models))]
    public void ClassifyBatch_ModelOfSingleImages_EqualsSingleImagesAndIsLoggedOnce(string model)
    {
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = Create(Build(model), logs);
        Prediction[] expected = [.. Paths.Select(p => classifier.Classify(p).Best)];

        foreach (int count in new[] { 5, 2, 5 })
        {
            classifier.ClassifyBatch(Paths[..count]).Select(o => o.Value.Best).Should().Equal(expected[..count]);
        }

        LogEntry entry = logs.Of("BatchRejected").Should().ContainSingle().Subject;
        (entry.Event.Id, entry.Level, entry.Values["Images"]).Should().Be((112, LogLevel.Warning, 5));
        entry.Exception.Should().BeOfType<InferenceException>();
        classifier.BatchSize.Should().Be(1);
    }

    [Theory]
    [InlineData("shape")]
    [InlineData("matrix")]
    public void Classify_TenCropOfAModelOfSingleImages_IsTheMeanOfTheCrops(string model)
    {
        PreprocessingProfile profile = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.Squash(40, 36) };
        ResNetClassifierOptions options = new() { Crops = CropSampling.TenCrop };
        using ResNetClassifier single = ResNetClassifier.Create(new ModelDefinition(Build(model)) { Profile = profile }, options);
        using ResNetClassifier batch = ResNetClassifier.Create(new ModelDefinition(Build("free")) { Profile = profile }, options);

        foreach (string path in Paths)
        {
            single.Classify(path).Best.Should().Be(batch.Classify(path).Best);
        }

        single.ClassifyBatch(Paths).Select(o => o.Value.Best).Should().Equal(Paths.Select(p => batch.Classify(p).Best));
    }

    [Fact]
    public void ClassifyBatch_FreeBatch_RunsTogether()
    {
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = Create(Build("free"), logs);

        classifier.ClassifyBatch(Paths).Should().HaveCount(5);

        logs.Of("BatchRejected").Should().BeEmpty();
        classifier.BatchSize.Should().Be(8);
    }

    [Fact]
    public void ClassifyBatch_ModelThatFailsOnEveryImage_Throws()
    {
        // The index is out of range for every image.
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = Create(Build("broken"), logs);

        ((Action)(() => classifier.ClassifyBatch(Paths))).Should().Throw<InferenceException>();

        logs.Of("BatchRejected").Should().BeEmpty();
        logs.Of("ModelFailed").Should().ContainSingle();
        classifier.BatchSize.Should().Be(8);
    }

    [Fact]
    public void ClassifyBatch_Concurrently_IsLoggedOnce()
    {
        using RecordingLoggers logs = new();
        using ResNetClassifier classifier = Create(Build("shape"), logs);
        Prediction[] expected = [.. Paths.Select(p => classifier.Classify(p).Best)];

        Parallel.For(0, 8, _ => classifier.ClassifyBatch(Paths).Select(o => o.Value.Best).Should().Equal(expected));

        logs.Of("BatchRejected").Should().ContainSingle();
    }

    [SharedFact]
    public void ClassifyBatch_ReportedModel_EqualsSingleImages()
    {
        using RecordingLoggers logs = new();
        string path = Path.Combine(TestFolders.Shared, "reports", "models", "reshape1.onnx");
        using ResNetClassifier classifier
            = ResNetClassifier.Create(new ModelDefinition(path), new ResNetClassifierOptions { BatchSize = 8, LoggerFactory = logs });
        using ResNetClassifier ten = ResNetClassifier.Create(
            new ModelDefinition(path), new ResNetClassifierOptions { Crops = CropSampling.TenCrop });

        classifier.ClassifyBatch(Paths).Select(o => o.Value.Best).Should().Equal(Paths.Select(p => classifier.Classify(p).Best));
        ten.ClassifyBatch(Paths).Select(o => o.Value.Best).Should().Equal(Paths.Select(p => ten.Classify(p).Best));
        logs.Of("BatchRejected").Should().ContainSingle();
    }

    private static ResNetClassifier Create(byte[] model, RecordingLoggers logs) => ResNetClassifier.Create(
        new ModelDefinition(model) { Profile = PreprocessingProfile.Cifar10 },
        new ResNetClassifierOptions { BatchSize = 8, LoggerFactory = logs });

    private static byte[] Build(string kind)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("image", [-1, 3, 32, 32]).Node("GlobalAveragePool", ["image"], ["means"]);
        long[] shape = kind switch
        {
            "shape" => [1, 3],
            "matrix" => [1, -1],
            _ => [-1, 3],
        };
        model
            .Initializer("shape", [2], 7, [.. shape.SelectMany(BitConverter.GetBytes)])
            .Node("Reshape", ["means", "shape"], ["features"]);
        if (kind == "output")
        {
            // All images in one row.
            model.Initializer("row", [2], 7, [.. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(-1L)]);
            return model.Node("Reshape", ["features", "row"], ["scores"]).Output("scores", [-1, 3]).Build();
        }

        if (kind == "broken")
        {
            model.Initializer("index", [2], 7, [.. BitConverter.GetBytes(5L), .. BitConverter.GetBytes(6L)]);
            return model.Node("Gather", ["features", "index"], ["scores"], ("axis", 1)).Output("scores", [-1, 2]).Build();
        }

        model.Initializer("weights", [3, 3], [1, 2, 3, 4, -5, 6, 7, 8, -9]);
        return model.Node("MatMul", ["features", "weights"], ["scores"]).Output("scores", [-1, 3]).Build();
    }
}
