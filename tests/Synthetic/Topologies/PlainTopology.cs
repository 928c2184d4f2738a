namespace ResNet.Net.Synthetic;

/// <summary>Writes a ResNet of any shape with torchvision's names.</summary>
internal sealed class PlainTopology(ResNetArchitecture architecture, WeightInitializer weights)
    : ResNetTopology(architecture, weights, new OnnxModel(IrVersion(architecture.Opset), architecture.Opset, $"resnet{architecture.Depth}"))
{
    protected override string InputName => "input";

    protected override string OutputName => "logits";

    protected override string StemPool => "maxpool";

    protected override string Convolution(LayerPosition position) => position switch
    {
        { Stage: 0 } => "conv1",
        { Layer: LayerPosition.Shortcut } => Block(position) + "downsample.0",
        _ => $"{Block(position)}conv{position.Layer + 1}",
    };

    protected override string ConvolutionWeight(LayerPosition position) => Convolution(position) + ".weight";

    protected override string Norm(LayerPosition position) => position switch
    {
        { Stage: 0, Layer: 2 } => "bn_last",
        { Stage: 0 } => "bn1",
        { Layer: LayerPosition.Shortcut } => Block(position) + "downsample.1",
        _ => $"{Block(position)}bn{position.Layer + 1}",
    };

    protected override string Norm(LayerPosition position, BatchNormParameter parameter) => Norm(position) + parameter switch
    {
        BatchNormParameter.Scale => ".weight",
        BatchNormParameter.Offset => ".bias",
        BatchNormParameter.Mean => ".running_mean",
        _ => ".running_var",
    };

    protected override string Relu(LayerPosition position) => position switch
    {
        { Stage: 0, Layer: 2 } => "relu_last",
        { Stage: 0 } => "relu",
        _ => $"{Block(position)}relu{position.Layer + 1}",
    };

    protected override string Sum(int stage, int block) => Block(new LayerPosition(stage, block, 0)) + "sum";

    protected override string SumRelu(int stage, int block) => Block(new LayerPosition(stage, block, 0)) + "relu";

    protected override void DescribeWindow(OnnxNode node, LayerPosition position, int kernel, int stride, int padding)
    {
        node.Attributes.Set("kernel_shape", [(long)kernel, kernel]);
        node.Attributes.Set("pads", [(long)padding, padding, padding, padding]);
        node.Attributes.Set("strides", [(long)stride, stride]);
    }

    protected override void DescribeNorm(OnnxNode node) => node.Attributes.Set("epsilon", Epsilon);

    protected override void Head(Activation map)
    {
        Activation x = Emit(CreateNode("GlobalAveragePool", [map.Name], "avgpool"),
            new Activation("avgpool", map.Channels, 1, map.Sample?.Average()));
        x = Emit(CreateNode("Flatten", [x.Name], "features"), x with { Name = "features", IsFlat = true });
        OnnxNode dense = CreateNode("Gemm", [x.Name, "fc.weight", "fc.bias"], OutputName);
        dense.Attributes.Set("transB", 1);
        _ = Dense(dense, "fc.weight", "fc.bias", x);
    }

    private static string Block(LayerPosition position) => $"layer{position.Stage}.{position.Block}.";

    // The version that was released with the opset: https://github.com/onnx/onnx/blob/main/docs/Versioning.md.
    private static long IrVersion(int opset) => opset switch
    {
        < 9 => 3,
        9 => 4,
        10 => 5,
        11 => 6,
        < 15 => 7,
        < 19 => 8,
        < 21 => 9,
        _ => 10,
    };
}
