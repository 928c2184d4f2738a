namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>A ResNet of any shape, with torchvision's names.</summary>
internal sealed class PlainTopology(ResNetArchitecture architecture, WeightInitializer weights)
    : ResNetTopology(architecture, weights, new OnnxModel(IrVersion(architecture.Opset), architecture.Opset, $"resnet{architecture.Depth}"))
{
    protected override string InputName => "input";

    protected override string OutputName => "logits";

    protected override string StemPool => "maxpool";

    protected override string Convolution(Place place) => place switch
    {
        { Stage: 0 } => "conv1",
        { Layer: Place.Shortcut } => Block(place) + "downsample.0",
        _ => $"{Block(place)}conv{place.Layer + 1}",
    };

    protected override string ConvolutionWeight(Place place) => Convolution(place) + ".weight";

    protected override string Norm(Place place) => place switch
    {
        { Stage: 0, Layer: 2 } => "bn_last",
        { Stage: 0 } => "bn1",
        { Layer: Place.Shortcut } => Block(place) + "downsample.1",
        _ => $"{Block(place)}bn{place.Layer + 1}",
    };

    protected override string Norm(Place place, NormParameter parameter) => Norm(place) + parameter switch
    {
        NormParameter.Scale => ".weight",
        NormParameter.Offset => ".bias",
        NormParameter.Mean => ".running_mean",
        _ => ".running_var",
    };

    protected override string Relu(Place place) => place switch
    {
        { Stage: 0, Layer: 2 } => "relu_last",
        { Stage: 0 } => "relu",
        _ => $"{Block(place)}relu{place.Layer + 1}",
    };

    protected override string Sum(int stage, int block) => Block(new Place(stage, block, 0)) + "sum";

    protected override string SumRelu(int stage, int block) => Block(new Place(stage, block, 0)) + "relu";

    protected override void DescribeWindow(OnnxNode node, Place place, int kernel, int stride, int padding)
    {
        node.Attributes.Set("kernel_shape", [(long)kernel, kernel]);
        node.Attributes.Set("pads", [(long)padding, padding, padding, padding]);
        node.Attributes.Set("strides", [(long)stride, stride]);
    }

    protected override void DescribeNorm(OnnxNode node) => node.Attributes.Set("epsilon", Epsilon);

    protected override void Head(Activation map)
    {
        Activation x = Emit(CreateNode("GlobalAveragePool", [map.Name], "avgpool"), new Activation("avgpool", map.Channels, 1, map.Sample?.Average()));
        x = Emit(CreateNode("Flatten", [x.Name], "features"), x with { Name = "features", IsFlat = true });
        OnnxNode dense = CreateNode("Gemm", [x.Name, "fc.weight", "fc.bias"], OutputName);
        dense.Attributes.Set("transB", 1);
        _ = Dense(dense, "fc.weight", "fc.bias", x);
    }

    private static string Block(Place place) => $"layer{place.Stage}.{place.Block}.";

    // The version that came with the operator set: https://github.com/onnx/onnx/blob/main/docs/Versioning.md.
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
