using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Synthetic;

/// <summary>Writes Gluon's ResNets like MXNet's exporter: the ten files of opset 7, and <c>resnet50-v1-12</c>.</summary>
internal sealed class MxnetTopology : ResNetTopology
{
    private readonly string _prefix;

    /// <param name="architecture">A network of version 1 or 2.</param>
    /// <param name="number">The number of Gluon's name scope, with which all names begin.</param>
    /// <param name="weights">The source of the weights.</param>
    public MxnetTopology(ResNetArchitecture architecture, int number, WeightInitializer weights)
        : base(architecture, weights, CreateModel(architecture))
        => _prefix = $"resnetv{(IsSecond(architecture) ? 2 : 1)}{number}_";

    protected override string InputName => "data";

    protected override string OutputName => _prefix + "dense0_fwd";

    protected override bool ListsShapes => WasConverted(Architecture);

    protected override bool PointwiseBias => !PreActivation;

    protected override bool NormalizesInput => PreActivation;

    // Gluon's basic block adds the body to the shortcut, all others the reverse. The exporter follows the operands.
    protected override bool ShortcutFirst => !PreActivation && Architecture.Block == ResNetBlock.Basic;

    protected override string StemPool => _prefix + "pool0_fwd";

    private bool PreActivation => IsSecond(Architecture);

    protected override string Convolution(LayerPosition position) => $"{Scope(position)}conv{ConvolutionIndex(position)}_fwd";

    protected override string ConvolutionWeight(LayerPosition position) => $"{Scope(position)}conv{ConvolutionIndex(position)}_weight";

    protected override string ConvolutionBias(LayerPosition position) => $"{Scope(position)}conv{ConvolutionIndex(position)}_bias";

    protected override string Norm(LayerPosition position) => $"{Scope(position)}batchnorm{NormIndex(position)}_fwd";

    protected override string Norm(LayerPosition position, BatchNormParameter parameter)
        => $"{Scope(position)}batchnorm{NormIndex(position)}_" + parameter switch
        {
            BatchNormParameter.Scale => "gamma",
            BatchNormParameter.Offset => "beta",
            BatchNormParameter.Mean => "running_mean",
            _ => "running_var",
        };

    protected override string Relu(LayerPosition position)
    {
        if (position.Stage == 0)
        {
            return $"{Scope(position)}relu{(PreActivation ? position.Layer - 1 : position.Layer)}_fwd";
        }

        return PreActivation
            ? $"{Scope(position)}activation{(position.Block * Architecture.ConvolutionsPerBlock) + position.Layer}"
            : $"{Scope(position)}relu{(position.Block * (Architecture.ConvolutionsPerBlock - 1)) + position.Layer}_fwd";
    }

    protected override string Sum(int stage, int block) => $"{_prefix}stage{stage}__plus{block}";

    protected override string SumRelu(int stage, int block) => $"{_prefix}stage{stage}_activation{block}";

    protected override void DescribeWindow(OnnxNode node, LayerPosition position, int kernel, int stride, int padding)
    {
        if (node.Is("Conv"))
        {
            node.Attributes.Set("dilations", [1L, 1]);
            node.Attributes.Set("group", 1);
        }

        node.Attributes.Set("kernel_shape", [(long)kernel, kernel]);
        node.Attributes.Set("pads", [(long)padding, padding, padding, padding]);
        node.Attributes.Set("strides", [(long)stride, stride]);
    }

    protected override void DescribeNorm(OnnxNode node)
    {
        node.Attributes.Set("epsilon", Epsilon);
        node.Attributes.Set("momentum", 0.9f);
        if (Architecture.Opset < 9)
        {
            node.Attributes.Set("spatial", 1);
        }
    }

    protected override void Head(Activation map)
    {
        string pool = _prefix + "pool1_fwd";
        Activation x = Emit(CreateNode("GlobalAveragePool", [map.Name], pool),
            new Activation(pool, map.Channels, 1, map.Sample?.Average()));
        OnnxNode flatten;
        if (PreActivation)
        {
            string shape = $"reshape_attr_tensor{Position}";
            EmitConstant(Integers(shape, 0, -1));
            flatten = CreateNode("Reshape", [pool, shape], _prefix + "flatten0_reshape0");
        }
        else
        {
            // The name counts the dense layer's two weights.
            flatten = CreateNode("Flatten", [pool], $"flatten_{Position + 2}");
        }

        x = Emit(flatten, x with { Name = flatten.Name, IsFlat = true });
        OnnxNode dense = CreateNode("Gemm", [x.Name, _prefix + "dense0_weight", _prefix + "dense0_bias"], OutputName);
        dense.Attributes.Set("alpha", 1f);
        dense.Attributes.Set("beta", 1f);
        dense.Attributes.Set("transA", 0);
        dense.Attributes.Set("transB", 1);
        _ = Dense(dense, dense.Inputs[1], dense.Inputs[2], x);
    }

    private static bool IsSecond(ResNetArchitecture architecture) => architecture.Version == ResNetVersion.V2;

    // A converter upgraded the file from opset 7. It inferred shapes and wrote the empty name of ONNX's own domain.
    private static bool WasConverted(ResNetArchitecture architecture) => architecture.Opset > 7;

    private static OnnxModel CreateModel(ResNetArchitecture architecture)
    {
        string graphName = IsSecond(architecture) ? "main" : "mxnet_converted_model";
        OnnxModel model = new(architecture.Opset < 9 ? 3 : 4, architecture.Opset, graphName);
        return WasConverted(architecture) ? OnnxModel.Parse(WithDomainName(model.ToArray())) : model;
    }

    private static byte[] WithDomainName(byte[] model)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        proto.OpsetImport[0].Domain = string.Empty;
        return proto.ToByteArray();
    }

    // The exporter's counter includes the input, the weights and the nodes so far.
    private int Position => 1 + Model.Graph.Initializers.Count + Model.Graph.Nodes.Count;

    private string Scope(LayerPosition position) => position.Stage == 0 ? _prefix : $"{_prefix}stage{position.Stage}_";

    private int ConvolutionIndex(LayerPosition position)
    {
        if (position.Stage == 0 || position.Layer == LayerPosition.Shortcut)
        {
            return position.Stage == 0 ? 0 : Architecture.ConvolutionsPerBlock;
        }

        // The projection of the first block is numbered after the body.
        bool projects = position.Stage > 1 || Architecture.Block == ResNetBlock.Bottleneck;
        return (position.Block * Architecture.ConvolutionsPerBlock) + position.Layer + (position.Block > 0 && projects ? 1 : 0);
    }

    private int NormIndex(LayerPosition position)
    {
        if (position.Stage == 0)
        {
            return position.Layer;
        }

        return PreActivation ? (position.Block * Architecture.ConvolutionsPerBlock) + position.Layer : ConvolutionIndex(position);
    }
}
