using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;
using static ResNet.Net.Tests.TestProfiles;

namespace ResNet.Net.Tests;

/// <summary>Tests image embeddings.</summary>
public sealed class ResNetClassifierEmbedTests : IDisposable
{
    private static readonly ResNetClassifierOptions WithFeatures = new() { Outputs = ModelOutputs.Features, BatchSize = 4 };

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, WithFeatures);

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Embed_EmbeddedModel_ReturnsFeatureTensorOfGraph()
    {
        // The reference: a session on the same graph, with the feature tensor added to its outputs.
        OnnxModel model = EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20);
        string name = ResNetVariant.Cifar10ResNet20.FeatureName!;
        model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, null));
        SessionSettings settings = new() { IntraOpThreads = Environment.ProcessorCount };
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), "edited", settings);
        using AlignedBuffer input = new(3 * 32 * 32);
        using OrtValue tensor = input.CreateTensor([1, 3, 32, 32]);
        foreach (string path in TestFolders.SampleImagePaths)
        {
            using DecodedImage image = ImageDecoding.Default.Decode(File.ReadAllBytes(path));
            new Preprocessor(PreprocessingProfile.Cifar10).Run(image.Pixels, input.Span, new PreprocessingScratch());
            float[] expected = session.RunToArray([new NamedTensor("image", tensor)], name).Values;

            float[] actual = _classifier.Embed(path);

            actual.Should().HaveCount(64).And.Contain(f => f > 0.1f);
            ShouldBeNear(actual, expected, 1e-5);
        }
    }

    [Fact]
    public void Embed_GlobalAveragePoolModel_ReturnsChannelMeans()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[6], [1, 2], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain }, WithFeatures);
        double length = Math.Sqrt((0.2 * 0.2) + (0.4 * 0.4) + (0.8 * 0.8));

        classifier.FeatureCount.Should().Be(3);
        ShouldBeNear(classifier.Embed(SolidColor(51, 102, 204)), [0.2, 0.4, 0.8], 1e-5);
        ShouldBeNear(classifier.Embed(SolidColor(51, 102, 204), normalize: true), [0.2 / length, 0.4 / length, 0.8 / length], 1e-5);
        classifier.Embed(SolidColor(0, 0, 0), normalize: true).Should().Equal(0, 0, 0);
    }

    [Fact]
    public void Embed_AllInputKinds_ReturnSameFeatures()
    {
        string path = TestFolders.SampleImagePaths[3];
        byte[] bytes = File.ReadAllBytes(path);
        using DecodedImage image = ImageDecoding.Default.Decode(bytes);
        float[] expected = _classifier.Embed(path, normalize: true);

        Math.Sqrt(expected.Sum(f => (double)f * f)).Should().BeApproximately(1, 1e-6);
        _classifier.Embed(bytes, normalize: true).Should().Equal(expected);
        _classifier.Embed(new DripStream(bytes), normalize: true).Should().Equal(expected);
        _classifier.Embed(image.Pixels, normalize: true).Should().Equal(expected);
        float[] longer = new float[100];
        _classifier.Embed(image.Pixels, longer, normalize: true);
        longer[..64].Should().Equal(expected);
        longer[64..].Should().OnlyContain(f => f == 0);
    }

    [Fact]
    public void Embed_PixelsIntoSpan_AllocatesNothing()
    {
        byte[] pixels = new byte[64 * 48 * 3];
        new Random(1).NextBytes(pixels);
        float[] features = new float[64];
        void Embed() => _classifier.Embed(new PixelView(pixels, 64, 48), features, normalize: true);
        Embed();

        Allocations.Of(Embed).Should().Be(0);
        features.Should().Equal(_classifier.Embed(new PixelView(pixels, 64, 48), normalize: true));
    }

    [Fact]
    public void EmbedBatch_OneImageFails_EqualsEmbedPerImage()
    {
        string[] images = TestFolders.SampleImagePaths;
        string[] paths = [.. images, Path.Combine(TestFolders.Fixtures, "images", "bad-text.jpg")];
        ReadOnlyMemory<byte>[] encoded = [.. paths.Select(File.ReadAllBytes)];

        IReadOnlyList<EmbeddingOutcome> fromFiles = _classifier.EmbedBatch(paths);
        IReadOnlyList<EmbeddingOutcome> fromMemory = _classifier.EmbedBatch(encoded, normalize: true);

        fromFiles.Should().HaveCount(paths.Length);
        fromMemory.Should().HaveCount(paths.Length);
        for (int i = 0; i < images.Length; i++)
        {
            ShouldBeNear(fromFiles[i].Value, _classifier.Embed(images[i]), 1e-5);
            ShouldBeNear(fromMemory[i].Value, _classifier.Embed(images[i], normalize: true), 1e-6);
        }

        (fromFiles[^1].Succeeded, fromMemory[^1].Succeeded).Should().Be((false, false));
        fromFiles[^1].Error.Should().BeOfType<ImageDecodeException>();
        fromFiles[^1].Invoking(o => o.Value).Should().Throw<ImageDecodeException>();
    }

    [Fact]
    public void Embed_TenCrop_ReturnsMeanOverCrops()
    {
        PreprocessingProfile larger = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.Squash(40, 38) };
        ResNetClassifierOptions options = WithFeatures with { Profile = larger, Crops = CropSampling.TenCrop };
        using ResNetClassifier tenCrop = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        byte[] pixels = new byte[40 * 38 * 3];
        new Random(4).NextBytes(pixels);
        double[] expected = new double[64];
        foreach ((int left, int top) in new[] { (0, 0), (8, 0), (0, 6), (8, 6), (4, 3) })
        {
            byte[] crop = [.. Enumerable.Range(0, 32).SelectMany(y => pixels.Skip((((top + y) * 40) + left) * 3).Take(96))];
            byte[] mirrored = [.. crop.Chunk(96).SelectMany(row => row.Chunk(3).Reverse().SelectMany(p => p))];
            float[] features = _classifier.Embed(new PixelView(crop, 32, 32));
            float[] mirroredFeatures = _classifier.Embed(new PixelView(mirrored, 32, 32));
            for (int i = 0; i < 64; i++)
            {
                expected[i] += (features[i] + mirroredFeatures[i]) / 10.0;
            }
        }

        float[] actual = tenCrop.Embed(new PixelView(pixels, 40, 38));

        ShouldBeNear(actual, expected, 1e-5);
    }

    [Fact]
    public void Classify_AdditionalOutputs_DoNotChangePredictions()
    {
        ResNetClassifierOptions allOutputs = new() { Outputs = ModelOutputs.Features | ModelOutputs.ActivationMaps };
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetClassifier both = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, allOutputs);

        foreach (string path in TestFolders.SampleImagePaths)
        {
            Prediction[] expected = [.. plain.Classify(path).Predictions];
            both.Classify(path).Predictions.Should().Equal(expected);
            _classifier.Classify(path).Predictions.Should().Equal(expected);
        }
    }

    [Fact]
    public void Embed_WithoutFeatures_ThrowsInvalidOperationException()
    {
        string path = TestFolders.SampleImagePaths[0];
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        plain.Invoking(c => c.Embed(path))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("*ResNetClassifierOptions.Outputs = ModelOutputs.Features*");
        plain.Invoking(c => c.EmbedBatch([path])).Should().Throw<InvalidOperationException>();
        plain.Invoking(c => c.FeatureCount).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Embed_InvalidArguments_ThrowsArgumentException()
    {
        _classifier.Invoking(c => c.Embed(SolidColor(1, 2, 3), new float[63]))
            .Should().Throw<ArgumentException>().WithParameterName("features").WithMessage("*64 values*63*");
        _classifier.Invoking(c => c.Embed(default(PixelView))).Should().Throw<ArgumentException>().WithMessage("*default*");
    }

    [Fact]
    public void Embed_AfterDispose_ThrowsObjectDisposedException()
    {
        _classifier.Dispose();

        _classifier.Invoking(c => c.Embed(SolidColor(1, 2, 3))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Create_UndefinedOutputs_ThrowsArgumentOutOfRangeException()
    {
        ResNetClassifierOptions options = new() { Outputs = (ModelOutputs)8 };

        options.Invoking(o => ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, o).Dispose())
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Outputs");
    }

    [Fact]
    public void Create_FeaturesOfModelWithoutSupportedHead_ThrowsInferenceException()
    {
        byte[] bytes = new OnnxModelBuilder()
            .Input("x", [-1, 3, 24, 40])
            .Output("y", [-1, 3, 1, 1])
            .Node("GlobalMaxPool", ["x"], ["y"])
            .Build();
        ModelDefinition model = new(bytes) { Profile = Plain };

        model.Invoking(m => ResNetClassifier.Create(m, WithFeatures).Dispose())
            .Should().Throw<InferenceException>().WithMessage("*GlobalMaxPool*supported head*");
    }

    private static void ShouldBeNear<T>(float[] actual, T[] expected, double tolerance)
        where T : IConvertible
        => actual.Should().Equal(expected, (a, e) => Math.Abs(a - e.ToDouble(null)) < tolerance);

    private static PixelView SolidColor(byte red, byte green, byte blue)
    {
        byte[] pixels = [.. Enumerable.Repeat(new[] { red, green, blue }, 80 * 48).SelectMany(c => c)];
        return new PixelView(pixels, 80, 48);
    }
}
