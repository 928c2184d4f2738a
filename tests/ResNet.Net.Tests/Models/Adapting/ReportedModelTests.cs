namespace ResNet.Net.Tests;

/// <summary>Classifies with the models of public reports, compared with ONNX Runtime on the original files.</summary>
public class ReportedModelTests
{
    private const int Float = 1, Bytes = 2, Half = 10;
    private const int Side = 64;

    [SharedTheory]
    [InlineData("plain.onnx", Float, false, 1e-5)]
    [InlineData("nhwc.onnx", Float, true, 1e-5)]
    [InlineData("uint8_nhwc.onnx", Bytes, true, 1e-4)]
    [InlineData("fp16.onnx", Half, false, 2e-3)]
    [InlineData("reshape1.onnx", Float, false, 1e-5)]
    [InlineData("two_out.onnx", Float, false, 1e-5)]
    [InlineData("binary1.onnx", Float, false, 1e-5)]
    public void GetScores_ReportedModel_EqualsTheOriginal(string name, int elementType, bool isChannelsLast, double tolerance)
    {
        string path = Reported(name);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(path));
        byte[] pixels = new byte[Side * Side * 3];
        new Random(3).NextBytes(pixels);
        ResNetClassifierOptions options = new() { Profile = classifier.Profile with { Resize = ResizeRule.Squash(Side, Side) } };
        using ResNetClassifier exact = ResNetClassifier.Create(new ModelDefinition(path), options);
        float[] scores = new float[name == "binary1.onnx" ? 1 : 5];
        (ChannelValues mean, ChannelValues std) = elementType == Bytes
            ? (new ChannelValues(0, 0, 0), new ChannelValues(1 / 255f, 1 / 255f, 1 / 255f))
            : (PreprocessingProfile.Torchvision.Mean, PreprocessingProfile.Torchvision.Std);
        float[] values = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int pixel, int channel) = Math.DivRem(i, 3);
            double value = ((pixels[i] / 255.0) - mean[channel]) / std[channel];
            values[isChannelsLast ? i : (channel * Side * Side) + pixel] = (float)Math.Round(value, 5);
        }

        exact.GetScores(new PixelView(pixels, Side, Side), scores);

        float[] expected = RawModel.Run(
            File.ReadAllBytes(path), isChannelsLast ? [1, Side, Side, 3] : [1, 3, Side, Side], elementType, values);
        scores.Should().Equal(expected, (a, e) => Math.Abs(a - e) <= tolerance * Math.Max(1, Math.Abs(e)));
        (classifier.Profile.Crop.Width, classifier.Profile.Crop.Height).Should().Be((Side, Side));
    }

    [SharedTheory]
    [InlineData("nhwc.onnx")]
    [InlineData("uint8_nhwc.onnx")]
    [InlineData("fp16.onnx")]
    public void ClassifyBatch_ReportedModel_EqualsSingleImages(string name)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(Reported(name)));
        string[] paths = TestFolders.SampleImagePaths;

        IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch(paths);

        outcomes.Select(o => o.Value.Best.Probability)
            .Should().Equal(paths.Select(p => classifier.Classify(p).Best.Probability), (a, e) => Math.Abs(a - e) < 1e-5);
    }

    [SharedTheory]
    [InlineData("session-create-12-2211.onnx", "*9194072771454626083*")]
    [InlineData("session-create-3-1947.onnx", "*")]
    [InlineData("session-create-12-2622.onnx", "*")]
    [InlineData("session-create-3-2784.onnx", "*")]
    public void Classify_DimensionBeyond32Bits_ThrowsResNetException(string name, string message)
    {
        ModelDefinition definition = new(Path.Combine(TestFolders.Shared, "reports", "hostile", name));
        Action embed = () =>
        {
            using ResNetEmbedder embedder = ResNetEmbedder.Create(definition);
            _ = embedder.Embed(TestFolders.SampleImagePaths[0]);
        };

        embed.Should().Throw<ResNetException>().WithMessage(message);
        foreach (bool maps in (bool[])[false, true])
        {
            Action classify = () =>
            {
                using ResNetClassifier classifier
                    = ResNetClassifier.Create(definition, new ResNetClassifierOptions { ActivationMaps = maps });
                _ = classifier.Classify(TestFolders.SampleImagePaths[0]);
            };

            classify.Should().Throw<ResNetException>().WithMessage(message);
        }
    }

    private static string Reported(string name) => Path.Combine(TestFolders.Shared, "reports", "models", name);
}
