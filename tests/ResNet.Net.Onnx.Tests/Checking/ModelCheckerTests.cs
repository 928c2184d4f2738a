using Google.Protobuf;

namespace ResNet.Net.Onnx.Tests;

public sealed class ModelCheckerTests
{
    public static TheoryData<string, string> Problems => new()
    {
        { "missing value", "input 1 of node 'n' (Add) is 'absent', which is not a node's output, a graph input or an initializer" },
        {
            "missing value in subgraph",
            "input 0 of node 'inner' (Relu) is 'absent', which is not a node's output, a graph input or an initializer"
        },
        { "duplicate output", "two nodes produce the value 'y': node 'n' (Relu) and node 'm' (Abs)" },
        { "input as output", "node 'n' (Relu) produces the value 'x', which is already a graph input or an initializer" },
        { "initializer as output", "node 'n' (Relu) produces the value 'w', which is already a graph input or an initializer" },
        { "wrong order", "the nodes are not in execution order: node 'second' (Abs) follows a node that consumes its output" },
        { "cycle", "The graph has a cycle: node 'm' (Abs) -> node 'n' (Relu) -> node 'm' (Abs)" },
        { "own output", "The graph has a cycle: node 'n' (Relu) -> node 'n' (Relu)" },
        { "no operator", "node 'n' () has no operator" },
        { "domain not imported", "node 'n' (org.Relu) uses the operator set 'org', which is not imported" },
        { "domain not imported in subgraph", "node 'inner' (org.Relu) uses the operator set 'org', which is not imported" },
        { "missing output", "no node produces the graph output 'z'" },
        { "two inputs", "two graph inputs are named 'x'" },
        { "input without name", "a graph input has no name" },
        { "two initializers", "two initializers are named 'w'" },
        { "wrong size", "the tensor 'w' Float [3] has 4 bytes instead of 12" },
        { "wrong list", "the tensor 'w' Float [3] has 2 values instead of 3" },
        { "wrong type", "the tensor 'w' has the unknown element type 99" },
        { "negative shape", "the tensor 'w' has the invalid shape [-3]" },
        { "external data", "the tensor 'w' stores its values in an external file" },
        { "duplicate domain", "the operator set '' is imported 2 times" },
        { "no opset", "no operator set is imported" },
        { "no IR version", "the IR version is 0, but the first one is 1" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Check_OneDefect_ReturnsItsMessage(string defect, string problem) => Build(defect).Check().Should().Equal(problem);

    [Theory]
    [InlineData("AveragePool", "pads", new long[] { 1, 1 }, "the attribute 'pads' of node 'n' (AveragePool) has 2 values, not 4 for 2*")]
    [InlineData("MaxPool", "strides", new long[] { 2 }, "the attribute 'strides' of node 'n' (MaxPool) has 1 values, not 2 for 2*")]
    [InlineData("Conv", "dilations", new long[] { 1, 1, 1 }, "the attribute 'dilations' of node 'n' (Conv) has 3 values, not 2 for 2*")]
    [InlineData("ConvTranspose", "pads", new long[] { 0, 0, 0 }, "*'pads' of node 'n' (ConvTranspose) has 3 values, not 4*")]
    public void Check_WindowOfOtherRank_NamesNodeAndAttribute(string opType, string attribute, long[] values, string problem)
    {
        TestModel net = new TestModel(13).Input("x", 1, 1, 8, 8).Output("y").Weight<float>("w", [1, 1, 3, 3], new float[9]);
        string[] inputs = opType.StartsWith("Conv", StringComparison.Ordinal) ? ["x", "w"] : ["x"];
        net.Node(new OnnxNode(opType, inputs, ["y"], "n"), ("kernel_shape", new long[] { 3, 3 }), (attribute, values));

        net.Model.Check().Should().ContainSingle().Which.Should().Match(problem);
    }

    [Fact]
    public void Check_InitializerThatIsNoInputInIrVersion3_ReturnsNoProblem()
    {
        OnnxModel model = new TestModel(8).Input("x", 3).Output("y", 3).Node("Add", ["x", "w"], ["y"]);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [3], [1, 2, 3]));

        model.Check().Should().BeEmpty("ONNX Runtime accepts such files");
    }

    [Theory]
    [InlineData("Sum", "input 1 of node 'n' (Sum) is empty, but Sum requires it", "x", "")]
    [InlineData("Conv", "input 1 of node 'n' (Conv) is empty, but Conv requires it", "x", "")]
    [InlineData("Relu", "input 0 of node 'n' (Relu) is empty, but Relu requires it", "")]
    [InlineData("Gemm", "node 'n' (Gemm) has 1 inputs, but Gemm requires 2", "x")]
    public void Check_RequiredInputMissing_ReturnsItsPosition(string opType, string problem, params string[] inputs)
        => new TestModel(13).Input("x", 3).Output("y", 3).Node(new OnnxNode(opType, inputs, ["y"], "n")).Model
            .Check().Should().Equal(problem);

    [Fact]
    public void Problems_RequiredInputEmptyInSubgraph_AreRead()
    {
        OnnxModel model = new TestModel(13).Input("x", 1).Output("y", 1)
            .Node(NestedGraphs.If("x", "y", new OnnxNode("Max", ["x", ""], ["i"], "inner"))).Node("Clip", ["x", "", ""], ["z"]);

        using MemoryStream bytes = new(model.ToArray());
        OnnxModelSummary.Read(bytes).Problems.Should().Equal("input 1 of node 'inner' (Max) is empty, but Max requires it");
    }

