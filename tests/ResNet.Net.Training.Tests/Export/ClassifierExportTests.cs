using ResNet.Net.Onnx;

namespace ResNet.Net.Training.Tests;

public class ClassifierExportTests
{
    private static readonly Dictionary<string, string> NoFacts = [];

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(16, false)]
    [InlineData(16, true)]
    public async Task Create_EmbeddedBackbone_GivesTheScoresOfTheHead(int hidden, bool isMultiLabel)
    {
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
        ClassificationHead head = TestData.Head(backbone.Dimension, 7, hidden, isMultiLabel);
        using ResNetClassifier classifier = Load(backbone, head);

        await ShouldGiveTheScoresOf(
            head, ResNetVariant.Cifar10ResNet20, classifier, TestFolders.SampleImagePaths.Select(File.ReadAllBytes));
        classifier.OutputKind.Should().Be(isMultiLabel ? OutputKind.IndependentProbabilities : OutputKind.Probabilities);
        classifier.IsMultiLabel.Should().Be(isMultiLabel);
        TestData.Texts(classifier.Labels).Should().Equal(TestData.Texts(TestData.Labels(7)));
        classifier.Profile.Should().Be(PreprocessingProfile.Cifar10);
        classifier.UnknownThreshold.Should().Be(0.4);
    }

    [SharedFact]
    public async Task Create_RealResNet18_GivesTheScoresOfTheHead()
    {
        byte[][] photos = TestData.Photos(8);
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.ResNet18Backbone, TestData.Raw, default);
        ClassificationHead head = TestData.Head(backbone.Dimension, 10);
        using ResNetClassifier classifier = Load(backbone, head);

        await ShouldGiveTheScoresOf(head, ResNetVariant.ResNet18Backbone, classifier, photos);
        backbone.Graph.Graph.FeedInputs.Single().Shape![0].Value.Should().BeNull("a batch of any size gives the same features");
        using ResNetClassifier batched = Load(backbone, head, new ResNetClassifierOptions { BatchSize = 3 });
        IReadOnlyList<ClassificationOutcome> outcomes = batched.ClassifyBatch([.. photos.Select(p => (InputImage)p)], topK: 10);
        batched.BatchSize.Should().Be(3);
        for (int i = 0; i < photos.Length; i++)
        {
            Classification single = classifier.Classify(photos[i], topK: 10);
            outcomes[i].Value.Predictions.Select(p => p.Label).Should().Equal(single.Predictions.Select(p => p.Label));
            IEnumerable<float> probabilities = outcomes[i].Value.Predictions.Select(p => p.Probability);
            TestData.Distance(probabilities, single.Predictions.Select(p => p.Probability)).Should().BeLessThan(1e-4);
        }
    }

    [Fact]
    public async Task Create_Twice_GivesTheSameBytes()
    {
        byte[][] files = [await Bytes(), await Bytes()];

        files[1].Should().Equal(files[0]);

        static async Task<byte[]> Bytes()
        {
            using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
            Dictionary<string, string> facts = new() { ["b"] = "2", ["a"] = "1" };
            return Create(backbone, TestData.Head(64, 3), facts).ToArray();
        }
    }

    [Fact]
    public async Task Create_Facts_AreInTheMetadata()
    {
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);

        OnnxModel model = Create(backbone, TestData.Head(64, 3), new Dictionary<string, string> { ["training.images"] = "12" });

        model.Metadata.Should().Contain("training.images", "12");
        model.Check().Should().BeEmpty();
        ModelMetadata.Read(model).UnknownThreshold.Should().Be(0.4);
        backbone.Graph.Graph.Outputs.Single().Shape.Should().Equal(OnnxDimension.FromString("N"), OnnxDimension.FromInt64(64));
    }

    [Fact]
    public async Task Create_EmbedderOnTheResult_GivesTheSameFeatures()
    {
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
        using ResNetEmbedder original = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, TestData.Raw);
        byte[] exported = Create(backbone, TestData.Head(64, 3), NoFacts).ToArray();
        using ResNetEmbedder embedder = ResNetEmbedder.Create(new ModelDefinition(exported), TestData.Raw);
        using Backbone again = await Backbone.OpenAsync(new ModelDefinition(exported), TestData.Raw, default);

        foreach (string path in TestFolders.SampleImagePaths)
        {
            TestData.Distance(embedder.Embed(path), original.Embed(path)).Should().BeLessThan(1e-5);
            TestData.Distance(again.Embedder.Embed(path), original.Embed(path)).Should().BeLessThan(1e-5);
        }

        // A classifier can be trained on a trained classifier.
        using ResNetClassifier classifier = Load(again, TestData.Head(64, 5));
        classifier.Labels.Count.Should().Be(5);
    }

    [Fact]
    public async Task Explain_LinearHead_AveragesToTheLogit()
    {
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);
        ClassificationHead head = TestData.Head(64, 4);
        using ResNetClassifier classifier = Load(backbone, head, new ResNetClassifierOptions { ActivationMaps = true });
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, TestData.Raw);

        foreach (string path in TestFolders.SampleImagePaths)
        {
            float[] features = embedder.Embed(path);
            for (int c = 0; c < 4; c++)
            {
                double logit = features.Select((f, i) => (double)f * head.Output.Weights[(c * 64) + i]).Sum();
                classifier.Explain(path, c).Values.ToArray().Average().Should().BeApproximately((float)logit, 1e-3f);
            }
        }
    }

    [Fact]
    public async Task Explain_HiddenLayer_IsRefused()
    {
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);

        ResNetClassifierOptions options = new() { ActivationMaps = true };

        Action create = () => Load(backbone, TestData.Head(64, 4, hidden: 8), options).Dispose();

        create.Should().Throw<InferenceException>().WithMessage("Activation maps cannot be added*Relu*");
    }

    [Theory]
    [InlineData("keras")]
    [InlineData("keras-rescaling")]
    [InlineData("pytorch")]
    [InlineData("hugging-face")]
    [InlineData("ultralytics")]
    public async Task Create_ModelOfOtherTools_PreprocessesAsItsEmbedder(string tool)
    {
        const int Side = 48;
        ModelDefinition definition = new(tool switch
        {
            "keras" => ToolExports.Keras(Side, hasRescaling: false),
            "keras-rescaling" => ToolExports.Keras(Side, hasRescaling: true),
            "pytorch" => ToolExports.PyTorch(Side),
            "hugging-face" => ToolExports.HuggingFace(),
            _ => ToolExports.Ultralytics(Side),
        });
        using Backbone backbone = await Backbone.OpenAsync(definition, TestData.Raw, default);
        using ResNetEmbedder embedder = ResNetEmbedder.Create(definition, TestData.Raw);
        ClassificationHead head = TestData.Head(backbone.Dimension, 6);
        using ResNetClassifier classifier = Load(backbone, head);

        foreach (string path in TestFolders.SampleImagePaths)
        {
            double[] expected = TestData.Probabilities(head, embedder.Embed(path));
            foreach (Prediction prediction in classifier.Classify(path, topK: 6).Predictions)
            {
                ((double)prediction.Probability).Should().BeApproximately(expected[prediction.ClassIndex], 1e-4);
            }
        }
    }

    [Fact]
    public async Task OpenAsync_ModelWithoutFeatures_Throws()
    {
        byte[] model = new OnnxModelBuilder().Input("x", [-1, 3, 8, 8]).Node("Relu", ["x"], ["y"]).Output("y", [-1, 3, 8, 8]).Build();

        Func<Task> open = () => Backbone.OpenAsync(new ModelDefinition(model) { Name = "relu" }, TestData.Raw, default);

        await open.Should().ThrowAsync<TrainingException>().WithMessage("The model 'relu' cannot be a backbone*Relu*");
    }

    [Fact]
    public async Task OpenAsync_TenCrop_Throws()
    {
        Func<Task> open = () => Backbone.OpenAsync(
            ResNetVariant.Cifar10ResNet20, TestData.Raw with { Crops = CropSampling.TenCrop }, default);

        await open.Should().ThrowAsync<ArgumentException>().WithMessage("*TenCrop*Center*");
    }

    [PythonOnnxFact]
    public async Task Create_AnyBackbone_IsAcceptedByTheChecker()
    {
        using TemporaryFolder folder = new();
        List<string> paths = [];
        ResNetVariant[] variants = [ResNetVariant.Cifar10ResNet20, ResNetVariant.Cifar10ResNet20Int8, ResNetVariant.ResNet18Backbone];
        foreach (ResNetVariant variant in variants)
        {
            using Backbone backbone = await Backbone.OpenAsync(variant, TestData.Raw, default);
            foreach ((int hidden, bool isMultiLabel) in new[] { (0, false), (8, true) })
            {
                string path = Path.Combine(folder.FullPath, $"{variant.Id}-{hidden}.onnx");
                Create(backbone, TestData.Head(backbone.Dimension, 3, hidden, isMultiLabel), NoFacts).Save(path);
                paths.Add(path);
            }
        }

        (await OnnxChecker.ComplaintsAsync(paths, full: false)).Should().BeEmpty();
    }

    private static OnnxModel Create(Backbone backbone, ClassificationHead head, IReadOnlyDictionary<string, string> facts)
        => ClassifierExport.Create(backbone.Graph, backbone.Profile, head, TestData.Labels(head.Output.Outputs), 0.4, facts);

    private static ResNetClassifier Load(Backbone backbone, ClassificationHead head, ResNetClassifierOptions? options = null)
        => ResNetClassifier.Create(new ModelDefinition(Create(backbone, head, NoFacts).ToArray()), options);

    /// <summary>Compares with an embedder of the unchanged model, and the head in double precision.</summary>
    private static async Task ShouldGiveTheScoresOf(
        ClassificationHead head, ResNetVariant variant, ResNetClassifier classifier, IEnumerable<byte[]> images)
    {
        using ResNetEmbedder original = await ResNetEmbedder.CreateAsync(variant, TestData.Raw);
        foreach (byte[] image in images)
        {
            double[] expected = TestData.Probabilities(head, original.Embed(image));
            IReadOnlyList<Prediction> predictions = classifier.Classify(image, topK: head.Output.Outputs).Predictions;
            predictions.Should().HaveCount(head.Output.Outputs);
            foreach (Prediction prediction in predictions)
            {
                ((double)prediction.Probability).Should().BeApproximately(expected[prediction.ClassIndex], 1e-4);
            }
        }
    }
}
