using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Tests the values of class activation maps and their position on the image.</summary>
public sealed class ResNetClassifierExplainTests : IDisposable
{
    private const int Cells = 8;

    private static readonly ResNetClassifierOptions WithMaps = new() { ActivationMaps = true };

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, WithMaps);

    public static TheoryData<string, int, int, int, int> BrightSpots
    {
        get
        {
            TheoryData<string, int, int, int, int> data = [];
            foreach (string profile in PreprocessingProfile.All.Select(p => p.Name))
            {
                // Profile, width, height, and the spot's center, which is inside the center crop of every profile.
                data.Add(profile, 300, 200, 105, 55);
                data.Add(profile, 300, 200, 190, 140);
                data.Add(profile, 151, 333, 40, 210);
                data.Add(profile, 500, 500, 130, 350);
                data.Add(profile, 47, 31, 28, 10);
            }

            return data;
        }
    }

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Explain_EveryClass_MeanPlusBiasEqualsLogit()
    {
        float[] bias = ClassifierHead.Find(EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20)).Bias.ToArray();
        float[] scores = new float[10];
        using DecodedImage image = ImageDecoding.Default.Decode(File.ReadAllBytes(Sample("ship")));
        _classifier.GetScores(image.Pixels, scores);
        Classification classification = _classifier.Classify(Sample("ship"), 10);

        for (int index = 0; index < 10; index++)
        {
            ActivationMap map = _classifier.Explain(Sample("ship"), index);

            (map.Values.ToArray().Average(v => (double)v) + bias[index]).Should().BeApproximately(scores[index], 1e-4);
            map.Prediction.Should().Be(classification.Predictions.Single(p => p.ClassIndex == index));
            (map.Rows, map.Columns).Should().Be((8, 8));
        }
    }

    [Fact]
    public void Explain_NoClassIndex_ExplainsMostProbableClass()
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
    [MemberData(nameof(BrightSpots))]
    public void Explain_BrightSpot_PeaksAtTheSpot(string profileName, int width, int height, int x, int y)
    {
        PreprocessingProfile profile = PreprocessingProfile.Parse(profileName);
        using ResNetClassifier classifier = CreateBrightnessClassifier(profile);
        int radius = Math.Max(2, Math.Min(width, height) / 20);
        byte[] pixels = new byte[width * height * 3];
        for (int row = y - radius; row <= y + radius; row++)
        {
            pixels.AsSpan(((row * width) + x - radius) * 3, ((2 * radius) + 1) * 3).Fill(255);
        }

        ActivationMap map = classifier.Explain(new PixelView(pixels, width, height), 0);
        float[] values = map.Upsample();

        // Each cell is the mean of the pixels under it, so the map's center of mass is close to the spot's center.
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
        int peak = Array.IndexOf(values, values.Where(v => !float.IsNaN(v)).Max());
        (peak % width).Should().BeInRange((int)(x - cellWidth), (int)(x + cellWidth) + 1);
        (peak / width).Should().BeInRange((int)(y - cellHeight), (int)(y + cellHeight) + 1);

        // Only pixels inside the center crop have a value.
        double covered = values.Count(v => !float.IsNaN(v));
        covered.Should().BeApproximately(map.Region.Width * map.Region.Height, width + height);
        float.IsNaN(values[0]).Should().Be(map.Region.Left > 0.5 || map.Region.Top > 0.5);
    }

    [Theory]
    [InlineData(512, 256, 144, 16, 224, 224)]
    [InlineData(128, 256, 8, 72, 112, 112)]
    public void Explain_ShortSideResize_RegionIsCenterCrop(
        int width, int height, double left, double top, double regionWidth, double regionHeight)
    {
        using ResNetClassifier classifier = CreateBrightnessClassifier(PreprocessingProfile.Torchvision);

        ActivationMap map = classifier.Explain(new PixelView(new byte[width * height * 3], width, height));

        map.Region.Should().Be(new ImageRegion(left, top, regionWidth, regionHeight));
    }

    [Fact]
    public void Explain_SquashResize_RegionKeepsAspectRatioOfImage()
    {
        using ResNetClassifier classifier = CreateBrightnessClassifier(PreprocessingProfile.Mxnet);

        ActivationMap map = classifier.Explain(new PixelView(new byte[512 * 128 * 3], 512, 128));

        map.Region.Should().Be(new ImageRegion(32, 8, 448, 112));
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
    public void Explain_ExifOrientation_MapsUprightImage(int orientation)
    {
        using ResNetClassifier classifier = CreateBrightnessClassifier(PreprocessingProfile.Torchvision);
        string path = Path.Combine(TestFolders.Fixtures, "images", $"jpeg-exif-{orientation}.jpg");
        using DecodedImage upright = ImageDecoding.Default.Decode(File.ReadAllBytes(path));
        byte[] reference = File.ReadAllBytes(Path.Combine(TestFolders.Fixtures, "expected", $"jpeg-exif-{orientation}.rgb"));

        ActivationMap map = classifier.Explain(path, 0);
        ActivationMap expected = classifier.Explain(new PixelView(reference, upright.Width, upright.Height), 0);

        (map.ImageWidth, map.ImageHeight).Should().Be((upright.Width, upright.Height));
        map.Region.Should().Be(expected.Region);
        ShouldBeNear(map, expected, 0.02);

        // Each cell is the mean brightness of the pixels under it.
        float[] values = map.Values.ToArray();
        double spread = values.Max() - values.Min();
        double[] means = [.. Enumerable.Range(0, Cells * Cells).Select(c => MeanUnder(reference, upright.Width, map.Region, c))];
        values.Should().Equal(means, (a, e) => Math.Abs(a - e) < 0.25 * spread);
    }

    [Fact]
    public void Explain_ShrinkOnLoad_MapsShrunkImage()
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision.WithCrop(8, 8);
        using ResNetClassifier shrinking = CreateBrightnessClassifier(profile with { ShrinkOnLoad = true });
        using ResNetClassifier plain = CreateBrightnessClassifier(profile);
        string path = Path.Combine(TestFolders.Fixtures, "images", "jpeg-larger.jpg");
        (int Width, int Height)[] shrunkSizes = [.. new[] { 2, 4, 8 }.Select(f => ((97 + f - 1) / f, (63 + f - 1) / f))];

        ActivationMap map = shrinking.Explain(path, 0);
        ActivationMap whole = plain.Explain(path, 0);

        (whole.ImageWidth, whole.ImageHeight).Should().Be((97, 63));
        shrunkSizes.Should().Contain((map.ImageWidth, map.ImageHeight));
        byte[] blank = new byte[map.ImageWidth * map.ImageHeight * 3];
        map.Region.Should().Be(plain.Explain(new PixelView(blank, map.ImageWidth, map.ImageHeight)).Region);
        double spread = whole.Values.ToArray().Max() - whole.Values.ToArray().Min();
        ShouldBeNear(map, whole, 0.1 * spread);
    }

    [Fact]
    public void Explain_TenCrop_MapsCenterCropAndAveragesProbabilities()
    {
        PreprocessingProfile profile = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.ShortSide(40) };
        ResNetClassifierOptions centerCrop = WithMaps with { Profile = profile };
        ResNetClassifierOptions tenCrops = centerCrop with { Crops = CropSampling.TenCrop };
        using ResNetClassifier center = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, centerCrop);
        using ResNetClassifier tenCrop = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, tenCrops);

        ActivationMap map = tenCrop.Explain(Sample("horse"), 7);
        ActivationMap expected = center.Explain(Sample("horse"), 7);

        ShouldBeNear(map, expected, 1e-4);
        map.Region.Should().Be(expected.Region);
        map.Prediction.Should().Be(tenCrop.Classify(Sample("horse"), 10).Predictions.Single(p => p.ClassIndex == 7));
        map.Prediction.Probability.Should().NotBe(expected.Prediction.Probability);
    }

    [Fact]
    public void Classify_ActivationMaps_DoNotChangePredictions()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        foreach (string path in TestFolders.SampleImagePaths)
        {
            _classifier.Classify(path).Predictions.Should().Equal(plain.Classify(path).Predictions);
        }
    }

    [Fact]
    public void Explain_WithoutActivationMaps_ThrowsInvalidOperationException()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

        plain.Invoking(c => c.Explain(Sample("cat")))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("*ResNetClassifierOptions.ActivationMaps = true*");
        (plain.HasActivationMaps, _classifier.HasActivationMaps).Should().Be((false, true));
    }

    [Fact]
    public void Explain_InvalidArguments_ThrowsArgumentException()
    {
        foreach (int classIndex in new[] { -1, 10 })
        {
            _classifier.Invoking(c => c.Explain(Sample("cat"), classIndex))
                .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classIndex");
        }

        _classifier.Invoking(c => c.Explain(default(PixelView))).Should().Throw<ArgumentException>().WithMessage("*default*");
        _classifier.Explain(Sample("cat")).Invoking(m => m[8, 0])
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("row");
    }

    private static string Sample(string name) => Path.Combine(TestFolders.SampleImages, $"{name}.png");

    private static void ShouldBeNear(ActivationMap actual, ActivationMap expected, double tolerance)
        => actual.Values.ToArray().Should().Equal(expected.Values.ToArray(), (a, e) => Math.Abs(a - e) < tolerance);

    /// <summary>Creates a classifier whose scores are the brightness and its negative, with maps of 8x8 mean values.</summary>
    private static ResNetClassifier CreateBrightnessClassifier(PreprocessingProfile profile)
    {
        long kernel = profile.Crop.Width / Cells;
        OnnxModel model = new(irVersion: 8, opset: 13, "brightness");
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new OnnxValueInfo("image", OnnxElementType.Float, ["N", 3, profile.Crop.Height, profile.Crop.Width]));
        graph.Outputs.Add(new OnnxValueInfo("scores", OnnxElementType.Float, ["N", 2]));
        graph.Initializers.Add(OnnxTensor.Create<float>("dense", [2, 3], [1f / 3, 1f / 3, 1f / 3, -1, -1, -1]));
        OnnxNode cells = new("AveragePool", ["image"], ["cells"]);
        cells.Attributes.Set("kernel_shape", [kernel, kernel]);
        cells.Attributes.Set("strides", [kernel, kernel]);
        OnnxNode pool = new("GlobalAveragePool", ["cells"], ["pooled"]);
        OnnxNode flatten = new("Flatten", ["pooled"], ["features"]);
        OnnxNode dense = new("Gemm", ["features", "dense"], ["scores"]);
        dense.Attributes.Set("transB", 1);
        foreach (OnnxNode node in new[] { cells, pool, flatten, dense })
        {
            graph.Nodes.Add(node);
        }

        ModelDefinition definition = new(model.ToArray())
        {
            Profile = profile with { Range = ValueRange.ZeroToOne, Mean = new ChannelValues(0, 0, 0), Std = new ChannelValues(1, 1, 1) },
        };
        return ResNetClassifier.Create(definition, WithMaps);
    }

    /// <summary>Computes the mean brightness of the pixels under a cell of the map, from 0 to 1.</summary>
    private static double MeanUnder(byte[] rgb, int width, ImageRegion region, int cell)
    {
        (int row, int column) = Math.DivRem(cell, Cells);
        (double cellWidth, double cellHeight) = (region.Width / Cells, region.Height / Cells);
        (double left, double top) = (region.Left + (column * cellWidth), region.Top + (row * cellHeight));
        double sum = 0;
        int count = 0;
        for (int y = (int)Math.Ceiling(top); y < top + cellHeight; y++)
        {
            for (int x = (int)Math.Ceiling(left); x < left + cellWidth; x++)
            {
                int pixel = 3 * ((y * width) + x);
                sum += (rgb[pixel] + rgb[pixel + 1] + rgb[pixel + 2]) / 765.0;
                count++;
            }
        }

        return sum / count;
    }
}
