using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Class activation maps: what they hold, and where on the image they lie.</summary>
public sealed class ResNetClassifierExplainTests : IDisposable
{
    private const int Cells = 8;

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Outputs = ModelOutputs.ActivationMaps });

    public static TheoryData<string, int, int, int, int> Images
    {
        get
        {
            TheoryData<string, int, int, int, int> data = [];
            foreach (string profile in PreprocessingProfile.All.Select(p => p.Name))
            {
                // Wide, high, square, small and odd; the bright place always within the center that every recipe sees.
                data.Add(profile, 300, 200, 105, 55);
                data.Add(profile, 300, 200, 190, 140);
                data.Add(profile, 151, 333, 40, 210);
                data.Add(profile, 500, 500, 130, 350);
                data.Add(profile, 47, 31, 28, 10);
            }

            return data;
        }
    }

    private static string Sample(string name) => Path.Combine(TestFolders.SampleImages, $"{name}.png");

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Explain_EveryClass_MeanPlusBiasIsTheLogit()
    {
        float[] bias = ClassifierHead.Find(ResNetClassifierEmbedTests.Embedded()).Bias.ToArray();
        float[] scores = new float[10];
        using DecodedImage image = ImageDecoding.Default.Decode(File.ReadAllBytes(Sample("ship")));
        _classifier.GetScores(image.Pixels, scores);

        for (int label = 0; label < 10; label++)
        {
            ActivationMap map = _classifier.Explain(Sample("ship"), label);

            (map.Values.ToArray().Average(v => (double)v) + bias[label]).Should().BeApproximately(scores[label], 1e-4);
            map.Prediction.Should().Be(_classifier.Classify(Sample("ship"), 10).Predictions.Single(p => p.ClassIndex == label));
            (map.Rows, map.Columns).Should().Be((8, 8));
        }
    }

    [Fact]
    public void Explain_NoClass_IsOfTheBest()
    {
        byte[] bytes = File.ReadAllBytes(Sample("frog"));
        Classification expected = _classifier.Classify(bytes);
        ActivationMap map = _classifier.Explain(Sample("frog"));

        map.Prediction.Should().Be(expected.Best);
        map.Classification.Predictions.Should().Equal(expected.Predictions);
        map.Values.ToArray().Should().Equal(_classifier.Explain(bytes, expected.Best.ClassIndex).Values.ToArray());
        map.Values.ToArray().Should().Equal(_classifier.Explain(new DripStream(bytes)).Values.ToArray());
        map.Values.ToArray().Should().NotEqual(_classifier.Explain(bytes, (expected.Best.ClassIndex + 1) % 10).Values.ToArray());
        map[3, 5].Should().Be(map.Values.Span[29]);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Explain_BrightPlace_IsHotOnTheImage(string profileName, int width, int height, int x, int y)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(profileName);
        using ResNetClassifier classifier = Brightness(profile);
        int radius = Math.Max(2, Math.Min(width, height) / 20);
        byte[] pixels = new byte[width * height * 3];
        for (int row = y - radius; row <= y + radius; row++)
        {
            pixels.AsSpan(((row * width) + x - radius) * 3, ((2 * radius) + 1) * 3).Fill(255);
        }

        ActivationMap map = classifier.Explain(new PixelView(pixels, width, height), 0);
        float[] values = map.Upsample();

        // The spot's center of mass: cells are averages of what lies in them, so that it is that of the bright place, within an eighth of a cell at the least.
        double floor = map.Values.ToArray().Min();
        double mass = 0, centerX = 0, centerY = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = float.IsNaN(values[i]) ? 0 : Math.Max(0, values[i] - floor);
            (mass, centerX, centerY) = (mass + value, centerX + (value * (i % width)), centerY + (value * (i / width)));
        }

        (double cellWidth, double cellHeight) = (map.Region.Width / Cells, map.Region.Height / Cells);
        (centerX / mass).Should().BeApproximately(x, cellWidth / 2);
        (centerY / mass).Should().BeApproximately(y, cellHeight / 2);
        int hottest = Array.IndexOf(values, values.Where(v => !float.IsNaN(v)).Max());
        (hottest % width).Should().BeInRange((int)(x - cellWidth), (int)(x + cellWidth) + 1);
        (hottest / width).Should().BeInRange((int)(y - cellHeight), (int)(y + cellHeight) + 1);

        // What was cut off has no value; what was seen has one.
        int seen = values.Count(v => !float.IsNaN(v));
        ((double)seen).Should().BeApproximately(map.Region.Width * map.Region.Height, width + height);
        float.IsNaN(values[0]).Should().Be(map.Region.Left > 0.5 || map.Region.Top > 0.5);
    }

    [Fact]
    public void Explain_WideAndHighImages_CoverTheCenterThatWasCropped()
    {
        using ResNetClassifier classifier = Brightness(PreprocessingProfile.Torchvision);

        // 512x256 as it is; 224 of it: 144 from the left, 16 from above. Half as large, half of that.
        classifier.Explain(new PixelView(new byte[512 * 256 * 3], 512, 256)).Region.Should().Be(new ImageRegion(144, 16, 224, 224));
        classifier.Explain(new PixelView(new byte[128 * 256 * 3], 128, 256)).Region.Should().Be(new ImageRegion(8, 72, 112, 112));
        using ResNetClassifier squash = Brightness(PreprocessingProfile.Mxnet);
        squash.Explain(new PixelView(new byte[512 * 128 * 3], 512, 128)).Region.Should().Be(new ImageRegion(32, 8, 448, 112));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Explain_EveryOrientation_LiesOnTheUprightImage(int orientation)
    {
        using ResNetClassifier classifier = Brightness(PreprocessingProfile.Torchvision);
        string path = Path.Combine(TestFolders.Fixtures, "images", $"jpeg-exif-{orientation}.jpg");
        using DecodedImage upright = ImageDecoding.Default.Decode(File.ReadAllBytes(path));
        byte[] reference = File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "expected", $"jpeg-exif-{orientation}.rgb"));

        ActivationMap map = classifier.Explain(path, 0);
        ActivationMap expected = classifier.Explain(new PixelView(reference, upright.Width, upright.Height), 0);

        (map.ImageWidth, map.ImageHeight).Should().Be((upright.Width, upright.Height));
        map.Region.Should().Be(expected.Region);
        map.Values.ToArray().Zip(expected.Values.ToArray(), (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 0.02);

        // And cell by cell, the mean brightness of what lies under it.
        double difference = 0;
        double spread = map.Values.ToArray().Max() - map.Values.ToArray().Min();
        for (int cell = 0; cell < Cells * Cells; cell++)
        {
            difference = Math.Max(difference, Math.Abs(map.Values.Span[cell] - MeanUnder(reference, upright.Width, map.Region, cell)));
        }

        difference.Should().BeLessThan(0.25 * spread);
    }

    [Fact]
    public void Explain_ShrinkOnLoad_LiesOnTheShrunkImage()
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision.WithCrop(8, 8) with { ShrinkOnLoad = true };
        using ResNetClassifier classifier = Brightness(profile);

        ActivationMap map = classifier.Explain(Path.Combine(TestFolders.Fixtures, "images", "jpeg-larger.jpg"));

        map.ImageWidth.Should().BeLessThan(97);
        map.Region.Left.Should().BeApproximately((map.ImageWidth - map.Region.Width) / 2, map.ImageWidth / 9.0);
        map.Region.Width.Should().BeLessThan(map.ImageWidth);
    }

    [Fact]
    public void Explain_TenCrop_MapOfTheCenterProbabilitiesOfAll()
    {
        ResNetClassifierOptions options = new() { Outputs = ModelOutputs.ActivationMaps, Profile = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.ShortSide(40) } };
        using ResNetClassifier one = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        using ResNetClassifier ten = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options with { Crops = CropSampling.TenCrop });

        ActivationMap map = ten.Explain(Sample("horse"), 7);

        map.Values.ToArray().Zip(one.Explain(Sample("horse"), 7).Values.ToArray(), (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d < 1e-4);
        map.Region.Should().Be(one.Explain(Sample("horse")).Region);
        map.Prediction.Probability.Should().Be(ten.Classify(Sample("horse"), 10).Predictions.Single(p => p.ClassIndex == 7).Probability);
    }

    [Fact]
    public void Explain_WrongUse_SaysSo()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        ((Action)(() => plain.Explain(Sample("cat")))).Should().Throw<InvalidOperationException>().WithMessage("*ResNetClassifierOptions.Outputs = ModelOutputs.ActivationMaps*");
        ((Action)(() => _classifier.Explain(Sample("cat"), 10))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classIndex");
        ((Action)(() => _classifier.Explain(Sample("cat"), -1))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classIndex");
        ((Action)(() => _classifier.Explain(default(PixelView)))).Should().Throw<ArgumentException>();
        ((Action)(() => _ = _classifier.Explain(Sample("cat"))[8, 0])).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _classifier.Embed(Sample("cat")))).Should().Throw<InvalidOperationException>();
    }

    // Scores: brightness, and its opposite. The maps are the means of 8x8 parts of the crop.
    private static ResNetClassifier Brightness(PreprocessingProfile profile)
    {
        long kernel = profile.Crop.Width / Cells;
        OnnxModel model = new(irVersion: 8, opset: 13, "brightness");
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new OnnxValueInfo("image", OnnxElementType.Float, ["N", 3, profile.Crop.Height, profile.Crop.Width]));
        graph.Outputs.Add(new OnnxValueInfo("scores", OnnxElementType.Float, ["N", 2]));
        graph.Initializers.Add(OnnxTensor.Create<float>("dense", [2, 3], [1f / 3, 1f / 3, 1f / 3, -1, -1, -1]));
        OnnxNode parts = new("AveragePool", ["image"], ["parts"]);
        parts.Attributes.Set("kernel_shape", [kernel, kernel]);
        parts.Attributes.Set("strides", [kernel, kernel]);
        OnnxNode dense = new("Gemm", ["features", "dense"], ["scores"]);
        dense.Attributes.Set("transB", 1);
        foreach (OnnxNode node in new[] { parts, new("GlobalAveragePool", ["parts"], ["pooled"]), new("Flatten", ["pooled"], ["features"]), dense })
        {
            graph.Nodes.Add(node);
        }

        return ResNetClassifier.Create(
            new ModelDefinition(model.ToArray()) { Profile = profile with { Range = ValueRange.ZeroToOne, Mean = new ChannelValues(0, 0, 0), Std = new ChannelValues(1, 1, 1) } },
            new ResNetClassifierOptions { Outputs = ModelOutputs.ActivationMaps });
    }

    private static double MeanUnder(byte[] rgb, int width, ImageRegion region, int cell)
    {
        (int row, int column) = Math.DivRem(cell, Cells);
        double sum = 0;
        int count = 0;
        for (int y = (int)Math.Ceiling(region.Top + (row * region.Height / Cells)); y < region.Top + ((row + 1) * region.Height / Cells); y++)
        {
            for (int x = (int)Math.Ceiling(region.Left + (column * region.Width / Cells)); x < region.Left + ((column + 1) * region.Width / Cells); x++)
            {
                int pixel = 3 * ((y * width) + x);
                sum += (rgb[pixel] + rgb[pixel + 1] + rgb[pixel + 2]) / 765.0;
                count++;
            }
        }

        return sum / count;
    }
}
