using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx.Tests;

public class OnnxModelSummaryTests
{
    [Fact]
    public void Read_Model_AgreesWithTheWholeModel()
    {
        OnnxModel model = HeadNetworks.Build("QLinear");

        OnnxModelSummary summary = Read(model.ToArray());

        summary.IrVersion.Should().Be(model.IrVersion);
        summary.Opset.Should().Be(model.Opset);
        summary.InputNames.Should().Equal(model.Graph.Inputs.Select(i => i.Name));
        summary.InitializerNames.Should().Equal(model.Graph.Initializers.Select(t => t.Name));
        (summary.HasExternalData, summary.HasReplaceableWeights).Should().Be((false, false));
    }

    [Fact]
    public void FindScoreOutputs_ThousandsOfFeaturesAndDenseLayers_ReturnsTheScores()
    {
        const int Count = 20_000;
        TestModel net = new TestModel(13).Input("x", 1, 3, 8, 8).Weight<float>("w", [3, 1], 1, 2, 3);
        net.Node("GlobalAveragePool", ["x"], ["p"]).Node("Flatten", ["p"], ["f"]);
        foreach (int i in Enumerable.Range(0, Count))
        {
            net.Node("MatMul", ["x", "w"], [$"m{i}"]).Node("Identity", ["f"], [$"f{i}"]).Output($"f{i}");
        }

        net.Node("MatMul", ["f", "w"], ["y"]).Output("y", 1, 1);

        Read(net.Model.ToArray()).FindScoreOutputs().Should().Equal("y");
    }

    [Fact]
    public void Read_Metadata_AgreesWithTheWholeModel()
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        model.SetMetadata("names", "{0: 'çat'}");
        model.SetMetadata("long", new string('x', 100_000));
        model.SetMetadata("empty", "");

