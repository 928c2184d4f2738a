namespace ResNet.Net.Tests;

/// <summary>Profiles of custom models without one, as their files determine them.</summary>
public class DefaultProfileTests
{
    private const int Float = 1, Bytes = 2;
    private const float Half = 0.5f;

    [Theory]
    [InlineData(new long[] { -1, 3, 48, 80 }, 80, 48)]
    [InlineData(new long[] { -1, 48, 80, 3 }, 80, 48)]
    [InlineData(new long[] { 3, 300, 300 }, 300, 300)]
    [InlineData(new long[] { -1, 3, 32, -1 }, 32, 32)]
    [InlineData(new long[] { -1, 3, -1, -1 }, 224, 224)]
    public void Create_NoProfile_CropsToTheInputSize(long[] shape, int width, int height)
    {
        PreprocessingProfile profile = ProfileOf(Model(shape));

        (profile.Crop.Width, profile.Crop.Height).Should().Be((width, height));
        PreprocessingProfile expected = PreprocessingProfile.Torchvision;
        (profile.Range, profile.Mean, profile.Std, profile.Channels)
            .Should().Be((expected.Range, expected.Mean, expected.Std, expected.Channels));
    }

    [Theory]
    [InlineData(new long[] { -1, 48, 48, 3 }, Bytes, ValueRange.ZeroTo255)]
    [InlineData(new long[] { -1, 1, 28, 28 }, Float, ValueRange.ZeroToOne)]
    [InlineData(new long[] { -1, 1, 28, 28 }, Bytes, ValueRange.ZeroTo255)]
    public void Create_BytesOrGray_IsNotNormalized(long[] shape, int elementType, ValueRange range)
    {
        PreprocessingProfile profile = ProfileOf(Model(shape, elementType));

        (profile.Range, profile.Mean, profile.Std).Should().Be((range, new ChannelValues(0, 0, 0), new ChannelValues(1, 1, 1)));
    }

    [Theory]
    [InlineData("Bgr8", "NominalRange_0_255", ChannelOrder.Bgr, 0, 255)]
    [InlineData("Rgb8", "Normalized_0_1", ChannelOrder.Rgb, 0, 1)]
    [InlineData("bgr8", "normalized_1_1", ChannelOrder.Bgr, -1, 1)]
    [InlineData("Bgra8", "NominalRange_16_235", ChannelOrder.Bgr, 16, 235)]
    [InlineData("Rgb8", null, ChannelOrder.Rgb, 0, 255)]
    [InlineData(null, "Normalized_0_1", ChannelOrder.Rgb, 0, 1)]
    public void Create_MetadataOfImages_DeterminesOrderAndRange(
        string? format, string? range, ChannelOrder order, float black, float white)
    {
        OnnxModelBuilder model = Model([-1, 3, 48, 48]);
        _ = format is null ? model : model.Metadata("Image.BitmapPixelFormat", format);
        _ = range is null ? model : model.Metadata("Image.NominalPixelRange", range);

        PreprocessingProfile profile = ProfileOf(model);

        profile.Channels.Should().Be(order);
        Normalize(profile, 0).Should().BeApproximately(black, 1e-4f);
        Normalize(profile, 255).Should().BeApproximately(white, 1e-4f);
    }

    [Theory]
    [InlineData("Mul", 1 / 255f, null, 0f, ValueRange.ZeroTo255)]
    [InlineData("Div", 255f, "Sub", Half, ValueRange.ZeroTo255)]
    [InlineData("Div", 127.5f, "Add", -1f, ValueRange.ZeroTo255)]
    [InlineData("Sub", 110f, null, 0f, ValueRange.ZeroTo255)]
    [InlineData("Sub", 0.45f, "Div", 0.22f, ValueRange.ZeroToOne)]
    [InlineData("Mul", 2f, "Sub", 1f, ValueRange.ZeroToOne)]
    [InlineData("Mul", 255f, "Sub", 110f, ValueRange.ZeroToOne)]
    public void Create_NormalizationInside_GetsUnnormalizedValues(
        string first, float firstValue, string? second, float secondValue, ValueRange range)
    {
        foreach (long[] shape in (long[][])[[-1, 3, 48, 48], [-1, 48, 48, 3]])
        {
            OnnxModelBuilder model = new OnnxModelBuilder()
                .Input("image", shape)
                .Initializer("first", [1], [firstValue])
                .Initializer("second", [1], [secondValue])
                .Node(first, ["image", "first"], ["scaled"])
                .Node(second ?? "Identity", second is null ? ["scaled"] : ["scaled", "second"], ["normalized"]);
            bool isLast = shape[^1] == 3;
            _ = isLast
                ? model.ListNode("Transpose", "normalized", "planes", "perm", [0, 3, 1, 2])
                : model.Node("Identity", ["normalized"], ["planes"]);
            model.Node("GlobalAveragePool", ["planes"], ["means"]).Output("means", [-1, 3, 1, 1]);

            PreprocessingProfile profile = ProfileOf(model);

            (profile.Range, profile.Mean, profile.Std).Should().Be((range, new ChannelValues(0, 0, 0), new ChannelValues(1, 1, 1)));
        }
    }

    [Fact]
    public void Create_ProfileGiven_IsUsedUnchanged()
    {
        PreprocessingProfile profile = PreprocessingProfile.Caffe2.WithCrop(48, 48);
        OnnxModelBuilder model = Model([-1, 48, 48, 3]).Metadata("Image.NominalPixelRange", "Normalized_0_1");
        using ResNetClassifier defined = ResNetClassifier.Create(new ModelDefinition(model.Build()) { Profile = profile });
        using ResNetClassifier optional = ResNetClassifier.Create(
            new ModelDefinition(model.Build()), new ResNetClassifierOptions { Profile = profile });

        defined.Profile.Should().BeSameAs(profile);
        optional.Profile.Should().BeSameAs(profile);
    }

    private static OnnxModelBuilder Model(long[] shape, int elementType = Float)
    {
        // Each score is the mean of all values, so that any layout works.
        OnnxModelBuilder model = new OnnxModelBuilder()
            .Input("image", shape, elementType)
            .Node("Cast", ["image"], ["values"], ("to", Float))
            .Initializer("weights", [1, 2], [1, 2]);
        return (shape.Length == 4
                ? model.ListNode("ReduceMean", "values", "means", "axes", [1, 2, 3])
                : model.ListNode("ReduceMean", "values", "means", "axes", [0, 1, 2]))
            .Initializer("shape", [2], 7, [.. BitConverter.GetBytes(-1L), .. BitConverter.GetBytes(1L)])
            .Node("Reshape", ["means", "shape"], ["flat"])
            .Node("MatMul", ["flat", "weights"], ["scores"])
            .Output("scores", [-1, 2]);
    }

    private static PreprocessingProfile ProfileOf(OnnxModelBuilder model)
    {
        ModelDefinition definition = new(model.Build()) { OutputKind = OutputKind.Logits };
        using ResNetClassifier classifier = ResNetClassifier.Create(definition);
        classifier.Classify(new PixelView(new byte[40 * 30 * 3], 40, 30)).Predictions.Should().NotBeEmpty();
        return classifier.Profile;
    }

    private static float Normalize(PreprocessingProfile profile, byte value)
        => ((value / 255f * (profile.Range == ValueRange.ZeroTo255 ? 255 : 1)) - profile.Mean.First) / profile.Std.First;
}
