using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Pooled features of images.</summary>
public sealed class ResNetClassifierEmbedTests : IDisposable
{
    private static readonly PreprocessingProfile Plain = new()
    {
        Name = "plain",
        Resize = ResizeRule.Squash(40, 24),
        Crop = new CropRule(40, 24),
        Interpolation = Interpolation.OpenCvBilinear,
        Mean = new ChannelValues(0, 0, 0),
        Std = new ChannelValues(1, 1, 1),
    };

    private static readonly ResNetClassifierOptions WithFeatures = new() { Outputs = ModelOutputs.Features, BatchSize = 4 };

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, WithFeatures);

    private static string[] Images => [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal)];

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Embed_EmbeddedModel_IsTheTensorInsideTheGraph()
    {
        // The variant's own name for it, made an output by hand.
        OnnxModel model = Embedded();
        string name = ResNetVariant.Cifar10ResNet20.FeatureName!;
        model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, null));
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), "edited", new SessionSettings { IntraOpThreads = Environment.ProcessorCount });
        using AlignedBuffer input = new(3 * 32 * 32);
        using OrtValue tensor = input.CreateTensor([1, 3, 32, 32]);
        foreach (string path in Images)
        {
            using DecodedImage image = ImageDecoding.Default.Decode(File.ReadAllBytes(path));
            new Preprocessor(PreprocessingProfile.Cifar10).Run(image.Pixels, input.Span, new PreprocessingScratch());
            float[] expected = session.RunToArray([new NamedTensor("image", tensor)], name).Values;

            float[] actual = _classifier.Embed(path);

            actual.Should().HaveCount(64).And.Contain(f => f > 0.1f);
            actual.Zip(expected, (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
        }
    }

    [Fact]
    public void Embed_HandMadeModel_AreThePlanesMeans()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[6], [1, 2], [-1, 3, 24, 40]);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain }, WithFeatures);

        float[] features = classifier.Embed(OneColor(51, 102, 204));

        classifier.FeatureCount.Should().Be(3);
        features.Zip([0.2f, 0.4f, 0.8f], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
        classifier.Embed(OneColor(51, 102, 204), normalize: true).Zip(features, (n, f) => Math.Abs(n - (f / Math.Sqrt(0.84)))).Should().OnlyContain(d => d < 1e-5);
        classifier.Embed(OneColor(0, 0, 0), normalize: true).Should().Equal(0, 0, 0);
    }

    [Fact]
    public void Embed_EveryWayIn_GivesTheSame()
    {
        string path = Images[3];
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
    public void Embed_IntoMemoryOfTheCallers_AllocatesNothing()
    {
        byte[] pixels = new byte[64 * 48 * 3];
        new Random(1).NextBytes(pixels);
        float[] features = new float[64];
        _classifier.Embed(new PixelView(pixels, 64, 48), features);

        Allocations.Of(() => _classifier.Embed(new PixelView(pixels, 64, 48), features, normalize: true)).Should().Be(0);
    }

    [Fact]
    public void EmbedBatch_WithABadImage_EqualsOneByOne()
    {
        string[] paths = [.. Images, Path.Combine(TestFolders.Fixtures, "images", "bad-text.jpg")];

        IReadOnlyList<EmbeddingOutcome> outcomes = _classifier.EmbedBatch(paths);
        IReadOnlyList<EmbeddingOutcome> inMemory = _classifier.EmbedBatch([.. paths.Select(p => (ReadOnlyMemory<byte>)File.ReadAllBytes(p))], normalize: true);

        outcomes.Should().HaveCount(paths.Length);
        for (int i = 0; i < Images.Length; i++)
        {
            outcomes[i].Value.Zip(_classifier.Embed(paths[i]), (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
            inMemory[i].Value.Zip(_classifier.Embed(paths[i], normalize: true), (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-6);
        }

        (outcomes[^1].Succeeded, inMemory[^1].Succeeded).Should().Be((false, false));
        outcomes[^1].Error.Should().BeOfType<ImageDecodeException>();
        ((Action)(() => _ = outcomes[^1].Value)).Should().Throw<ImageDecodeException>();
    }

    [Fact]
    public void Embed_TenCrop_IsTheMeanOverTheCrops()
    {
        PreprocessingProfile larger = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.Squash(40, 38) };
        using ResNetClassifier ten = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, WithFeatures with { Profile = larger, Crops = CropSampling.TenCrop });
        byte[] pixels = new byte[40 * 38 * 3];
        new Random(4).NextBytes(pixels);
        double[] expected = new double[64];
        foreach ((int left, int top) in new[] { (0, 0), (8, 0), (0, 6), (8, 6), (4, 3) })
        {
            byte[] crop = [.. Enumerable.Range(0, 32).SelectMany(y => pixels.Skip((((top + y) * 40) + left) * 3).Take(96))];
            byte[] mirrored = [.. crop.Chunk(96).SelectMany(row => row.Chunk(3).Reverse().SelectMany(p => p))];
            float[][] both = [_classifier.Embed(new PixelView(crop, 32, 32)), _classifier.Embed(new PixelView(mirrored, 32, 32))];
            for (int i = 0; i < 64; i++)
            {
                expected[i] += (both[0][i] + both[1][i]) / 10.0;
            }
        }

        float[] actual = ten.Embed(new PixelView(pixels, 40, 38));

        actual.Zip(expected, (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-5);
    }

    [Fact]
    public void Classify_WithFeatures_SaysTheSameAsWithout()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetClassifier both = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Outputs = ModelOutputs.Features | ModelOutputs.ActivationMaps });

        foreach (string path in Images)
        {
            both.Classify(path).Predictions.Should().Equal(plain.Classify(path).Predictions);
            _classifier.Classify(path).Predictions.Should().Equal(plain.Classify(path).Predictions);
        }
    }

    [Fact]
    public void Embed_NotAskedForOrWrong_SaysSo()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        ((Action)(() => plain.Embed(Images[0]))).Should().Throw<InvalidOperationException>().WithMessage("*ResNetClassifierOptions.Outputs = ModelOutputs.Features*");
        ((Action)(() => plain.EmbedBatch([Images[0]]))).Should().Throw<InvalidOperationException>();
        ((Action)(() => _ = plain.FeatureCount)).Should().Throw<InvalidOperationException>();
        ((Action)(() => _classifier.Embed(OneColor(1, 2, 3), new float[63]))).Should().Throw<ArgumentException>().WithMessage("*64 features*63*");
        ((Action)(() => _classifier.Embed(default(PixelView)))).Should().Throw<ArgumentException>();
        ((Action)(() => ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Outputs = (ModelOutputs)8 }).Dispose())).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Outputs");
        _classifier.Dispose();
        ((Action)(() => _classifier.Embed(OneColor(1, 2, 3)))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Create_ModelWithoutHead_SaysWhatWasLookedFor()
    {
        byte[] bytes = new OnnxModelBuilder().Input("x", [-1, 3, 24, 40]).Output("y", [-1, 3, 1, 1]).Node("GlobalMaxPool", ["x"], ["y"]).Build();

        ((Action)(() => ResNetClassifier.Create(new ModelDefinition(bytes) { Profile = Plain }, WithFeatures).Dispose())).Should().Throw<InferenceException>().WithMessage("*GlobalMaxPool*supported head*");
    }

    internal static unsafe OnnxModel Embedded(ResNetVariant? variant = null)
    {
        using UnmanagedMemoryStream stream = EmbeddedResource.Open((variant ?? ResNetVariant.Cifar10ResNet20).FileName);
        return OnnxModel.Parse(new ReadOnlySpan<byte>(stream.PositionPointer, (int)stream.Length));
    }

    private static PixelView OneColor(byte red, byte green, byte blue) => new(Enumerable.Repeat(new[] { red, green, blue }, 80 * 48).SelectMany(c => c).ToArray(), 80, 48);
}