        Read(model.ToArray()).Metadata.Should().BeEquivalentTo(model.Metadata).And.HaveCount(3);
    }

    [Fact]
    public void Read_MetadataAboveTheLimit_IsOmitted()
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        model.SetMetadata("first", "1");
        model.SetMetadata("huge", new string('x', OnnxModelSummary.MaxMetadataBytes));

        Read(model.ToArray()).Metadata.Should().ContainSingle().Which.Key.Should().Be("first");
    }

    [Fact]
    public void Read_InputsAndOutputs_HaveTypesAndShapes()
    {
        OnnxModel model = new(7, 13, "test");
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxElementType.UInt8, ["N", 3, 5_000_000_000, default]));
        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxElementType.Float16, null));

        OnnxModelSummary summary = Read(model.ToArray());

        summary.Inputs.Select(i => i.ToString()).Should().Equal("x UInt8 [N, 3, 5000000000, ?]");
        summary.Outputs.Select(o => o.ToString()).Should().Equal("y Float16 of unknown shape");
    }

    [Theory]
    [InlineData(4, "Sequence")]
    [InlineData(5, "Map")]
    [InlineData(8, "SparseTensor")]
    [InlineData(9, "Optional")]
    public void Read_OutputOfAnotherType_IsUndefinedAndKept(int field, string kind)
    {
        // ModelProto.graph.output = { name: "y", type: { field: {} } }
        byte[] type = [(byte)((field << 3) | 2), 0];
        byte[] bytes = [0x3A, 0x09, 0x62, 0x07, 0x0A, 0x01, (byte)'y', 0x12, 0x02, .. type];

        OnnxValueInfo output = Read(bytes).Outputs.Should().ContainSingle().Subject;

        (output.ElementType, output.ToString()).Should().Be((OnnxElementType.Undefined, $"y {kind}"));
        OnnxModel.Parse(bytes).ToArray().Should().Equal(bytes);
    }

    [Theory]
    [InlineData("Conv", OnnxImageLayout.Nchw)]
    [InlineData("GlobalAveragePool", OnnxImageLayout.Nchw)]
    [InlineData("MatMul", OnnxImageLayout.Unknown)]
    public void FindInputUse_FirstOperator_DeterminesTheLayout(string operation, OnnxImageLayout expected)
    {
        TestModel model = new TestModel(13).Input("x", 1, 3, 8, 8).Output("y", 1);
        model.Model.Graph.Initializers.Add(OnnxTensor.Create<float>("mean", [3], [3, 6, 9]));
        model.Model.Graph.Initializers.Add(OnnxTensor.Create<float>("std", [1], [2]));
        model
            .Node(new OnnxNode("Cast", ["x"], ["cast"]))
            .Node(new OnnxNode("Sub", ["cast", "mean"], ["centered"]))
            .Node(new OnnxNode("Div", ["centered", "std"], ["scaled"]))
            .Node(new OnnxNode(operation, ["scaled"], ["y"]));

        Read(model.Model.ToArray()).FindInputUse("x").Should().Be(new OnnxInputUse(expected, 0.5, -3));
    }

    [Theory]
    [InlineData(new long[] { 0, 3, 1, 2 }, OnnxImageLayout.Nhwc)]
    [InlineData(new long[] { 2, 0, 1 }, OnnxImageLayout.Nhwc)]
    [InlineData(new long[] { 0, 2, 3, 1 }, OnnxImageLayout.Nchw)]
    [InlineData(new long[] { 3, 2, 1, 0 }, OnnxImageLayout.Unknown)]
    public void FindInputUse_Transpose_DeterminesTheLayoutAndKeepsTheNormalization(long[] permutation, OnnxImageLayout expected)
    {
        TestModel model = new TestModel(13).Input("x", 1, 8, 8, 3).Output("y", 1);
        OnnxNode scale = new("Constant", [], ["scale"]);
        scale.Attributes.Set("value", OnnxTensor.Create<float>("", [], [4]));
        OnnxNode transpose = new("Transpose", ["x"], ["turned"]);
        transpose.Attributes.Set("perm", permutation);
        model.Node(scale).Node(transpose).Node(new OnnxNode("Mul", ["scale", "turned"], ["y"]));

        double factor = expected == OnnxImageLayout.Unknown ? 1 : 4;
        Read(model.Model.ToArray()).FindInputUse("x").Should().Be(new OnnxInputUse(expected, factor, 0));
    }

    [Fact]
    public void FindClassMap_OutputOfAnotherNode_IsNull()
    {
        TestModel model = new TestModel(13).Input("x", 1).Output("y", 1).Node(new OnnxNode("Identity", ["x"], ["y"]));

        Read(model.Model.ToArray()).FindClassMap("y").Should().BeNull();
        Read(model.Model.ToArray()).FindClassMap("none").Should().BeNull();
    }

    [Fact]
    public void FindInputUse_Cycle_Ends()
    {
        TestModel model = new TestModel(13).Input("x", 1).Output("y", 1);
        model.Node(new OnnxNode("Identity", ["x"], ["x"])).Node(new OnnxNode("Add", ["y"], ["y"]));

        Read(model.Model.ToArray()).FindInputUse("x").Layout.Should().Be(OnnxImageLayout.Unknown);
        Read(model.Model.ToArray()).FindInputUse("y").Layout.Should().Be(OnnxImageLayout.Unknown);
    }

    [Theory]
    [InlineData("initializer")]
    [InlineData("attribute")]
    [InlineData("subgraph")]
    public void Read_ExternalData_IsReported(string location)
    {
        OnnxTensor tensor = OnnxTensor.Create<float>("w", [1], [1]);
        TestModel model = new TestModel(13).Input("x", 1).Output("c", 1);
        OnnxNode constant = new("Constant", [], ["c"]);
        constant.Attributes.Set("value", tensor);
        if (location == "initializer")
        {
            model.Model.Graph.Initializers.Add(tensor);
        }
        else
        {
            model.Node(location == "attribute" ? constant : NestedGraphs.If("x", "c", constant));
        }

        Read(model.Model.ToArray()).HasExternalData.Should().BeFalse();
        tensor.Proto.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });

        Read(model.Model.ToArray()).HasExternalData.Should().BeTrue();
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Read_WeightsAmongInputs_AreReplaceableFromIrVersion4(int irVersion, bool replaceable)
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        model.IrVersion = irVersion;
        model.Graph.Inputs.Add(new OnnxValueInfo("dense", OnnxElementType.Float, [5, 6]));

        Read(model.ToArray()).HasReplaceableWeights.Should().Be(replaceable);
    }

    [Fact]
    public void Read_EveryTruncation_ReadsOrThrowsOnnxModelException()
    {
        byte[] bytes = HeadNetworks.Build("ConstantNodes").ToArray();
        int rejected = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            rejected += IsRejected(bytes.AsSpan(0, length).ToArray()) ? 1 : 0;
        }

        rejected.Should().BeGreaterThan(bytes.Length / 2);
    }

    [Fact]
    public void Read_DamagedBytes_ReadsOrThrowsOnnxModelException()
    {
        byte[] bytes = HeadNetworks.Build("ConstantNodes").ToArray();
        Random random = new(3);
        int rejected = 0;
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. bytes];
            for (int i = 0; i < 4; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            rejected += IsRejected(damaged) ? 1 : 0;
        }

        rejected.Should().BeInRange(1, 4999, "some mutations damage the structure, others only a value");
    }

    [Theory]
    [InlineData("SoftmaxOfParts")]
    [InlineData("ShiftedSoftmaxOfParts")]
    public void FindOutputContent_SoftmaxOfParts_IsSoftmax(string kind)
    {
        OnnxModel model = HeadNetworks.Build(kind);
        model.Graph.Outputs.Add(new OnnxValueInfo("logits", OnnxElementType.Float, ["N", HeadNetworks.Classes]));
        OnnxModelSummary summary = Read(model.ToArray());

        summary.FindOutputContent(HeadNetworks.Output).Should().Be(OnnxOutputContent.Softmax);
        summary.FindScoreOutputs().Should().Equal(HeadNetworks.Output);

        // A quotient of anything else is not a Softmax.
        model.Graph.FindProducer("total")!.OpType = "ReduceMax";
        Read(model.ToArray()).FindOutputContent(HeadNetworks.Output).Should().Be(OnnxOutputContent.Unknown);
    }

    [Theory]
    [InlineData("Conv, GlobalAveragePool", OnnxOutputContent.Logits)]
    [InlineData("Conv, Relu, GlobalAveragePool, Flatten", OnnxOutputContent.Logits)]
    [InlineData("Conv, Add:bias, GlobalAveragePool", OnnxOutputContent.Logits)]
    [InlineData("Conv, Add:constant, GlobalAveragePool", OnnxOutputContent.Logits)]
    [InlineData("Conv, Add:x, Relu, GlobalAveragePool", OnnxOutputContent.Features)]
    [InlineData("Conv, Add:x, GlobalAveragePool, Flatten", OnnxOutputContent.Features)]
    [InlineData("Conv, Add:x, GlobalAveragePool, Flatten, Gemm:bias", OnnxOutputContent.Logits)]
    [InlineData("MatMul:bias, Add:bias", OnnxOutputContent.Logits)]
    [InlineData("Gemm:bias, Softmax, Identity", OnnxOutputContent.Softmax)]
    [InlineData("Gemm:bias, Softmax, QuantizeLinear, DequantizeLinear", OnnxOutputContent.QuantizedSoftmax)]
    [InlineData("Gemm:bias, LogSoftmax", OnnxOutputContent.LogSoftmax)]
    [InlineData("Gemm:bias, Sigmoid, Cast", OnnxOutputContent.Sigmoid)]
    [InlineData("Gemm:bias, Softmax, Mul:bias", OnnxOutputContent.Unknown)]
    [InlineData("Add:x", OnnxOutputContent.Unknown)]
    [InlineData("", OnnxOutputContent.Unknown)]
    public void FindOutputContent_EndOfGraph_IsRecognized(string nodes, OnnxOutputContent expected)
    {
        TestModel model = new TestModel(13).Input("x", 1).Weight<float>("bias", [1], 1);
        model.Node(new OnnxNode("Constant", [], ["constant"]), ("value", OnnxTensor.Create<float>("", [1], [1])));
        string value = "x";
        foreach (string node in nodes.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = node.Split(':');
            string output = $"{value}_{parts[0]}";
            model.Node(parts[0], [value, .. parts[1..]], [output]);
            value = output;
        }

        Read(model.Output(value, 1).Model.ToArray()).FindOutputContent(value).Should().Be(expected);
    }

    private static bool IsRejected(byte[] bytes)
    {
        try
        {
            _ = Read(bytes);
            return false;
        }
        catch (OnnxModelException)
        {
            return true;
        }
    }

    private static OnnxModelSummary Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return OnnxModelSummary.Read(stream);
    }
}
