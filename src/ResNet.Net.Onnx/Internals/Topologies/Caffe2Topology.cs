namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>ResNet-50 as Caffe2's exporter writes it, at opset 3, 6, 7, 8 or 9.</summary>
internal sealed class Caffe2Topology : ResNetTopology
{
    // What the exporter took along of the training's input queue; no node takes it.
    private const string Queue = "gpu_0/imagenet1k_blobs_queue_f22e83c9-22cd-4a8b-a66d-113af6b832b4_0";
    private const string Shape = "OC2_DUMMY_1";

    public Caffe2Topology(int opset, WeightInitializer weights)
        : base(ResNetArchitecture.ImageNet(50, ResNetVersion.V15) with { Opset = opset }, weights, new OnnxModel(3, opset, "resnet50") { ProducerName = "onnx-caffe2" })
    {
    }

    protected override string InputName => "gpu_0/data_0";

    protected override string OutputName => "gpu_0/softmax_1";

    protected override OnnxDimension Batch => 1;

    // One over 1e-5, in floats.
    protected override float Epsilon => 1.0000000656873453e-05f;

    protected override string SumOperator => "Sum";

    protected override string StemPool => "gpu_0/pool1_1";

    protected override string Convolution(Place place) => place.Stage == 0 ? "gpu_0/conv1_1" : Branch(place) + "_1";

    protected override string ConvolutionWeight(Place place) => place.Stage == 0 ? "gpu_0/conv1_w_0" : Branch(place) + "_w_0";

    protected override string Norm(Place place) => Branch(place) + "_bn_1";

    protected override string Norm(Place place, NormParameter parameter) => Branch(place) + "_bn_" + parameter switch
    {
        NormParameter.Scale => "s_0",
        NormParameter.Offset => "b_0",
        NormParameter.Mean => "rm_0",
        _ => "riv_0",
    };

    // Each further version of the value that the normalisation gave, which Caffe2 overwrites.
    protected override string Relu(Place place) => Branch(place) + "_bn_2";

    protected override string Sum(int stage, int block) => Branch(new Place(stage, block, 2)) + "_bn_2";

    protected override string SumRelu(int stage, int block) => Branch(new Place(stage, block, 2)) + "_bn_3";

    // The exporter writes the names, but they are empty.
    protected override OnnxNode CreateNode(string opType, IEnumerable<string> inputs, string output) => new(opType, inputs, [output]) { Name = string.Empty };

    protected override void DescribeWindow(OnnxNode node, Place place, int kernel, int stride, int padding)
    {
        if (place.Layer == Place.Shortcut)
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

        // Statistics after the weights that training changed, what is no weight at the end.
        Reorder(graph.Inputs, i => i.Name is Queue or Shape ? 2 : i.Name.EndsWith("_rm_0", StringComparison.Ordinal) || i.Name.EndsWith("_riv_0", StringComparison.Ordinal) ? 1 : 0, _ => string.Empty);

        static void Reorder<T>(IList<T> list, Func<T, int> group, Func<T, string> name)
        {
            List<T> ordered = [.. list.OrderBy(group).ThenBy(name, StringComparer.Ordinal)];
            list.Clear();
            ordered.ForEach(list.Add);
        }
    }

    private static string Branch(Place place) => place.Stage == 0
        ? "gpu_0/res_conv1"
        : $"gpu_0/res{place.Stage + 1}_{place.Block}_branch{(place.Layer == Place.Shortcut ? "1" : $"2{(char)('a' + place.Layer)}")}";
}
