namespace ResNet.Net.Onnx.Tests;

public sealed class OpsetUpgraderTests
{
    private static readonly string[] BatchNorm = ["x", "s", "b", "m", "v"];

    [Theory]
    [InlineData(6)]
    [InlineData(14)]
    [InlineData(0)]
    public void Upgrade_TargetOutOfRange_Throws(long target)
        => FluentActions.Invoking(() => OpsetUpgrader.Upgrade(Relu(6), target)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("targetOpset");


    [Fact]
    public void Upgrade_HigherOpset_ThrowsWithBothOpsets()
        => FluentActions.Invoking(() => OpsetUpgrader.Upgrade(Relu(12), 9)).Should().Throw<OnnxModelException>()
            .WithMessage("*opset 12*above 9*");

    [Fact]
    public void Upgrade_OpsetBelow1_ThrowsAtOnce()
    {
        // The opset is the most negative 64-bit integer, as a varint. One step per opset would never end.
        OnnxModel model = OnnxModel.Parse([0x08, 7, 0x3A, 2, 0x12, 0, 0x42, 11, 0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
            1]);

        FluentActions.Invoking(() => OpsetUpgrader.Upgrade(model)).Should().Throw<OnnxModelException>()
            .WithMessage("*opset -9223372036854775808*");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    public void Upgrade_ModelWithTargetOpset_IsUnchanged(long opset)
    {
        OnnxModel model = Relu(opset);
        byte[] before = model.ToArray();

        OpsetUpgradeReport report = OpsetUpgrader.Upgrade(model, opset);

        model.ToArray().Should().Equal(before);
        report.Should().BeEquivalentTo(new OpsetUpgradeReport
        {
            FromOpset = opset,
            ToOpset = opset,
            FromIrVersion = model.IrVersion,
            ToIrVersion = model.IrVersion,
            InitializersDroppedFromInputs = 0,
            Changes = []
        });
    }

    [Fact]
    public void Upgrade_ThousandsOfDropoutsAndNormalizations_RemovesTheDropouts()
    {
        const int Count = 10_000;
        TestModel net = new TestModel(6).Input("x", 1, 2).Output("y", 1, 2);
        foreach (string name in BatchNorm[1..])
        {
            net.Weight<float>(name, [2], 1, 2);
        }

        string value = "x";
        foreach (int i in Enumerable.Range(0, Count))
        {
            net.Node("Dropout", [value], [$"d{i}", $"mask{i}"], ("is_test", 1));
            net.Node("BatchNormalization", [$"d{i}", .. BatchNorm[1..]], [$"b{i}", $"mean{i}"], ("is_test", 1));
            value = $"b{i}";
        }

        net.Node("Relu", [value], ["y"]);
        OnnxGraph graph = net.Model.Graph;

        OpsetUpgrader.Upgrade(net, 13);

        graph.Nodes.Should().HaveCount(Count + 1);
        for (int i = 0; i < Count; i++)
        {
            (graph.Nodes[i].Inputs[0], graph.Nodes[i].Outputs.Single()).Should().Be((i == 0 ? "x" : $"b{i - 1}", $"b{i}"));
        }
    }

    [Fact]
    public void Upgrade_SoftmaxBeforeTheDropoutItConsumes_UsesTheDropoutsInput()
    {
        TestModel net = new TestModel(12).Input("x", 1, 2, 3).Output("y", 1, 2, 3);
        net.Node("Softmax", ["d"], ["y"], ("axis", 1)).Node("Relu", ["x"], ["r"]).Node("Dropout", ["r"], ["d"]);

        OpsetUpgrader.Upgrade(net, 13);

        net.Model.Graph.Nodes.Select(n => n.OpType).Should().Equal("Flatten", "Shape", "Softmax", "Reshape", "Relu");
        net.Model.Graph.Nodes[0].Inputs.Should().Equal("r");
        net.Model.Graph.Nodes[1].Inputs.Should().Equal("r");
    }

    [Fact]
    public void Upgrade_UnknownOperators_ThrowsWithAllAndLeavesTheModel()
    {
        TestModel net = new TestModel(6).Input("x", 4).Output("y", 4);
        net.Node(new OnnxNode("Warp", ["x"], ["a"], "first")).Node("Relu", ["a"], ["r"]).Node(new OnnxNode("Fold", ["r"], ["b"], "second"))
            .Node(new OnnxNode("Relu", ["b"], ["c"], domain: "org.example"))
            .Node(new OnnxNode("NhwcMaxPool", ["c"], ["d"], domain: "com.microsoft")).Node("QuantizeLinear", ["d", "x"], ["y"]);
        OnnxModel model = net;
        model.SetOpset("org.example", 1);
        byte[] before = model.ToArray();

        FluentActions.Invoking(() => OpsetUpgrader.Upgrade(model)).Should().Throw<OnnxModelException>().WithMessage(
            "*'test'*from opset 6 to 13*node 'first' (Warp): the operator is not supported*"
            + "node 'second' (Fold): the operator is not supported*'c' (org.example.Relu)*'d' (com.microsoft.NhwcMaxPool)*"
            + "'y' (QuantizeLinear): opset 10 introduced the operator.");

        model.ToArray().Should().Equal(before);
    }

    [Fact]
    public void Upgrade_FailureInALaterStep_LeavesTheModel()
    {
        OnnxModel model = new TestModel(1).Input("x", 2, 2).Output("y", 2, 2)
            .Node("Relu", ["x"], ["r"], ("consumed_inputs", new long[] { 0 })).Node(new OnnxNode("Reshape", ["r"], ["y"], "shapeless"));
        byte[] before = model.ToArray();

        FluentActions.Invoking(() => OpsetUpgrader.Upgrade(model)).Should().Throw<OnnxModelException>()
            .WithMessage("*node 'shapeless' (Reshape): it has no attribute 'shape'*");

        model.ToArray().Should().Equal(before);
    }

    [Fact]
    public void Upgrade_Subgraph_ThrowsWithNode()
    {
        OnnxModel model = new TestModel(7).Input("x", 1).Output("y", 1).Node(NestedGraphs.If("x", "y", new OnnxNode("Relu", ["x"], ["i"])));

        FluentActions.Invoking(() => OpsetUpgrader.Upgrade(model)).Should().Throw<OnnxModelException>()
            .WithMessage("*node 'either' (If): it has a subgraph*");
    }

    [Fact]
    public void Upgrade_Functions_ThrowsWithTheirNames()
    {
        // ModelProto.functions (25), each with a name (1).
        OnnxModel model = OnnxModel.Parse([.. Relu(8).ToArray(), 0xCA, 0x01, 6, 0x0A, 4, .. "swat"u8]);

        (model.HasFunctions, Relu(8).HasFunctions).Should().Be((true, false));
        FluentActions.Invoking(() => OpsetUpgrader.Upgrade(model)).Should().Throw<OnnxModelException>()
            .WithMessage("*defines functions (swat)*");
    }

    public static TheoryData<string, string> Rejections => new()
    {
        { "training by attribute", "*'bn' (BatchNormalization): is_test = 0 means training*" },
        { "training by outputs, old", "*'bn' (BatchNormalization): it has more than one output and no is_test*" },
        { "training by outputs, new", "*'bn' (BatchNormalization): it has more than one output*" },
        { "statistics used", "*'bn' (BatchNormalization): the output 'mean', a statistic of training, is used*" },
        { "statistics per activation", "*'bn' (BatchNormalization): spatial = 0*" },
        { "dropout in training", "*'d' (Dropout): is_test = 0*" },
        { "dropout in training by input", "*'d' (Dropout): its training_mode input 'on' is not the constant false*" },
        { "mask used", "*'d' (Dropout): the mask 'mask' is used*" },
        { "axis with unknown rank", "*'add' (Add): 'w' is broadcast to 'u' from axis 1 on, and the rank of 'u' is unknown*" },
        { "axis out of range", "*'add' (Add): axis = 2 does not fit the 2 dimensions of 'w' and the 3 of 'x'*" },
        { "negative axis", "*'add' (Add): axis = -1 does not fit*" },
        { "second input of higher rank", "*'add' (Add): 'w' has more dimensions than 'x'*" },
        { "limit of unknown type", "*'clip' (Clip): min becomes an input with the type of 'u', which is unknown*" },
        { "limit of integer type", "*'clip' (Clip): min becomes an input with the type of 'i', which is Int32*" },
        { "invalid type name", "*'cast' (Cast)*is not an element type*" },
        { "softmax axis out of range", "*'soft' (Softmax): axis = 5, but the rank of its input is 3*" },
        { "no second input", "*'add' (Add): it has no second input*" },
        { "no inputs", "*'relu' (Relu): it has no first input*" },
        { "no outputs", "*'relu' (Relu): it has no first output*" },
    };

    [Theory]
    [MemberData(nameof(Rejections))]
    public void Upgrade_UnsupportedNode_ThrowsWithReasonAndLeavesTheModel(string what, string message)
    {
        OnnxModel model = what switch
        {
            "training by attribute" => Normalized(6, ["y"], ("is_test", 0)),
            "training by outputs, old" => Normalized(6, ["y", "mean", "var", "sm", "sv"]),
            "training by outputs, new" => Normalized(9, ["y", "mean", "var", "sm", "sv"]),
            "statistics used" => Normalized(6, ["n", "mean", "var"], ("is_test", 1)).Node("Add", ["n", "mean"], ["y"]),
            "statistics per activation" => Normalized(7, ["y"], ("spatial", 0)),
            "dropout in training" => Net(6).Node(new OnnxNode("Dropout", ["x"], ["y"], "d"), ("is_test", 0)),
            "dropout in training by input"
                => Net(12).Weight("ratio", [], 0.5f).Weight("on", [], true).Node(new OnnxNode("Dropout", ["x", "ratio", "on"], ["y"], "d")),
            "mask used" => Net(7).Node(new OnnxNode("Dropout", ["x"], ["e", "mask"], "d")).Node("Add", ["e", "mask"], ["y"]),
            "axis with unknown rank"
                => Net(6).Weight("w", [3], 1f, 2, 3).Input("s").Node("Reshape", ["x", "s"], ["u"])
                .Node(new OnnxNode("Add", ["u", "w"], ["y"], "add"), ("broadcast", 1), ("axis", 1)),
            "axis out of range"
                => Net(6).Weight("w", [2, 1], 1f, 2).Node(new OnnxNode("Add", ["x", "w"], ["y"], "add"), ("broadcast", 1), ("axis", 2)),
            "second input of higher rank" => new TestModel(6).Input("x", 3).Output("y", 3).Weight("w", [1, 3], 1f, 2, 3)
                .Node(new OnnxNode("Add", ["x", "w"], ["y"], "add"), ("broadcast", 1)),
            "negative axis" => Net(6).Weight("w", [2], 1f, 2)
                .Node(new OnnxNode("Add", ["x", "w"], ["y"], "add"), ("broadcast", 1), ("axis", -1)),
            "limit of unknown type" => Untyped().Node(new OnnxNode("Clip", ["u"], ["y"], "clip"), ("min", 0f)),
            "limit of integer type"
                => Net(7).Node("Cast", ["x"], ["i"], ("to", 6)).Node(new OnnxNode("Clip", ["i"], ["y"], "clip"), ("min", 0f)),
            "invalid type name" => Net(1).Node(new OnnxNode("Cast", ["x"], ["y"], "cast"), ("to", "REAL")),
            "softmax axis out of range" => Net(7).Node(new OnnxNode("Softmax", ["x"], ["y"], "soft"), ("axis", 5)),
            "no second input" => Net(1).Node(new OnnxNode("Add", ["x"], ["y"], "add"), ("broadcast", 1)),
            "no inputs" => Net(1).Node(new OnnxNode("Relu", [], ["y"], "relu")),
            _ => Net(1).Node(new OnnxNode("Relu", ["x"], [], "relu")),
        };
        byte[] before = model.ToArray();

        FluentActions.Invoking(() => OpsetUpgrader.Upgrade(model)).Should().Throw<OnnxModelException>().WithMessage(message);

        model.ToArray().Should().Equal(before);
    }

    [Theory]
    [InlineData(1, 7, 4)]
    [InlineData(3, 9, 4)]
    [InlineData(6, 10, 5)]
    [InlineData(8, 11, 6)]
    [InlineData(8, 13, 7)]
    public void Upgrade_IrVersion3_RaisesItAndRemovesInitializersFromInputs(long opset, long target, long irVersion)
    {
        OnnxModel model = new TestModel(opset, irVersion: 3).Input("x", 3).Output("y", 3).Weight("w", [3], 1f, 2, 3)
            .Node("Add", ["x", "w"], ["y"]);
        model.Graph.Inputs.Should().HaveCount(2);

        OpsetUpgradeReport report = OpsetUpgrader.Upgrade(model, target);

        model.IrVersion.Should().Be(irVersion);
        model.Graph.Inputs.Select(i => i.Name).Should().Equal("x");
        report.Should().BeEquivalentTo(new
        {
            FromOpset = opset,
            ToOpset = target,
            FromIrVersion = 3,
            ToIrVersion = irVersion,
            InitializersDroppedFromInputs = 1
        });
    }

    [Fact]
    public void Upgrade_IrVersion8_KeepsItAndInputsWithDefaults()
    {
        // From IR version 4 on, an initializer that is listed as an input is a default that callers can replace.
        OnnxModel model = new TestModel(6, irVersion: 8).Input("x", 2, 3, 2).Output("y", 2, 3, 2).Weight("w", [3], 1f, 2, 3).Input("w", 3)
            .Node("Add", ["x", "w"], ["y"], ("broadcast", 1), ("axis", 1));

        OpsetUpgrader.Upgrade(model);

        model.IrVersion.Should().Be(8);
        model.Graph.Inputs.Select(i => i.Name).Should().Equal("x", "w");
        model.Graph.FindProducer(model.Graph.Nodes[^1].Inputs[1])!.Inputs[0].Should().Be("w", "the caller's value must reach the node");
        float[] x = [.. Enumerable.Range(0, 12).Select(i => (float)i)];
        ModelRun.Of(model, ("x", [2, 3, 2], x)).Values.Should().Equal(x.Select((v, i) => v + (i / 2 % 3) + 1));
    }

    [Fact]
    public void Upgrade_IrVersion1WithUntypedAttributes_SetsTheirTypes()
    {
        OnnxModel model = new TestModel(1, irVersion: 1).Input("x", 2, 3).Output("y", 2, 3).Node("Softmax", ["x"], ["s"], ("axis", 1))
            .Node("Reshape", ["s"], ["y"], ("shape", new long[] { 2, 3 }));
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            node.Proto.Attribute[0].ClearType();
        }

        OpsetUpgrader.Upgrade(model, 9);

        model.Graph.Nodes[0].Proto.Attribute[0].Type.Should().Be(Schema.AttributeProto.Types.AttributeType.Int);
        ModelRun.Of(model, ("x", [2, 3], [0, 0, 0, 0, 0, 0])).Values.Should().OnlyContain(v => Math.Abs(v - (1 / 3f)) < 1e-6f);
    }

    [Fact]
    public void Upgrade_Report_ListsNodesAndOpsets()
    {
        OnnxModel model = new TestModel(3).Input("x", 2, 2).Output("y", 4)
            .Node(new OnnxNode("Relu", ["x"], ["r"], "relu"), ("consumed_inputs", new long[] { 0 }))
            .Node(new OnnxNode("Reshape", ["r"], ["y"], "flat"), ("shape", new long[] { -1 }));

        OpsetUpgradeReport report = OpsetUpgrader.Upgrade(model, 9);

        report.Changes.Should().Equal(
            new OpsetUpgradeChange("node 'flat' (Reshape)", 5, "shape became an input"),
            new OpsetUpgradeChange("node 'relu' (Relu)", 6, "consumed_inputs dropped"));
        report.ToString().Should().Be("opset 3 -> 9, IR version 3 -> 4, initializers removed from inputs: 0, nodes changed: 2");
    }

    [Fact]
    public void Upgrade_ReshapedConstant_GetsANewNameAndReplacesTheOriginal()
    {
        OnnxModel model = new TestModel(6).Input("x", 2, 3, 2).Output("y", 2, 3, 2).Weight("w", [3], 1f, 2, 3).Weight("w_reshaped", [1], 9f)
            .Node("Add", ["x", "w"], ["a"], ("broadcast", 1), ("axis", 1)).Node("Mul", ["a", "w_reshaped"], ["y"], ("broadcast", 1));

        OpsetUpgrader.Upgrade(model);

        model.Graph.Initializers.Select(t => t.ToString()).Should().Equal("w_reshaped Float [1]", "w_reshaped_1 Float [3, 1]");
    }

    [Fact]
    public void Upgrade_UnchangedTensors_AreNotCopied()
    {
        OnnxModel model = new TestModel(7).Input("x", 3).Output("y", 3).Weight("w", [3], 1f, 2, 3).Node("Add", ["x", "w"], ["y"]);
        OnnxTensor before = model.Graph.Initializers[0];

        OpsetUpgrader.Upgrade(model);

        model.Graph.Initializers.Should().ContainSingle().Which.Should().BeSameAs(before);
    }

    private static OnnxModel Relu(long opset) => new TestModel(opset).Input("x", 4).Output("y", 4).Node("Relu", ["x"], ["y"]);

    private static TestModel Net(int opset) => new TestModel(opset).Input("x", 2, 3, 2).Output("y", 2, 3, 2);

    /// <summary>Creates a network whose value "u" has an unknown type.</summary>
    private static TestModel Untyped()
    {
        TestModel net = new TestModel(7).Output("y", 3);
        net.Model.Graph.Inputs.Add(new OnnxValueInfo("u", OnnxElementType.Undefined, null));
        return net;
    }

    private static TestModel Normalized(int opset, string[] outputs, params (string, object)[] attributes)
        => Net(opset).Weight("s", [3], 1f, 1, 1).Weight("b", [3], 0f, 0, 0).Weight("m", [3], 0f, 0, 0).Weight("v", [3], 1f, 1, 1)
            .Node(new OnnxNode("BatchNormalization", BatchNorm, outputs, "bn"), attributes);
}
