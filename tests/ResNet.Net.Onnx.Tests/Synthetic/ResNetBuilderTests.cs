namespace ResNet.Net.Onnx.Tests;

public sealed class ResNetBuilderTests
{
    [Theory]
    [InlineData(18, 11_689_512)]
    [InlineData(34, 21_797_672)]
    [InlineData(50, 25_557_032)]
    [InlineData(101, 44_549_160)]
    [InlineData(152, 60_192_808)]
    public void Build_ImageNet_HasTheParametersOfTorchvision(int depth, long parameters)
    {
        ResNetArchitecture architecture = ResNetArchitecture.ImageNet(depth);

        OnnxModel model = ResNetBuilder.Build(architecture, Zeros);

        architecture.Depth.Should().Be(depth);
        Trainable(model).Should().Be(parameters);
        model.Check().Should().BeEmpty();
    }

    [Theory]
    [InlineData(20, ResNetShortcut.ZeroPadding, 269_722)]
    [InlineData(20, ResNetShortcut.Projection, 272_474)]
    [InlineData(56, ResNetShortcut.ZeroPadding, 853_018)]
    [InlineData(110, ResNetShortcut.ZeroPadding, 1_727_962)]
    public void Build_Cifar_HasTheParametersOfThePaper(int depth, ResNetShortcut shortcut, long parameters)
        => Trainable(ResNetBuilder.Build(ResNetArchitecture.Cifar(depth) with { Shortcut = shortcut }, Zeros)).Should().Be(parameters);

    [Theory]
    [InlineData(ResNetVersion.V1, ResNetBlock.Basic, ResNetStem.Cifar, ResNetShortcut.ZeroPadding, 7)]
    [InlineData(ResNetVersion.V1, ResNetBlock.Bottleneck, ResNetStem.ImageNet, ResNetShortcut.Projection, 9)]
    [InlineData(ResNetVersion.V15, ResNetBlock.Bottleneck, ResNetStem.ImageNet, ResNetShortcut.ZeroPadding, 10)]
    [InlineData(ResNetVersion.V15, ResNetBlock.Bottleneck, ResNetStem.Cifar, ResNetShortcut.Projection, 17)]
    [InlineData(ResNetVersion.V2, ResNetBlock.Basic, ResNetStem.Cifar, ResNetShortcut.ZeroPadding, 13)]
    [InlineData(ResNetVersion.V2, ResNetBlock.Bottleneck, ResNetStem.ImageNet, ResNetShortcut.Projection, 21)]
    public void Build_AnyShape_Runs(ResNetVersion version, ResNetBlock block, ResNetStem stem, ResNetShortcut shortcut, int opset)
    {
        ResNetArchitecture architecture = new()
        {
            BlocksPerStage = [2, 1, 3],
            Version = version,
            Block = block,
            Stem = stem,
            Shortcut = shortcut,
            Opset = opset,
            Width = 12,
            Classes = 7,
            InputSize = 45,
            InputChannels = 4,
        };

        OnnxModel model = ResNetBuilder.Build(architecture, seed: 3);

        model.Check().Should().BeEmpty();
        float[] input = [.. Enumerable.Range(0, 2 * 4 * 45 * 45).Select(i => MathF.Sin(i * 0.37f) + MathF.Cos(i / 45 * 0.11f))];
        (float[] values, long[] shape) = ModelRun.Of(model, ("input", [2, 4, 45, 45], input));
        shape.Should().Equal(2, 7);
        values.Should().OnlyContain(v => float.IsFinite(v)).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Build_WithCallback_CallsItOncePerWeight()
    {
        List<string> names = [];

        OnnxModel model = ResNetBuilder.Build(ResNetArchitecture.Cifar(8), (name, shape, values) =>
        {
            names.Add(name);
            values.Fill(shape.Length);
        });

        names.Should().OnlyHaveUniqueItems().And.Contain(["conv1.weight", "bn1.running_var", "layer3.0.bn2.bias", "fc.weight"]);
        model.Graph.FindInitializer("layer1.0.conv1.weight")!.ToArray<float>().Should().OnlyContain(v => v == 4);
        model.Graph.Initializers.Where(t => t.ElementType == OnnxElementType.Float).Select(t => t.Name).Should().Equal(names);
    }

    [Fact]
    public void Build_Bottlenecks_StrideInTheLayerOfTheVersion()
    {
        Stride(ResNetVersion.V1, "layer2.0.conv1").Should().Equal(2, 2);
        Stride(ResNetVersion.V15, "layer2.0.conv1").Should().Equal(1, 1);
        Stride(ResNetVersion.V15, "layer2.0.conv2").Should().Equal(2, 2);

        static long[]? Stride(ResNetVersion version, string name) => ResNetBuilder.Build(ResNetArchitecture.ImageNet(50, version), Zeros)
            .Graph.Nodes.Single(n => n.Name == name).Attributes.GetInts("strides");
    }

    [Fact]
    public void Build_InvalidArchitecture_ThrowsWithTheProperty()
    {
        ResNetArchitecture valid = ResNetArchitecture.Cifar(8);

        ShouldName(valid with { BlocksPerStage = [] }, "*BlocksPerStage*");
        ShouldName(valid with { BlocksPerStage = [1, 0] }, "*BlocksPerStage*1, 0*");
        ShouldName(valid with { Width = 0 }, "*Width is 0*");
        ShouldName(valid with { Classes = -1 }, "*Classes is -1*");
        ShouldName(valid with { InputSize = 0 }, "*InputSize is 0*");
        ShouldName(valid with { InputChannels = 0 }, "*InputChannels is 0*");
        ShouldName(valid with { Opset = 6 }, "*Opset is 6*");
        ShouldName(valid with { Block = (ResNetBlock)9 }, "*Block is 9*Bottleneck*");

        static void ShouldName(ResNetArchitecture architecture, string message)
            => ((Action)(() => ResNetBuilder.Build(architecture))).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Theory]
    [InlineData(19)]
    [InlineData(2)]
    public void Cifar_OtherDepth_ThrowsWithTheRule(int depth)
        => ((Action)(() => ResNetArchitecture.Cifar(depth))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*6n + 2*");

    [Fact]
    public void ImageNet_OtherDepth_ThrowsWithTheDepths()
        => ((Action)(() => ResNetArchitecture.ImageNet(51))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*18, 34, 50, 101 and 152*");

    private static void Zeros(string name, ReadOnlySpan<long> shape, Span<float> values)
    {
    }

    private static long Trainable(OnnxModel model) => model.Graph.Initializers
        .Where(t => t.ElementType == OnnxElementType.Float && !t.Name.Contains("running_", StringComparison.Ordinal))
        .Sum(t => t.Length);
}
