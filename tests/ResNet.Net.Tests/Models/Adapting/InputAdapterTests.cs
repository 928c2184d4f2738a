namespace ResNet.Net.Tests;

/// <summary>
/// Compares adapted models with ONNX Runtime on the original file, whose input is calculated from the pixels. Every score depends on every
/// value of the input, so that a wrong layout changes it.
/// </summary>
public class InputAdapterTests
{
    private const int Float = 1, Bytes = 2, Half = 10, Double = 11, Brain = 16;
    private const int Width = 10, Height = 6, Classes = 4;

    private static readonly PreprocessingProfile Exact = new()
    {
        Name = "exact",
        Resize = ResizeRule.Squash(Width, Height),
        Crop = new CropRule(Width, Height),
    };

    private static readonly PreprocessingProfile Unit = Exact with { Mean = new ChannelValues(0, 0, 0), Std = new ChannelValues(1, 1, 1) };
    private static readonly PreprocessingProfile Raw = Unit with { Range = ValueRange.ZeroTo255 };
    private static readonly byte[] Pixels = RandomPixels();

    public static TheoryData<InputLayout, int, int, int> Inputs
    {
        get
        {
            TheoryData<InputLayout, int, int, int> data = [];
            foreach (InputLayout layout in Enum.GetValues<InputLayout>())
            {
                foreach (int elementType in new[] { Float, Bytes, Half, Double, Brain })
                {
                    foreach (int channels in new[] { 1, 3, 4 })
                    {
                        foreach (int batch in new[] { -1, 1, 3, 0 })
                        {
                            data.Add(layout, elementType, channels, batch);
                        }
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void GetScores_AdaptedInput_EqualsTheOriginalModel(InputLayout layout, int elementType, int channels, int batch)
    {
        byte[] model = Dense(ShapeOf(layout, channels, batch, open: false), elementType);
        PreprocessingProfile profile = elementType == Bytes ? Raw : channels == 1 ? Gray(Exact) : Exact;
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(model) { Profile = profile }, new ResNetClassifierOptions { BatchSize = 8 });

        float[] scores = Scores(classifier);

        scores.Should().Equal(Reference(model, layout, elementType, channels, batch, profile), IsNear);
        classifier.BatchSize.Should().Be(batch switch { -1 => 8, 0 => 1, _ => batch });
    }

    [Theory]
    [InlineData(InputLayout.Nchw)]
    [InlineData(InputLayout.Nhwc)]
    public void GetScores_GrayOfBgrProfile_WeightsTheColors(InputLayout layout)
    {
        byte[] model = Dense(ShapeOf(layout, 1, -1, open: false), Float);
        PreprocessingProfile profile = Gray(Exact) with { Channels = ChannelOrder.Bgr };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = profile });

        Scores(classifier).Should().Equal(Reference(model, layout, Float, 1, -1, profile), IsNear);
    }

    [Theory]
    [InlineData(ChannelOrder.Rgb)]
    [InlineData(ChannelOrder.Bgr)]
    public void GetScores_FourChannels_AlphaIsOpaqueAndLast(ChannelOrder order)
    {
        byte[] model = Dense(ShapeOf(InputLayout.Nhwc, 4, -1, open: false), Bytes);
        PreprocessingProfile profile = Raw with { Channels = order };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = profile });

        Scores(classifier).Should().Equal(Reference(model, InputLayout.Nhwc, Bytes, 4, -1, profile), IsNear);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(18)]
    public void GetScores_Opsets_EqualTheOriginalModel(int opset)
    {
        byte[] model = Dense(ShapeOf(InputLayout.Nhwc, 3, 0, open: false), Bytes, opset);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = Raw });

        Scores(classifier).Should().Equal(Reference(model, InputLayout.Nhwc, Bytes, 3, 0, Raw), IsNear);
    }

    [Theory]
    [InlineData(InputLayout.Nchw)]
    [InlineData(InputLayout.Nhwc)]
    public void Create_EverythingOpen_UsesTheDeclaredLayoutAndTheSizeOfTheProfile(InputLayout layout)
    {
        byte[] model = Dense(ShapeOf(layout, 3, -1, open: true), Float);
        using ResNetClassifier classifier
            = ResNetClassifier.Create(new ModelDefinition(model) { Profile = Exact, InputLayout = layout });

        Scores(classifier).Should().Equal(Reference(model, layout, Float, 3, -1, Exact), IsNear);
    }

    [Fact]
    public void Create_EverythingOpenWithoutLayout_NamesThePropertyToSet()
        => Creating(new ModelDefinition(Dense([-1, -1, -1, -1], Float)) { Profile = Exact })
            .Should().Throw<ResNetException>()
            .WithMessage("*'image Float [open0, open1, open2, open3]'*channels*ModelDefinition.InputLayout*");

    [Theory]
    [InlineData(new long[] { 0, 3, 1, 2 }, InputLayout.Nhwc)]
    [InlineData(new long[] { 0, 2, 3, 1 }, InputLayout.Nchw)]
    [InlineData(null, InputLayout.Nchw)]
    public void Create_EverythingOpen_LayoutFollowsFromTheGraph(long[]? permutation, InputLayout expected)
    {
        OnnxModelBuilder builder = new OnnxModelBuilder().Input("image", [-1, -1, -1, -1]).Node("Identity", ["image"], ["same"]);
        builder = permutation is null
            ? builder.ListNode("MaxPool", "same", "used", "kernel_shape", [1, 1])
            : builder.ListNode("Transpose", "same", "used", "perm", permutation);
        byte[] model = WithDense(builder, "used", 3).Output("scores", [-1, Classes]).Build();
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = Exact });

        Scores(classifier).Should().Equal(Reference(model, expected, Float, 3, -1, Exact), IsNear);
    }

    [Fact]
    public void Create_SquareOfThree_LayoutFollowsFromTheGraph()
    {
        // Both 1 and 3 can be the dimension of the channels.
        byte[] model = WithDense(
            new OnnxModelBuilder().Input("image", [-1, 3, 3, 3]).ListNode("Transpose", "image", "used", "perm", [0, 3, 1, 2]),
            "used",
            3,
            pixels: 9).Output("scores", [-1, Classes]).Build();
        PreprocessingProfile profile = Unit.WithCrop(3, 3) with { Resize = ResizeRule.Squash(3, 3) };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = profile });
        float[] scores = new float[Classes];

        classifier.GetScores(new PixelView(Pixels.AsSpan(0, 27), 3, 3), scores);

        float[] values = [.. Pixels.Take(27).Select(p => p / 255f)];
        scores.Should().Equal(RawModel.Run(model, [1, 3, 3, 3], Float, values), IsNear);
    }

    [Theory]
    [InlineData(new long[] { -1, 5, 6, 10 }, Float, "*5*")]
    [InlineData(new long[] { -1, 6, 10, 2 }, Float, "*Neither 6 nor 2*channels*")]
    [InlineData(new long[] { -1, 3, 6, 10, 2 }, Float, "*5 dimensions*")]
    [InlineData(new long[] { 60, 3 }, Float, "*2 dimensions*")]
    [InlineData(new long[] { -1, 6, 10 }, Float, "*number of channels*")]
    [InlineData(new long[] { -1, 3, 6, 10 }, 6, "*Int32*float32, float16, bfloat16, double and uint8*")]
    [InlineData(new long[] { -1, 6, 10, 3 }, 3, "*Int8*float32, float16, bfloat16, double and uint8*")]
    [InlineData(new long[] { 0, 3, 6, 10 }, Float, "*A dimension is 0*")]
    [InlineData(new long[] { -1, 3, 3_000_000_000, 10 }, Float, "*A dimension is 3000000000*")]
    [InlineData(new long[] { 5_000_000_000, 3, 6, 10 }, Float, "*A dimension is 5000000000*")]
    [InlineData(new long[] { -1, 3, 60_000, 60_000 }, Float, "*60000x60000 pixels*")]
    [InlineData(new long[] { 2_000_000_000, 3, 6, 10 }, Float, "*fixed batch size 2000000000*")]
    public void Create_InputThatIsNoImage_NamesTheReason(long[] shape, int elementType, string message)
        => Creating(new ModelDefinition(Unconnected(shape, elementType)))
            .Should().Throw<ResNetException>().WithMessage(message).Which.Message.Should().NotContain("crop");

    [Fact]
    public void Create_AnotherSize_NamesBothSizes()
        => Creating(new ModelDefinition(Dense([-1, 6, 10, 3], Float)) { Profile = Unit.WithCrop(12, 8) })
            .Should().Throw<ResNetException>().WithMessage("*expects images of 10x6 pixels*12x8*WithCrop*");

    [Fact]
    public void Create_BytesWithNormalization_NamesTheValuesToSet()
        => Creating(new ModelDefinition(Dense([-1, 6, 10, 3], Bytes)) { Profile = Exact })
            .Should().Throw<ResNetException>().WithMessage("*bytes from 0 to 255*'exact'*ZeroTo255*Mean*Std*");

    [Fact]
    public void Create_GrayWithColorNormalization_NamesTheReason()
        => Creating(new ModelDefinition(Dense([-1, 6, 10, 1], Float)) { Profile = Exact })
            .Should().Throw<ResNetException>().WithMessage("*gray*1 channel*'exact'*differently*");

    [Fact]
    public void Create_BytesByAnEqualProfile_IsAccepted()
    {
        // Range [0, 1] with a standard deviation of 1/255 produces the same bytes.
        byte[] model = Dense([-1, 6, 10, 3], Bytes);
        PreprocessingProfile profile = Unit with { Std = new ChannelValues(1 / 255f, 1 / 255f, 1 / 255f) };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = profile });

        Scores(classifier).Should().Equal(Reference(model, InputLayout.Nhwc, Bytes, 3, -1, Raw), IsNear);
    }

    private static byte[] Dense(long[] shape, int elementType, int opset = 13)
    {
        OnnxModelBuilder builder = new OnnxModelBuilder { Opset = opset }
            .Input("image", shape, elementType)
            .Node("Cast", ["image"], ["float"], ("to", Float));
        long channels = shape[^1] < 0 ? 3 : shape[^1] == Width ? shape[^3] : shape[^1];
        return WithDense(builder, "float", (int)channels, hasBatch: shape.Length == 4)
            .Output("scores", [shape.Length == 4 ? shape[0] : 1, Classes])
            .Build();
    }

    private static OnnxModelBuilder WithDense(
        OnnxModelBuilder builder, string value, int channels, int pixels = Width * Height, bool hasBatch = true)
    {
        Random random = new(channels);
        int count = channels * pixels;
        float[] weights = [.. Enumerable.Range(0, count * Classes).Select(_ => (float)(random.NextDouble() - 0.5) / count)];
        return builder
            .Initializer("weights", [count, Classes], weights)
            .Node("Flatten", [value], ["flat"], ("axis", hasBatch ? 1 : 0))
            .Node("MatMul", ["flat", "weights"], ["scores"]);
    }

    private static byte[] Unconnected(long[] shape, int elementType) => new OnnxModelBuilder()
        .Input("image", shape, elementType)
        .Initializer("scores", [1, 2], [1, 2])
        .Output("scores", [1, 2])
        .Build();

    private static long[] ShapeOf(InputLayout layout, int channels, int batch, bool open)
    {
        long[] image = open ? [-1, -1, -1]
            : layout == InputLayout.Nchw ? [channels, Height, Width] : [Height, Width, channels];
        return batch == 0 ? image : [batch, .. image];
    }

    private static PreprocessingProfile Gray(PreprocessingProfile profile)
        => profile with { Mean = new ChannelValues(0.4f, 0.4f, 0.4f), Std = new ChannelValues(0.2f, 0.2f, 0.2f) };

    /// <summary>Calculates the input from the pixels, and runs the original model on it.</summary>
    private static float[] Reference(
        byte[] model, InputLayout layout, int elementType, int channels, int batch, PreprocessingProfile profile)
    {
        int images = Math.Max(batch, 1);
        float[] values = new float[images * channels * Width * Height];
        for (int i = 0; i < Width * Height; i++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                int index = layout == InputLayout.Nchw ? (channel * Width * Height) + i : (i * channels) + channel;
                values[index] = (float)ValueOf(i, channel);
            }
        }

        long[] shape = ShapeOf(layout, channels, batch == 0 ? 0 : images, open: false);
        return RawModel.Run(model, shape, elementType, values)[..Classes];

        double ValueOf(int pixel, int channel)
        {
            double range = profile.Range == ValueRange.ZeroToOne ? 1 : 255;
            if (channel == 3)
            {
                return range;
            }

            int color = profile.Channels == ChannelOrder.Bgr ? 2 - channel : channel;
            double[] colors = [.. Enumerable.Range(0, 3).Select(c => (double)Pixels[(pixel * 3) + c])];
            double value = channels == 1 ? (0.299 * colors[0]) + (0.587 * colors[1]) + (0.114 * colors[2]) : colors[color];
            double normalized = ((value / 255 * range) - profile.Mean[channel]) / profile.Std[channel];
            return elementType == Bytes ? Math.Floor(normalized + 0.5) : normalized;
        }
    }

    private static float[] Scores(ResNetClassifier classifier)
    {
        float[] scores = new float[Classes];
        classifier.GetScores(new PixelView(Pixels, Width, Height), scores);
        return scores;
    }

    private static Action Creating(ModelDefinition model) => () => ResNetClassifier.Create(model).Dispose();

    // Half the distance between bfloat16 numbers near 1, where both sides can round differently.
    private static bool IsNear(float actual, float expected) => Math.Abs(actual - expected) < 2e-5f * Math.Max(1, Math.Abs(expected));

    private static byte[] RandomPixels()
    {
        byte[] pixels = new byte[Width * Height * 3];
        new Random(7).NextBytes(pixels);
        return pixels;
    }
}
