using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Quantizes networks as other tools export them: computed constants, asymmetric pads, no head, old and new versions.</summary>
public class ForeignModelTests
{
    private const double LeastSqnr = 20;

    [Theory]
    [InlineData(3, 7, QuantizationFormat.Qdq)]
    [InlineData(3, 8, QuantizationFormat.QOperator)]
    [InlineData(4, 9, QuantizationFormat.Qdq)]
    [InlineData(6, 11, QuantizationFormat.Qdq)]
    [InlineData(8, 13, QuantizationFormat.QOperator)]
    [InlineData(8, 17, QuantizationFormat.QOperator)]
    [InlineData(9, 19, QuantizationFormat.Qdq)]
    [InlineData(10, 21, QuantizationFormat.QOperator)]
    [InlineData(10, 22, QuantizationFormat.Qdq)]
    [InlineData(11, 23, QuantizationFormat.QOperator)]
    [InlineData(11, 23, QuantizationFormat.Qdq)]
    public void Quantize_HeadlessNetworkWithAsymmetricPads_IsCloseToFloat(long irVersion, long opset, QuantizationFormat format)
    {
        OnnxModel model = Backbone(irVersion, opset);

        QuantizationResult result = Quantize(model, format);

        result.Report.Layers.Should().HaveCount(6).And.OnlyContain(l => l.IsQuantized);
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Quantize_PadsAndWeightsOfParts_AreFolded(QuantizationFormat format)
    {
        OnnxModel model = Backbone(8, 13);
        OnnxGraph graph = model.Graph;
        OnnxNode last = graph.FindProducer("c1")!;
        OnnxTensor weight = graph.FindInitializer(last.Inputs[1])!;
        graph.Initializers.Add(OnnxTensor.Create<long>("weight_shape", [4], [.. weight.Shape]));
        graph.Nodes.Insert(0, new OnnxNode("Add", [weight.Name, "zeros"], ["computed"]));
        graph.Nodes.Insert(0, new OnnxNode("ConstantOfShape", ["weight_shape"], ["zeros"]));
        last.Inputs[1] = "computed";

        QuantizationResult result = Quantize(model, format);

        result.Report.Layers.Should().HaveCount(6).And.OnlyContain(l => l.IsQuantized);
        result.Report.Notes.Should().Contain("2 nodes of constants folded.");
        result.Model.Graph.Nodes.Should().NotContain(n => n.OpType == "ConstantOfShape");
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [Theory]
    [InlineData(QuantizationFormat.Qdq)]
    [InlineData(QuantizationFormat.QOperator)]
    public void Quantize_FloatOperatorBetweenLayers_StaysFloat(QuantizationFormat format)
    {
        // Both outputs of the Split are inputs of integer layers.
        OnnxModel model = Backbone(8, 13);
        OnnxGraph graph = model.Graph;
        int at = graph.Nodes.IndexOf(graph.FindProducer("a1")!);
        OnnxNode add = graph.Nodes[at];
        graph.Initializers.Add(OnnxTensor.Create<long>("halves", [2], [4, 4]));
        graph.Nodes.Insert(at, new OnnxNode("Concat", ["lower", "upper"], ["joined"]));
        graph.Nodes[at].Attributes.Set("axis", 1);
        graph.Nodes.Insert(at, new OnnxNode("Add", ["first", "second"], ["upper"], "halves_node"));
        graph.Nodes.Insert(at, new OnnxNode("Softplus", ["second"], ["lower"]));
        OnnxNode split = new("Split", [add.Inputs[0], "halves"], ["first", "second"]);
        split.Attributes.Set("axis", 1);
        graph.Nodes.Insert(at, split);
        add.Inputs[0] = "joined";
        model.ThrowIfInvalid();

        QuantizationResult result = Quantize(model, format);

        result.Model.Graph.Nodes.Should().Contain(n => n.OpType == "Split").And.Contain(n => n.OpType == "Softplus");
        ReadOnlyMemory<float> image = SmallNetworks.Images(1, seed: 21)[0];
        Runs.Sqnr(Runs.Scores(model, image), Runs.Scores(result.Model, image)).Should().BeGreaterThan(LeastSqnr);
    }

    [ResNet18Fact]
    public void Quantize_RealResNet18_QuantizesEveryLayer()
    {
        OnnxModel model = OnnxModel.Load(ResNet18FactAttribute.Path);
        model.Check().Should().BeEmpty();
        PreprocessingProfile profile = PreprocessingProfile.Torchvision with
        {
            Channels = ChannelOrder.Bgr,
            Range = ValueRange.ZeroTo255,
            Mean = new ChannelValues(103.06f, 115.90f, 123.15f),
            Std = new ChannelValues(1, 1, 1),
        };
        CalibrationSet images = CalibrationSet.FromFiles(TestFolders.SampleImagePaths, profile);

        QuantizationResult result = ResNetQuantizer.Quantize(model, images, new QuantizationOptions { SqnrImages = 0 });

        result.Report.Layers.Should().HaveCount(32).And.OnlyContain(l => l.IsQuantized);
        result.Report.QuantizedBytes.Should().BeLessThan(result.Report.FloatBytes * 10 / 39);
    }

    private static QuantizationResult Quantize(OnnxModel model, QuantizationFormat format)
        => ResNetQuantizer.Quantize(model, SmallNetworks.Calibration(), new QuantizationOptions { Format = format, SqnrImages = 0 });

    /// <summary>Builds a residual block without a head. Its initializers are never graph inputs, as CNTK writes them.</summary>
    private static OnnxModel Backbone(long irVersion, long opset)
    {
        SmallNetworks.Net net = new(17, opset, "backbone");
        net.Conv("x", "c0", 3, 8, 3, 1, bias: true).Node("Relu", ["c0"], "r0");
        net.Pool("MaxPool", "r0", "p0", 3, 2, 0);
        net.Conv("p0", "c1", 8, 8, 3, 1, bias: true).Node("Add", ["c1", "p0"], "a1").Node("Relu", ["a1"], "r1");
        net.Pool("AveragePool", "r1", "p1", 2, 1, 0).Pool("AveragePool", "p1", "p2", 3, 1, 0).Node("GlobalAveragePool", ["p2"], "features");
        OnnxModel model = net.Build();
        OnnxGraph graph = model.Graph;
        graph.FindProducer("p0")!.Attributes.Set("pads", [0, 0, 1, 1]);
        graph.FindProducer("c1")!.Attributes.Set("pads", [2, 0, 0, 2]);
        graph.FindProducer("p1")!.Attributes.Set("pads", [0, 1, 1, 0]);
        graph.FindProducer("p2")!.Attributes.Remove("pads");
        graph.Outputs[0].Shape = ["N", 8, 1, 1];
        model.IrVersion = irVersion;
        graph.DropInitializerInputs();
        return model;
    }
}
