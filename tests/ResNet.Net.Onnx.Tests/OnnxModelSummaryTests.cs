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