    [SharedFact]
    public void Check_AveragePoolWithPadsOfOtherRank_NamesNodeAndAttribute()
        => OnnxModel.Load(Path.Combine(TestFolders.Shared, "reports", "models", "avgpad.onnx")).Check()
            .Should().ContainSingle().Which.Should().Match("the attribute 'pads' of *(AveragePool) has 8 values, not 4 for 2 *");

    [Fact]
    public void Check_SubgraphUsingLaterValue_ReturnsProblem()
    {
        OnnxModel model = new TestModel(13).Input("x", 1).Output("y", 1)
            .Node(NestedGraphs.If("x", "y", new OnnxNode("Relu", ["late"], ["i"], "inner"))).Node("Abs", ["x"], ["late"]);

        model.Check().Should().ContainSingle().Which.Should().Contain("node 'inner' (Relu) is 'late'");
    }

    [Fact]
    public void Check_SubgraphUsingEarlierValue_ReturnsNoProblem()
    {
        OnnxModel model = new TestModel(13).Input("x", 1).Output("y", 1).Weight("w", [1], 1f).Node("Abs", ["x"], ["a"])
            .Node(NestedGraphs.If("x", "y", NestedGraphs.If("a", "j", new OnnxNode("Add", ["a", "w"], ["i"]))));

        model.Check().Should().BeEmpty();
    }

    [Fact]
    public void Check_ManySubgraphs_AllocatesInProportion()
    {
        // Each subgraph sees every earlier value: a copy per subgraph would be 400 million names.
        TestModel net = new TestModel(13).Input("x", 1).Output("y", 1);
        for (int i = 0; i < 20_000; i++)
        {
            net.Node(NestedGraphs.If("x", $"v{i}", new OnnxNode("Relu", ["x"], [$"i{i}"])));
        }

        net.Node("Relu", ["v19999"], ["y"]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        net.Model.Check().Should().BeEmpty();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(200 << 20);
    }

    private static OnnxModel Build(string defect)
    {
        TestModel net = new TestModel(13).Input("x", 3).Output("y", 3);
        OnnxGraph graph = net.Model.Graph;
        switch (defect)
        {
            case "missing value":
                return net.Node(new OnnxNode("Add", ["x", "absent"], ["y"], "n"));
            case "missing value in subgraph":
                return net.Node(NestedGraphs.If("x", "y", new OnnxNode("Relu", ["absent"], ["i"], "inner")));
            case "duplicate output":
                return net.Node(new OnnxNode("Relu", ["x"], ["y"], "n")).Node(new OnnxNode("Abs", ["x"], ["y"], "m"));
            case "input as output":
                return net.Node(new OnnxNode("Relu", ["x"], ["x", "y"], "n"));
            case "initializer as output":
                return net.Weight("w", [1], 1f).Node(new OnnxNode("Relu", ["x"], ["w", "y"], "n"));
            case "wrong order":
                return net.Node(new OnnxNode("Relu", ["a"], ["y"], "first")).Node(new OnnxNode("Abs", ["x"], ["a"], "second"));
            case "cycle":
                return net.Node(new OnnxNode("Relu", ["b"], ["y"], "n")).Node(new OnnxNode("Abs", ["y"], ["b"], "m"));
            case "own output":
                return net.Node(new OnnxNode("Relu", ["y"], ["y"], "n"));
            case "no operator":
                net.Node(new OnnxNode("Relu", ["x"], ["y"], "n"));
                graph.Nodes[0].OpType = string.Empty;
                return net;
            case "domain not imported":
                return net.Node(new OnnxNode("Relu", ["x"], ["y"], "n", "org"));
            case "domain not imported in subgraph":
                return net.Node(NestedGraphs.If("x", "y", new OnnxNode("Relu", ["x"], ["i"], "inner", "org")));
            case "missing output":
                return net.Output("z", 1).Node("Relu", ["x"], ["y"]);
        }

        net.Node("Relu", ["x"], ["y"]);
        switch (defect)
        {
            case "two inputs":
                return net.Input("x", 1);
            case "input without name":
                net.Input("n", 1);
                graph.Inputs[^1].Name = string.Empty;
                return net;
            case "two initializers":
                return net.Weight("w", [1], 1f).Weight("w", [1], 1f);
            case "duplicate domain":
                return OnnxModel.Parse([.. net.Model.ToArray(), 0x42, 2, 0x10, 12]);
            case "no opset":
                return OnnxModel.Parse([0x08, 7, 0x3A, 2, 0x12, 0]);
            case "no IR version":
                return OnnxModel.Parse([0x08, 0, 0x3A, 2, 0x12, 0, 0x42, 2, 0x10, 12]);
        }

        OnnxTensor tensor = OnnxTensor.Create<float>("w", [3], [1, 2, 3]);
        graph.Initializers.Add(tensor);
        switch (defect)
        {
            case "wrong size":
                tensor.Proto.RawData = ByteString.CopyFrom(new byte[4]);
                break;
            case "wrong list":
                tensor.Proto.ClearRawData();
                tensor.Proto.FloatData.Add([1, 2]);
                break;
            case "wrong type":
                tensor.Proto.DataType = 99;
                break;
            case "negative shape":
                tensor.Proto.Dims[0] = -3;
                break;
            case "external data":
                tensor.Proto.DataLocation = Schema.TensorProto.Types.DataLocation.External;
                break;
        }

        return net;
    }
}
