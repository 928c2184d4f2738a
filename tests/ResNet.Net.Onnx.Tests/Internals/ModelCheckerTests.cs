using Google.Protobuf;

namespace ResNet.Net.Onnx.Tests.Internals;

public sealed class ModelCheckerTests
{
    public static TheoryData<string, string> Problems => new()
    {
        { "value of nothing", "input 1 of node 'n' (Add), 'absent', is given by no node, and is neither a graph input nor an initializer" },
        { "value of nothing within", "input 0 of node 'inner' (Relu), 'absent', is given by no node, and is neither a graph input nor an initializer" },
        { "given twice", "two nodes give the value 'y': node 'n' (Relu) and node 'm' (Abs)" },
        { "input given again", "node 'n' (Relu) gives the value 'x', which is a graph input or an initializer already" },
        { "initializer given again", "node 'n' (Relu) gives the value 'w', which is a graph input or an initializer already" },
        { "wrong order", "the nodes are in no order in which they can run: node 'second' (Abs) stands after a node that takes its output" },
        { "cycle", "The graph has a cycle: node 'm' (Abs) -> node 'n' (Relu) -> node 'm' (Abs)" },
        { "own output", "The graph has a cycle: node 'n' (Relu) -> node 'n' (Relu)" },
        { "no operator", "node 'n' () has no operator" },
        { "domain not imported", "node 'n' (org.Relu) has an operator of the set 'org', which is not imported" },
        { "domain not imported within", "node 'inner' (org.Relu) has an operator of the set 'org', which is not imported" },
        { "output of nothing", "the graph output 'z' is given by no node" },
        { "two inputs", "two graph inputs are called 'x'" },
        { "input without name", "a graph input has no name" },
        { "two initializers", "two initializers are called 'w'" },
        { "initializer no input", "the initializer 'w' is no graph input, which IR version 3 demands (version 4 does not)" },
        { "wrong size", "the tensor 'w' Float [3] has 4 bytes instead of 12" },
        { "wrong list", "the tensor 'w' Float [3] has 2 values instead of 3" },
        { "wrong type", "the tensor 'w' has the element type 99, which is not known" },
        { "negative shape", "The tensor 'w' has the shape [-3], which no tensor can have" },
        { "external", "the tensor 'w' keeps its values in another file" },
        { "domain twice", "the operator set '' is imported 2 times" },
        { "no opset", "no operator set is imported" },
        { "no IR version", "the IR version is 0, but they are counted from 1" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Check_OneDefect_IsNamed(string defect, string problem) => Make(defect).Check().Should().Equal(problem);

    [Fact]
    public void Check_InnerGraphTakingWhatComesLater_IsNamed()
    {
        OnnxModel model = new TestModel(13).Input("x", 1).Output("y", 1).Node(Nested.If("x", "y", new OnnxNode("Relu", ["late"], ["i"], "inner"))).Node("Abs", ["x"], ["late"]);

        model.Check().Should().ContainSingle().Which.Should().Contain("node 'inner' (Relu), 'late'");
    }

    [Fact]
    public void Check_InnerGraphTakingWhatCameBefore_IsRight()
    {
        OnnxModel model = new TestModel(13).Input("x", 1).Output("y", 1).Weight("w", [1], 1f).Node("Abs", ["x"], ["a"]).Node(Nested.If("x", "y", Nested.If("a", "j", new OnnxNode("Add", ["a", "w"], ["i"]))));

        model.Check().Should().BeEmpty();
    }

    [Fact]
    public void Check_ManyInnerGraphsAndValues_TakesNoSquare()
    {
        // Each inner graph sees every value before it: a copy for each would be 400 million names.
        TestModel net = new TestModel(13).Input("x", 1).Output("y", 1);
        for (int i = 0; i < 20_000; i++)
        {
            net.Node(Nested.If("x", $"v{i}", new OnnxNode("Relu", ["x"], [$"i{i}"])));
        }

        net.Node("Relu", ["v19999"], ["y"]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        net.Model.Check().Should().BeEmpty();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(200 << 20);
    }

    private static OnnxModel Make(string defect)
    {
        TestModel net = new TestModel(defect == "initializer no input" ? 8 : 13).Input("x", 3).Output("y", 3);
        OnnxGraph graph = net.Model.Graph;
        switch (defect)
        {
            case "value of nothing":
                return net.Node(new OnnxNode("Add", ["x", "absent"], ["y"], "n"));
            case "value of nothing within":
                return net.Node(Nested.If("x", "y", new OnnxNode("Relu", ["absent"], ["i"], "inner")));
            case "given twice":
                return net.Node(new OnnxNode("Relu", ["x"], ["y"], "n")).Node(new OnnxNode("Abs", ["x"], ["y"], "m"));
            case "input given again":
                return net.Node(new OnnxNode("Relu", ["x"], ["x", "y"], "n"));
            case "initializer given again":
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
            case "domain not imported within":
                return net.Node(Nested.If("x", "y", new OnnxNode("Relu", ["x"], ["i"], "inner", "org")));
            case "output of nothing":
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
            case "domain twice":
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
            case "external":
                tensor.Proto.DataLocation = Onnx.Internals.Schema.TensorProto.Types.DataLocation.External;
                break;
        }

        return net;
    }
}
