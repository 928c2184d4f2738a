using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Classifies with small models whose scores follow from a formula: the means of the channels.</summary>
public class CustomModelTests
{
    // The scores are the means of red, green and blue, and 0.25.
    private static readonly float[] Weights = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
    private static readonly float[] Bias = [0, 0, 0, 0.25f];
    private static readonly LabelSet Colors = new("colors", ["red", "green", "blue", "none"]);

    public static TheoryData<bool> FileOrMemory => [true, false];

    [Theory]
    [MemberData(nameof(FileOrMemory))]
    public void Create_CustomNamesSizeAndLabels_Classifies(bool inFile)
    {
        using TemporaryFolder folder = new();
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 24, 40], input: "x:0", output: "out/scores");
        ModelDefinition model = inFile ? new ModelDefinition(folder.Write("colors.onnx", bytes)) : new ModelDefinition(bytes);
        using ResNetClassifier classifier = ResNetClassifier.Create(model with { Labels = Colors, Profile = Plain });

        float[] scores = Scores(classifier, 51, 102, 204);
        Classification result = classifier.Classify(OneColor(51, 102, 204), topK: 4);

        scores.Zip([0.2f, 0.4f, 0.8f, 0.25f], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5f);
        result.Predictions.Select(p => p.Label).Should().Equal("blue", "green", "none", "red");
        double sum = Math.Exp(0.2) + Math.Exp(0.4) + Math.Exp(0.8) + Math.Exp(0.25);
        result.Best.Probability.Should().BeApproximately((float)(Math.Exp(0.8) / sum), 1e-5f);
        result.Best.SynsetId.Should().BeNull();
        classifier.ModelName.Should().Be(inFile ? "colors.onnx" : "model in memory");
        classifier.Variant.Should().BeNull();
        classifier.ExecutionProvider.Should().Be("CPU");
    }

    [Theory]
    [InlineData(false, 97)]
    [InlineData(true, 49)]
    public void Classify_ShrinkOnLoad_UsesTheScaledImage(bool shrinkOnLoad, int width)
    {
        string path = Path.Combine(TestFolders.Fixtures, "images", "jpeg-larger.jpg");
        PreprocessingProfile profile
            = Plain with { Resize = ResizeRule.ShortSide(10), Crop = new CropRule(10, 8), ShrinkOnLoad = shrinkOnLoad };
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 8, 10]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Labels = Colors, Profile = profile });
        using DecodedImage seen = ImageDecoding.Decode(
            ImageDecoding.Default,
            File.ReadAllBytes(path),
            new ImageDecodingOptions(),
            autoOrient: true,
            shrinkOnLoad ? profile.Resize : null);
        seen.Width.Should().Be(width);
        Prediction[] expected = [.. classifier.Classify(seen.Pixels).Predictions];

        classifier.Classify(path).Predictions.Should().Equal(expected);
        classifier.ClassifyBatch([path])[0].Value.Predictions.Should().Equal(expected);
    }

    [Fact]
    public void Create_OutputOfProbabilities_AppliesNoSoftmax()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 24, 40], softmax: true);
        ModelDefinition model = new(bytes) { Profile = Plain, OutputKind = OutputKind.Probabilities };
        using ResNetClassifier classifier = ResNetClassifier.Create(model);

        Classification result = classifier.Classify(OneColor(255, 0, 0), topK: 4);

        result.Best.Probability.Should().BeApproximately((float)(Math.E / (Math.E + 2 + Math.Exp(0.25))), 1e-5f);
        result.Predictions.Sum(p => p.Probability).Should().BeApproximately(1, 1e-5f);
        result.Best.Label.Should().Be("class 0");
    }

    [Theory]
    [InlineData(100, 90, 0)]
    [InlineData(1000, 999, -1000)]
    public void Classify_LargeLogits_GivesFiniteProbabilities(float first, float second, float third)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[9], [first, second, third], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        Classification result = classifier.Classify(OneColor(1, 2, 3), topK: 3);

        double expected = 1 / (1 + Math.Exp(second - first) + Math.Exp(third - first));
        result.Best.Should().Be(new Prediction(0, null, "class 0", result.Best.Probability));
        result.Best.Probability.Should().BeApproximately((float)expected, 1e-6f);
        result.Predictions.Should().OnlyContain(p => float.IsFinite(p.Probability));
    }

    [Fact]
    public void Classify_EqualScores_AreOrderedByClassIndex()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[12], [1, 2, 2, 1], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain });

        classifier.Classify(OneColor(1, 2, 3), topK: 4).Predictions.Select(p => p.ClassIndex).Should().Equal(1, 2, 0, 3);
    }

    [Fact]
    public void Classify_ModelReturnsNaN_Throws()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[6], [float.NaN, 1], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain, Name = "broken" });

        ((Action)(() => classifier.Classify(OneColor(1, 2, 3)))).Should().Throw<ResNetException>().WithMessage("*'broken'*NaN*plain*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ClassifyBatch_FixedBatchSize_EqualsSingleImages(int fixedBatch)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [fixedBatch, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Labels = Colors, Profile = Plain });
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal).Take(5)];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(paths, topK: 4);

        classifier.BatchSize.Should().Be(fixedBatch);
        outcomes.Select(o => o.Value.Best.Probability).Should().Equal(paths.Select(p => classifier.Classify(p, 4).Best.Probability));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(3)]
    public void Classify_TenCrop_IsTheMeanOverCropsAndMirrorImages(int batch)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [batch, 3, 24, 40]);
        ModelDefinition model = new(bytes) { Labels = Colors, Profile = Plain };
        using ResNetClassifier ten = ResNetClassifier.Create(
            model with { Profile = Plain with { Resize = ResizeRule.Squash(60, 31) } },
            new ResNetClassifierOptions { Crops = CropSampling.TenCrop, BatchSize = 4 });
        using ResNetClassifier one = ResNetClassifier.Create(model);
        byte[] pixels = new byte[60 * 31 * 3];
        new Random(4).NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(pixels[i] * (i % 180) / 180); // brighter to the right, so that crops differ
        }

        // Classify each crop, and average the results. Mirror images have the same means.
        double[] expected = new double[4];
        double[] raw = new double[4];
        foreach ((int left, int top) in new[] { (0, 0), (20, 0), (0, 7), (20, 7), (10, 3) })
        {
            float[] scores = new float[4];
            one.GetScores(new PixelView(pixels.AsSpan((top * 180) + (left * 3)), 40, 24, stride: 180), scores);
            double sum = scores.Sum(s => Math.Exp(s));
            for (int i = 0; i < 4; i++)
            {
                expected[i] += Math.Exp(scores[i]) / sum / 5;
                raw[i] += scores[i] / 5;
            }
        }

        float[] actual = new float[4];
        ten.GetScores(new PixelView(pixels, 60, 31), actual);
        Classification result = ten.Classify(new PixelView(pixels, 60, 31), topK: 4);

        actual.Zip(raw, (a, e) => Math.Abs(a - e)).Should().OnlyContain(difference => difference < 1e-5);
        result.Predictions.Should().HaveCount(4).And.OnlyContain(p => Math.Abs(p.Probability - expected[p.ClassIndex]) < 1e-5);
    }

    [Fact]
    public void ClassifyBatch_InputTooLarge_ThrowsWithTheNumbers()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 512, 512], outputShape: [-1, 4]);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(bytes) { Labels = Colors, Profile = Plain.WithCrop(512, 512) },
            new ResNetClassifierOptions { Crops = CropSampling.TenCrop, BatchSize = 1024 });

        Action classify = () => classifier.ClassifyBatch(Directory.GetFiles(TestFolders.SampleImages, "*.png"));

        classify.Should().Throw<ResNetException>().WithMessage("*1024 images of 10 crops of 3x512x512*BatchSize*");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(3)]
    public void ClassifyBatch_TenCrop_EqualsSingleImages(int batch)
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [batch, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(bytes) { Labels = Colors, Profile = Plain with { Resize = ResizeRule.ShortSide(50) } },
            new ResNetClassifierOptions { Crops = CropSampling.TenCrop, BatchSize = 12 });
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];
        paths = [.. paths, .. paths.Take(4)];

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(paths, topK: 4);

        outcomes.Should().HaveCount(14);
        outcomes.Select(o => o.Value.Best.Probability).Should().Equal(paths.Select(p => classifier.Classify(p, 4).Best.Probability));
    }

    [Fact]
    public void Create_OutputShapeUnknown_IsDeterminedByARun()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, -1, -1], outputShape: [-1, -1]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Labels = Colors, Profile = Plain });

        classifier.Classify(OneColor(0, 255, 0)).Best.Label.Should().Be("green");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_WeightsListedAsInputs_AreNotTreatedAsImages(bool activationMaps)
    {
        // Like the zoo's files of opset 7: up to IR version 3, every weight is also an input.
        OnnxModelBuilder model = new() { Opset = 7, IrVersion = 3 };
        model.Input("data", [1, 3, 24, 40]).Input("weights", [4, 3]).Input("bias", [4]).Output("scores", [1, 4]);
        model.Initializer("weights", [4, 3], Weights).Initializer("bias", [4], Bias);
        model.Node("GlobalAveragePool", ["data"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1));
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(model.Build()) { Labels = Colors, Profile = Plain },
            new ResNetClassifierOptions { ActivationMaps = activationMaps });
        using ResNetEmbedder embedder = ResNetEmbedder.Create(
            new ModelDefinition(model.Build()) { Profile = Plain }, new ResNetEmbedderOptions { Normalize = false });

        Scores(classifier, 51, 102, 204)[2].Should().BeApproximately(0.8f, 1e-5f);
        embedder.Embed(OneColor(51, 102, 204)).Should().Equal([0.2f, 0.4f, 0.8f], (a, e) => Math.Abs(a - e) < 1e-5);
    }

    [Fact]
    public void Create_NoProfile_UsesTorchvisionAtTheInputSize()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(Weights, Bias, [-1, 3, 299, 299]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes));

        classifier.Profile.Crop.Should().Be(new CropRule(299, 299, CropRounding.HalfToEven));
        classifier.Profile.Mean.Should().Be(PreprocessingProfile.Torchvision.Mean);
        classifier.Classify(OneColor(255, 255, 0), 2).Predictions.Should().HaveCount(2);
    }

    [Fact]
    public void Create_ReplaceableWeights_AreConstants()
    {
        OnnxModelBuilder model = new();
        model.Input("data", [1, 3, 24, 40]).Input("weights", [4, 3]).Input("bias", [4]).Output("scores", [1, 4]);
        model.Initializer("weights", [4, 3], Weights).Initializer("bias", [4], Bias);
        model.Node("GlobalAveragePool", ["data"], ["means"]).Node("Flatten", ["means"], ["features"], ("axis", 1));
        model.Node("Gemm", ["features", "weights", "bias"], ["scores"], ("transB", 1));
        using ResNetClassifier classifier
            = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Labels = Colors, Profile = Plain });

        Scores(classifier, 51, 102, 204)[2].Should().BeApproximately(0.8f, 1e-5f);
    }

    private static PixelView OneColor(byte red, byte green, byte blue)
        => new(Enumerable.Repeat(new[] { red, green, blue }, 80 * 48).SelectMany(c => c).ToArray(), 80, 48);

    private static float[] Scores(ResNetClassifier classifier, byte red, byte green, byte blue)
    {
        float[] scores = new float[classifier.Labels.Count];
        classifier.GetScores(OneColor(red, green, blue), scores);
        return scores;
    }
}
