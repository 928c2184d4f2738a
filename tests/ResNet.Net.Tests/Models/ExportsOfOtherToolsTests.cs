using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

/// <summary>
/// Classifies with models in the form that other tools export, as docs/custom-models.md does, and compares every probability with ONNX
/// Runtime on the original file. The images need no resampling, so that the test calculates the input of the model itself.
/// </summary>
public sealed class ExportsOfOtherToolsTests : IDisposable
{
    private static readonly Normalization Torch = new(1 / 255.0, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    private static readonly Normalization Caffe = new(1, [103.939, 116.779, 123.68], [1, 1, 1]) { IsBgr = true };
    private static readonly Normalization Bytes = new(1, [0, 0, 0], [1, 1, 1]);
    private static readonly Normalization Unit = new(1 / 255.0, [0, 0, 0], [1, 1, 1]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(64, 64)]
    [InlineData(224, 256)]
    public void Classify_PyTorchExport_EqualsOnnxRuntime(int side, int imageSide)
    {
        byte[] file = ToolExports.PyTorch(side);
        File.WriteAllLines(_folder["labels.txt"], ToolExports.Labels);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(file) { Labels = LabelSet.Load(_folder["labels.txt"]) });

        Verify(classifier, OutputKind.Logits, imageSide, pixels => Softmax(Run(file, [1, 3, side, side], Torch, pixels)));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(224)]
    public void Classify_KerasExport_EqualsOnnxRuntime(int side)
    {
        byte[] file = ToolExports.Keras(side, hasRescaling: false);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(file)
        {
            Labels = new LabelSet("flowers", ToolExports.Labels),
            Profile = PreprocessingProfile.Keras.WithCrop(side, side),
        });

        Verify(classifier, OutputKind.Probabilities, side, pixels => Run(file, [1, side, side, 3], Caffe, pixels));
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(224, 256)]
    public void Classify_KerasExportWithRescaling_EqualsOnnxRuntime(int side, int imageSide)
    {
        byte[] file = ToolExports.Keras(side, hasRescaling: true);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(file) { Labels = new LabelSet("flowers", ToolExports.Labels) });

        Verify(classifier, OutputKind.Probabilities, imageSide, pixels => Run(file, [1, side, side, 3], Bytes, pixels));
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(224, 256)]
    public void Classify_CustomVisionExport_EqualsOnnxRuntime(int side, int imageSide)
    {
        byte[] file = ToolExports.CustomVision(side);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(file));

        Verify(classifier, OutputKind.Probabilities, imageSide, pixels =>
        {
            using InferenceSession session = new(file);
            float[] input = (Bytes with { IsBgr = true }).Apply(pixels, side, isChannelsLast: false);
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(
                [NamedOnnxValue.CreateFromTensor(
                    "data", new Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>(input, [1, 3, side, side]))]);
            IDictionary<string, float> map = outputs.Single(o => o.Name == "loss")
                .AsEnumerable<NamedOnnxValue>().Single().AsDictionary<string, float>();
            return [.. ToolExports.Labels.Select(label => map[label])];
        });
    }

    [Theory]
    [InlineData(64, 73)] // 64 / 0.875 = 73.14; the crop starts at pixel 4
    [InlineData(224, 256)]
    public void Classify_HuggingFaceExport_EqualsOnnxRuntime(int side, int imageSide)
    {
        byte[] file = ToolExports.HuggingFace();
        File.WriteAllText(_folder["config.json"], ToolExports.HuggingFaceConfig);
        File.WriteAllText(_folder["preprocessor_config.json"], ToolExports.HuggingFacePreprocessor(side));
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(file)
        {
            Labels = LabelSet.Load(_folder["config.json"]),
            Profile = PreprocessingProfile.FromPreprocessorConfig(_folder["preprocessor_config.json"]),
        });

        Verify(classifier, OutputKind.Logits, imageSide, pixels => Softmax(Run(file, [1, 3, side, side], Torch, pixels)));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(224)]
    public void Classify_UltralyticsExport_EqualsOnnxRuntime(int side)
    {
        byte[] file = ToolExports.Ultralytics(side);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(file)
        {
            Profile = PreprocessingProfile.Torchvision.WithCrop(side, side) with
            {
                Resize = ResizeRule.ShortSide(side),
                Mean = new ChannelValues(0, 0, 0),
                Std = new ChannelValues(1, 1, 1),
            },
        });

        Verify(classifier, OutputKind.Probabilities, side, pixels => Run(file, [1, 3, side, side], Unit, pixels));
    }

    /// <summary>Verifies labels, output kind and probabilities, and that a batch has the results of single images.</summary>
    private static void Verify(ResNetClassifier classifier, OutputKind kind, int imageSide, Func<byte[], float[]> expected)
    {
        byte[] pixels = new byte[imageSide * imageSide * 3];
        new Random(imageSide).NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(pixels[i] * (3 - (i % 3)) / 3); // more red than green, more green than blue
        }

        float[] reference = expected(pixels);
        (reference.Max() - reference.Min()).Should().BeGreaterThan(0.02f, "equal probabilities would hide wrong inputs");
        (reference.Length, reference.Max()).Should().Match<(int Length, float Max)>(r => r.Length == ToolExports.Classes && r.Max < 0.99f);
        PixelView view = new(pixels, imageSide, imageSide);

        Classification result = classifier.Classify(view, ToolExports.Classes);

        classifier.OutputKind.Should().Be(kind);
        result.Predictions.OrderBy(p => p.ClassIndex).Select(p => p.Label).Should().Equal(ToolExports.Labels);
        result.Predictions.OrderBy(p => p.ClassIndex).Select(p => p.Probability)
            .Should().Equal(reference, (actual, e) => Math.Abs(actual - e) < 1e-5f);
        string[] paths = TestFolders.SampleImagePaths;
        classifier.ClassifyBatch(paths).Select(o => o.Value.Best.Probability).Should().Equal(
            paths.Select(path => classifier.Classify(path).Best.Probability), (actual, single) => Math.Abs(actual - single) < 1e-5f);
    }

    private static float[] Run(byte[] file, long[] shape, Normalization normalization, byte[] pixels)
    {
        bool isChannelsLast = shape[3] == 3;
        return RawModel.Run(file, shape, elementType: 1, normalization.Apply(pixels, (int)shape[2], isChannelsLast));
    }

    private static float[] Softmax(float[] logits)
    {
        double sum = logits.Sum(l => Math.Exp(l));
        return [.. logits.Select(l => (float)(Math.Exp(l) / sum))];
    }

    /// <summary>Represents <c>(value * Scale - Mean) / Std</c>. Means and standard deviations are in the order of the model.</summary>
    private sealed record Normalization(double Scale, double[] Mean, double[] Std)
    {
        public bool IsBgr { get; init; }

        /// <summary>Returns the values of the center of a square image.</summary>
        public float[] Apply(byte[] pixels, int side, bool isChannelsLast)
        {
            int imageSide = (int)Math.Sqrt(pixels.Length / 3);
            int offset = (imageSide - side) / 2;
            float[] values = new float[side * side * 3];
            for (int i = 0; i < values.Length; i++)
            {
                (int pixel, int channel) = Math.DivRem(i, 3);
                (int y, int x) = Math.DivRem(pixel, side);
                byte value = pixels[((((y + offset) * imageSide) + x + offset) * 3) + (IsBgr ? 2 - channel : channel)];
                values[isChannelsLast ? i : (channel * side * side) + pixel]
                    = (float)(((value * Scale) - Mean[channel]) / Std[channel]);
            }

            return values;
        }
    }
}
