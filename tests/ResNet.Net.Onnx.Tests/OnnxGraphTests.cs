namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxGraphTests
{
    [Fact]
    public void RemoveUnused_NodesInitializersAndInfos_KeepsWhatOutputsDependOn()
    {
        TestModel net = new TestModel(8).Input("x", 1).Output("y", 1).Weight("used", [1], 1f).Weight("unused", [1], 1f)
            .Weight("by removed", [1], 1f)
            .Node("Add", ["x", "used"], ["y"]).Node("Add", ["x", "by removed"], ["z"]).Node("Relu", ["z"], ["zz"]);
        OnnxGraph graph = net.Model.Graph;
        foreach (string name in (string[])["y", "z", "used", "unused"])
        {
            graph.ValueInfos.Add(new OnnxValueInfo(name, OnnxElementType.Float, [1]));
        }

        graph.RemoveUnused().Should().Be(2);

        graph.Nodes.Should().ContainSingle().Which.Outputs.Should().Equal("y");
        graph.Initializers.Select(t => t.Name).Should().Equal("used");
        graph.Inputs.Select(i => i.Name).Should().Equal("x", "used");
        graph.ValueInfos.Select(v => v.Name).Should().Equal("y", "used");
        net.Model.Check().Should().BeEmpty();
    }

    [Fact]
    public void RemoveUnused_ValuesUsedOnlyInSubgraph_AreKept()
    {
        OnnxGraph graph = new TestModel(13).Input("x", 1).Input("c", 1).Output("y", 1).Weight("w", [1], 1f).Node("Relu", ["x"], ["r"])
            .Node(NestedGraphs.If("c", "y", NestedGraphs.If("r", "deep", new OnnxNode("Add", ["r", "w"], ["sum"])))).Model.Graph;

        graph.Nodes.Add(new OnnxNode("Relu", ["x"], ["unused"]));

        graph.RemoveUnused().Should().Be(1);

        graph.Nodes.Select(n => n.OpType).Should().Equal("Relu", "If");
        graph.Initializers.Select(t => t.Name).Should().Equal("w");
    }

    [Fact]
    public void RemoveUnused_UnsortedNodes_KeepsWhatOutputsDependOn()
    {
        OnnxGraph graph = new TestModel(13).Input("x", 1).Output("y", 1).Node("Relu", ["a"], ["y"]).Node("Abs", ["b"], ["a"])
            .Node("Neg", ["x"], ["b"]).Node("Neg", ["x"], ["unused"]).Model.Graph;

        graph.RemoveUnused().Should().Be(1);

        graph.Nodes.Select(n => n.OpType).Should().Equal("Relu", "Abs", "Neg");
    }

    [Fact]
    public void ReplaceUses_NodesSubgraphsAndOutputs_UseTheReplacement()
    {
        OnnxNode hidden = new("Relu", ["v"], ["r"]);
        OnnxNode own = NestedGraphs.If("v", "b", new OnnxNode("Relu", ["v"], ["s"]));
        NestedGraphs.GraphOf(own).Input.Add(new OnnxValueInfo("v", OnnxElementType.Float, [1]).Proto); // its own "v"
        OnnxGraph graph = new TestModel(13).Input("x", 1).Output("v", 1).Node("Abs", ["x"], ["v"]).Node("Add", ["v", "v"], ["d"])
            .Node(NestedGraphs.If("v", "a", hidden)).Node(own).Model.Graph;

        graph.ReplaceUses("v", "x");

        graph.Nodes[0].Outputs.Should().Equal("v");
        graph.Nodes[1].Inputs.Should().Equal("x", "x");
        graph.Nodes[2].Inputs.Should().Equal("x");
        hidden.Inputs.Should().Equal("x");
        NestedGraphs.GraphOf(own).Node[0].Input.Should().Equal("v");
        graph.Outputs[0].Name.Should().Be("x");
    }

    [Fact]
    public void SortNodes_WithSubgraph_PutsNodesAfterTheirProducers()
    {
        OnnxGraph graph = new TestModel(13).Input("x", 1).Output("y", 1)
            .Node(NestedGraphs.If("x", "y", new OnnxNode("Relu", ["late"], ["i"]))).Node("Neg", ["x"], ["first"])
                .Node("Abs", ["b"], ["late"]).Node("Exp", ["x"], ["b"]).Model.Graph;

        graph.SortNodes();

        graph.Nodes.Select(n => n.OpType).Should().Equal("Neg", "Exp", "Abs", "If");
        graph.SortNodes();
        graph.Nodes.Select(n => n.OpType).Should().Equal("Neg", "Exp", "Abs", "If");
    }

    [Fact]
    public void SortNodes_Cycle_ThrowsWithItsNodes()
    {
        OnnxGraph graph = new TestModel(13).Input("x", 1).Output("y", 1).Node(new OnnxNode("Relu", ["x"], ["free"], "outside"))
            .Node(new OnnxNode("Relu", ["c"], ["a"], "one")).Node(new OnnxNode("Abs", ["a"], ["b"], "two"))
            .Node(new OnnxNode("Add", ["b", "free"], ["c"], "three")).Node(new OnnxNode("Neg", ["c"], ["y"], "after")).Model.Graph;

        FluentActions.Invoking(graph.SortNodes).Should().Throw<OnnxModelException>()
            .WithMessage("The graph has a cycle: *").Which.Message.Should()
            .Contain("node 'one' (Relu) -> node 'two' (Abs)").And.Contain("node 'two' (Abs) -> node 'three' (Add)")
            .And.Contain("node 'three' (Add) -> node 'one' (Relu)").And.NotContain("outside").And.NotContain("after");
    }

    [Fact]
    public void SortNodes_LongCycle_ThrowsWithSomeOfItsNodes()
    {
        TestModel net = new(13);
        for (int i = 0; i < 50_000; i++)
        {
            net.Node("Relu", [$"v{i}"], [$"v{(i + 1) % 50_000}"]);
        }

        FluentActions.Invoking(net.Model.Graph.SortNodes).Should().Throw<OnnxModelException>()
            .WithMessage("*and 49980 more*").Which.Message.Length.Should().BeLessThan(2000);
    }

    [Fact]
    public void CreateUniqueName_TakenName_GetsANumber()
    {
        OnnxGraph graph = new TestModel(13).Input("n", 1).Output("n_1", 1).Weight("n_2", [1], 1f)
            .Node(new OnnxNode("Relu", ["n"], ["n_1"], "n_3"))
            .Node(NestedGraphs.If("n", "o", new OnnxNode("Relu", ["n"], ["n_4"], "n_5"))).Model.Graph;
        graph.ValueInfos.Add(new OnnxValueInfo("n_6", OnnxElementType.Float, null));

        graph.CreateUniqueName("n").Should().Be("n_7");
        graph.CreateUniqueName("free").Should().Be("free");
    }

    [Fact]
    public void DropInitializerInputs_IrVersion3_KeepsFeedInputs()
    {
        OnnxGraph graph = new TestModel(8).Weight("w", [1], 1f).Input("x", 1).Weight("v", [1], 1f).Input("z", 1).Model.Graph;
        graph.FeedInputs.Select(i => i.Name).Should().Equal("x", "z");

        graph.DropInitializerInputs().Should().Be(2);

        graph.Inputs.Select(i => i.Name).Should().Equal("x", "z");
        graph.DropInitializerInputs().Should().Be(0);
    }

    [Fact]
    public void CreateIndex_Lookups_FindProducersConsumersAndInitializers()
    {
        OnnxGraph graph = new TestModel(13).Input("x", 1).Output("y", 1).Weight("w", [1], 1f).Node("Add", ["x", "w"], ["a"])
            .Node("Add", ["a", "a"], ["b"]).Node(NestedGraphs.If("x", "y", new OnnxNode("Relu", ["a"], ["i"]))).Model.Graph;

        OnnxGraphIndex index = graph.CreateIndex();

        index.FindProducer("a").Should().BeSameAs(graph.Nodes[0]).And.BeSameAs(graph.FindProducer("a"));
        index.FindProducer("x").Should().BeNull();
        index.FindConsumers("a").Should().Equal(graph.Nodes[1], graph.Nodes[2]);
        index.FindConsumers("y").Should().BeEmpty();
        index.FindInitializer("w").Should().BeSameAs(graph.FindInitializer("w"));
        index.FindInitializer("x").Should().BeNull();
        graph.FindInitializer("x").Should().BeNull();
    }

    [Fact]
    public void ToString_Node_ReturnsNameOrOutputAndOperator()
    {
        new OnnxNode("Conv", ["x"], ["y"], "first").ToString().Should().Be("node 'first' (Conv)");
        new OnnxNode("QLinearAdd", ["x"], ["y"], domain: "com.microsoft").ToString().Should()
            .Be("the node that produces 'y' (com.microsoft.QLinearAdd)");
        new OnnxNode("Op", [], []).ToString().Should().Be("a node without a name or outputs (Op)");
    }

    [Fact]
    public void Is_AndGetInputOrNull_RespectDomainAndOmittedInputs()
    {
        new OnnxNode("Conv", ["", "w"], ["y"], domain: "ai.onnx").Is("Conv").Should().BeTrue();
        new OnnxNode("Conv", ["", "w"], ["y"], domain: "org").Is("Conv").Should().BeFalse();
        new OnnxNode("Conv", ["", "w"], ["y"]).GetInputOrNull(0).Should().BeNull();
        new OnnxNode("Conv", ["", "w"], ["y"]).GetInputOrNull(2).Should().BeNull();
    }
}
