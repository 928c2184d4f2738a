namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>As MXNet's exporter writes Gluon's ResNets: the ten files of opset 7, and <c>resnet50-v1-12</c>.</summary>
internal sealed class MxnetTopology : ResNetTopology
{
    private readonly string _prefix;

    /// <param name="architecture">A network of version 1 or 2.</param>
    /// <param name="number">Gluon's running number of the network, which its names begin with.</param>
    /// <param name="weights">Where its weights come from.</param>
    public MxnetTopology(ResNetArchitecture architecture, int number, WeightInitializer weights)
        : base(architecture, weights, new OnnxModel(architecture.Opset < 9 ? 3 : 4, architecture.Opset, IsSecond(architecture) ? "main" : "mxnet_converted_model"))
        => _prefix = $"resnetv{(IsSecond(architecture) ? 2 : 1)}{number}_";

    protected override string InputName => "data";

    protected override string OutputName => _prefix + "dense0_fwd";

    // The converter that raised the file from opset 7 inferred them, and named ONNX's own domain.
    protected override bool ListsShapes => Architecture.Opset > 7;

    protected override bool PointwiseBias => !PreActivation;

    protected override bool NormalizesInput => PreActivation;

    // Gluon's basic block adds the body to the shortcut, all others the shortcut to the body; the exporter goes by operands.
    protected override bool ShortcutFirst => !PreActivation && Architecture.Block == ResNetBlock.Basic;

    protected override string StemPool => _prefix + "pool0_fwd";

    private bool PreActivation => IsSecond(Architecture);

    protected override string Convolution(Place place) => $"{Scope(place)}conv{ConvolutionIndex(place)}_fwd";

    protected override string ConvolutionWeight(Place place) => $"{Scope(place)}conv{ConvolutionIndex(place)}_weight";

    protected override string ConvolutionBias(Place place) => $"{Scope(place)}conv{ConvolutionIndex(place)}_bias";

    protected override string Norm(Place place) => $"{Scope(place)}batchnorm{NormIndex(place)}_fwd";

    protected override string Norm(Place place, NormParameter parameter) => $"{Scope(place)}batchnorm{NormIndex(place)}_" + parameter switch
    {
        NormParameter.Scale => "gamma",
        NormParameter.Offset => "beta",
        NormParameter.Mean => "running_mean",
        _ => "running_var",
    };

    protected override string Relu(Place place)
    {
        if (place.Stage == 0)
        {
            return $"{Scope(place)}relu{(PreActivation ? place.Layer - 1 : place.Layer)}_fwd";
        }

        return PreActivation
            ? $"{Scope(place)}activation{(place.Block * Architecture.ConvolutionsPerBlock) + place.Layer}"
            : $"{Scope(place)}relu{(place.Block * (Architecture.ConvolutionsPerBlock - 1)) + place.Layer}_fwd";
    }

    protected override string Sum(int stage, int block) => $"{_prefix}stage{stage}__plus{block}";

    protected override string SumRelu(int stage, int block) => $"{_prefix}stage{stage}_activation{block}";

    protected override void DescribeWindow(OnnxNode node, Place place, int kernel, int stride, int padding)
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
        Activation x = Emit(CreateNode("GlobalAveragePool", [map.Name], pool), new Activation(pool, map.Channels, 1, map.Sample?.Average()));
        OnnxNode flatten;
        if (PreActivation)
        {
            string shape = $"reshape_attr_tensor{Position}";
            EmitConstant(Integers(shape, 0, -1));
            flatten = CreateNode("Reshape", [pool, shape], _prefix + "flatten0_reshape0");
        }
        else
        {
            // Named after the dense layer, whose weights come in between.
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

    protected override void Finish()
    {
        if (Architecture.Opset > 7)
        {
            Model.NameDefaultDomain();
        }
    }

    private static bool IsSecond(ResNetArchitecture architecture) => architecture.Version == ResNetVersion.V2;

    // The exporter's count of what it has met so far: the input, the weights and the nodes.
    private int Position => 1 + Model.Graph.Initializers.Count + Model.Graph.Nodes.Count;

    private string Scope(Place place) => place.Stage == 0 ? _prefix : $"{_prefix}stage{place.Stage}_";

    private int ConvolutionIndex(Place place)
    {
        if (place.Stage == 0 || place.Layer == Place.Shortcut)
        {
            return place.Stage == 0 ? 0 : Architecture.ConvolutionsPerBlock;
        }

        // The first block's projection is numbered after its body.
        bool projects = place.Stage > 1 || Architecture.Block == ResNetBlock.Bottleneck;
        return (place.Block * Architecture.ConvolutionsPerBlock) + place.Layer + (place.Block > 0 && projects ? 1 : 0);
    }

    private int NormIndex(Place place)
    {
        if (place.Stage == 0)
        {
            return place.Layer;
        }

        return PreActivation ? (place.Block * Architecture.ConvolutionsPerBlock) + place.Layer : ConvolutionIndex(place);
    }
}
