using System.Diagnostics;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

namespace ResNet.Net.Training.Tests;

public sealed class TrainedClassifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string ModelPath => Path.Combine(_folder.FullPath, "mine.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Save_ThenCreate_NeedsNothingElse()
    {
        TrainedClassifier trained = await CreateAsync();

        trained.Save(ModelPath);

        using ResNetClassifier saved = ResNetClassifier.Create(new ModelDefinition(ModelPath));
        using ResNetClassifier inMemory = ResNetClassifier.Create(trained.ToDefinition("mine"));
        inMemory.ModelName.Should().Be("mine");
        TestData.Texts(saved.Labels).Should().Equal(TestData.Texts(trained.Labels));
        saved.UnknownThreshold.Should().Be(trained.UnknownThreshold);
        foreach (string path in TestFolders.SampleImagePaths)
        {
            saved.Classify(path).Predictions.Should().Equal(inMemory.Classify(path).Predictions);
        }

        Directory.GetFiles(_folder.FullPath).Should().Equal(ModelPath);
    }

    [Fact]
    public async Task Save_ExistingFile_IsReplaced()
    {
        File.WriteAllText(ModelPath, "old");
        TrainedClassifier trained = await CreateAsync();

        trained.Save(ModelPath);
        trained.Save(ModelPath);

        File.ReadAllBytes(ModelPath).Should().Equal(trained.ToOnnxModel().ToArray());
    }

    [Fact]
    public async Task Save_MissingFolder_Throws()
    {
        TrainedClassifier trained = await CreateAsync();

        Action save = () => trained.Save(Path.Combine(_folder.FullPath, "missing", "mine.onnx"));

        save.Should().Throw<DirectoryNotFoundException>();
    }

    [Fact]
    public async Task Save_FileSizeLimit_ThrowsAndKeepsTheExistingFile()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The kernel limits files to 500 KB, which is less than the model has.
        File.WriteAllText(ModelPath, "old");
        ProcessStartInfo probe = ProgramRun.Dotnet(typeof(FeatureProbe).Assembly.Location, ["save", ModelPath]);
        const string Script = "trap '' XFSZ; ulimit -f 1000; exec \"$@\"";
        ProcessStartInfo limited = new("sh", ["-c", Script, "sh", probe.FileName, .. probe.ArgumentList]);
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime maps a large file, to which the limit applies too

        ProgramRun run = await ProgramRun.OfAsync(limited);

        run.Output.Trim().Should().Be(nameof(IOException), run.Error);
        File.ReadAllText(ModelPath).Should().Be("old");
        Directory.GetFiles(_folder.FullPath).Should().Equal(ModelPath);
    }

    [Fact]
    public async Task ToOnnxModel_Changed_DoesNotChangeTheClassifier()
    {
        TrainedClassifier trained = await CreateAsync();
        byte[] before = trained.ToDefinition().Model.ToArray();

        OnnxModel copy = trained.ToOnnxModel();
        copy.Graph.Nodes.Clear();
        copy.SetMetadata(ModelMetadata.LabelsKey, null);

        trained.ToDefinition().Model.ToArray().Should().Equal(before);
    }

    [Fact]
    public async Task Save_ManyThreads_WriteTheSameFile()
    {
        TrainedClassifier trained = await CreateAsync();

        Parallel.For(0, 8, i =>
        {
            trained.Save(Path.Combine(_folder.FullPath, $"{i % 4}.onnx"));
            _ = trained.ToOnnxModel();
        });

        byte[] expected = trained.ToDefinition().Model.ToArray();
        Directory.GetFiles(_folder.FullPath).Should().HaveCount(4).And.AllSatisfy(f => File.ReadAllBytes(f).Should().Equal(expected));
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public async Task Quantize_Exported_ClassifiesAlike(QuantizationFormat format)
    {
        TrainedClassifier trained = await CreateAsync();
        CalibrationSet images = CalibrationSet.FromFiles(TestFolders.SampleImagePaths, PreprocessingProfile.Cifar10);

        QuantizationResult result = ResNetQuantizer.Quantize(
            trained.ToOnnxModel(), images, new QuantizationOptions { Format = format, SqnrImages = 0 });

        using ResNetClassifier exact = ResNetClassifier.Create(trained.ToDefinition());
        using ResNetClassifier quantized = ResNetClassifier.Create(
            new ModelDefinition(result.Model.ToArray()), new ResNetClassifierOptions { ActivationMaps = true });
        TestData.Texts(quantized.Labels).Should().Equal(TestData.Texts(trained.Labels));
        quantized.UnknownThreshold.Should().Be(trained.UnknownThreshold);
        foreach (string path in TestFolders.SampleImagePaths)
        {
            Prediction expected = exact.Classify(path).Best;
            quantized.Classify(path).Predictions.First(p => p.ClassIndex == expected.ClassIndex).Probability
                .Should().BeApproximately(expected.Probability, 0.15f);
            quantized.Explain(path).Values.Length.Should().Be(64);
        }
    }

    /// <summary>Creates a classifier that is as good as trained: its head is that of the CIFAR-10 network.</summary>
    internal static async Task<TrainedClassifier> CreateAsync()
    {
        OnnxModel model = await ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20);
        ClassifierHead found = ClassifierHead.Find(model);
        ClassificationHead head = new(null, new DenseLayer(found.Weights.ToArray(), found.Bias.ToArray()), IsMultiLabel: false);
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
        OnnxModel exported = ClassifierExport.Create(
            backbone.Graph, backbone.Profile, head, LabelSet.Cifar10, 0.3, new Dictionary<string, string>());
        return new TrainedClassifier(exported, LabelSet.Cifar10, 0.3, null!);
    }
}
