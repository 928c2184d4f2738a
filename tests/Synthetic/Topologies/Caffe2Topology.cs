namespace ResNet.Net.Synthetic;

/// <summary>Writes ResNet-50 like Caffe2's exporter, at opset 3, 6, 7, 8 or 9.</summary>
internal sealed class Caffe2Topology : ResNetTopology
{
    // A leftover of the training input queue that the exporter included. No node uses it.
    private const string Queue = "gpu_0/imagenet1k_blobs_queue_f22e83c9-22cd-4a8b-a66d-113af6b832b4_0";
    private const string Shape = "OC2_DUMMY_1";

    public Caffe2Topology(int opset, WeightInitializer weights)
        : base(ResNetArchitecture.ImageNet(50, ResNetVersion.V15) with { Opset = opset }, weights,
            new OnnxModel(3, opset, "resnet50") { ProducerName = "onnx-caffe2" })
    {
    }

    protected override string InputName => "gpu_0/data_0";

    protected override string OutputName => "gpu_0/softmax_1";

    protected override OnnxDimension Batch => 1;

    // The float next above 1e-5.
    protected override float Epsilon => 1.0000000656873453e-05f;

    protected override string SumOperator => "Sum";

    protected override string StemPool => "gpu_0/pool1_1";

    protected override string Convolution(LayerPosition position) => position.Stage == 0 ? "gpu_0/conv1_1" : Branch(position) + "_1";

    protected override string ConvolutionWeight(LayerPosition position)
        => position.Stage == 0 ? "gpu_0/conv1_w_0" : Branch(position) + "_w_0";

    protected override string Norm(LayerPosition position) => Branch(position) + "_bn_1";

    protected override string Norm(LayerPosition position, BatchNormParameter parameter) => Branch(position) + "_bn_" + parameter switch
    {
        BatchNormParameter.Scale => "s_0",
        BatchNormParameter.Offset => "b_0",
        BatchNormParameter.Mean => "rm_0",
        _ => "riv_0",
    };

    // Caffe2 works in place, so each new value is another version of the normalized one.
    protected override string Relu(LayerPosition position) => Branch(position) + "_bn_2";

    protected override string Sum(int stage, int block) => Branch(new LayerPosition(stage, block, 2)) + "_bn_2";

    protected override string SumRelu(int stage, int block) => Branch(new LayerPosition(stage, block, 2)) + "_bn_3";

    // The exporter writes explicit empty names.
    protected override OnnxNode CreateNode(string opType, IEnumerable<string> inputs, string output)
        => new(opType, inputs, [output]) { Name = string.Empty };

    protected override void DescribeWindow(OnnxNode node, LayerPosition position, int kernel, int stride, int padding)
    {
        if (position.Layer == LayerPosition.Shortcut)
        {
            node.Attributes.Set("strides", [(long)stride, stride]);
            node.Attributes.Set("kernel_shape", [(long)kernel, kernel]);
            return;
        }

        node.Attributes.Set("pads", [(long)padding, padding, padding, padding]);
        node.Attributes.Set("kernel_shape", [(long)kernel, kernel]);
        node.Attributes.Set("strides", [(long)stride, stride]);
    }

    protected override void DescribeNorm(OnnxNode node)
    {
        if (Architecture.Opset < 7)
        {
            node.Attributes.Set("is_test", 1);
        }

        node.Attributes.Set("epsilon", Epsilon);
        if (Architecture.Opset < 6)
        {
            node.Attributes.Set("consumed_inputs", [0L, 0, 0, 1, 1]);
        }
    }

    protected override void Head(Activation map)
    {
        OnnxNode pool = CreateNode("AveragePool", [map.Name], "gpu_0/pool5_1");
        pool.Attributes.Set("strides", [1L, 1]);
        pool.Attributes.Set("kernel_shape", [(long)map.Size, map.Size]);
        Activation x = Emit(pool, new Activation(pool.Outputs[0], map.Channels, 1, map.Sample?.Average()));

        OnnxNode reshape = CreateNode("Reshape", [x.Name], "OC2_DUMMY_0");
        EmitConstant(OnnxTensor.Create<float>(Queue, [1, 1], [0]));
        if (Architecture.Opset < 5)
        {
            reshape.Attributes.Set("shape", [1L, x.Channels]);
        }
        else
        {
            EmitConstant(OnnxTensor.Create<long>(Shape, [2], [1, x.Channels]));
            reshape.Inputs.Add(Shape);
        }

        x = Emit(reshape, x with { Name = reshape.Outputs[0] });
        OnnxNode dense = CreateNode("Gemm", [x.Name, "gpu_0/pred_w_0", "gpu_0/pred_b_0"], "gpu_0/pred_1");
        dense.Attributes.Set("transB", 1);
        if (Architecture.Opset < 7)
        {
            dense.Attributes.Set("broadcast", 1);
        }

        x = Dense(dense, dense.Inputs[1], dense.Inputs[2], x);
        Model.Graph.Nodes.Add(CreateNode("Softmax", [x.Name], OutputName));
    }

    protected override void Finish()
    {
        OnnxGraph graph = Model.Graph;
        Reorder(graph.Initializers, t => t.Name == Shape ? 1 : 0, t => t.Name);

        // Trained weights first, then statistics, then the rest.
        Reorder(graph.Inputs, i => i.Name is Queue or Shape ? 2 : IsStatistic(i.Name) ? 1 : 0, _ => string.Empty);

        static bool IsStatistic(string name)
            => name.EndsWith("_rm_0", StringComparison.Ordinal) || name.EndsWith("_riv_0", StringComparison.Ordinal);

        static void Reorder<T>(IList<T> list, Func<T, int> group, Func<T, string> name)
        {
            List<T> ordered = [.. list.OrderBy(group).ThenBy(name, StringComparer.Ordinal)];
            list.Clear();
            ordered.ForEach(list.Add);
        }
    }

    private static string Branch(LayerPosition position)
    {
        string branch = position.Layer == LayerPosition.Shortcut ? "1" : $"2{(char)('a' + position.Layer)}";
        return position.Stage == 0 ? "gpu_0/res_conv1" : $"gpu_0/res{position.Stage + 1}_{position.Block}_branch{branch}";
    }
}
