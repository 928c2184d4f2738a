namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxModelTests
{
    [Fact]
    public void Parse_ThenToArray_GivesTheSameBytes()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans([1, 2, 3, 4, 5, 6], [7, 8], [-1, 3, 4, 4]);

        OnnxModel model = OnnxModel.Parse(bytes);

        model.Check().Should().BeEmpty();
        model.ToArray().Should().Equal(bytes);
        model.CalculateSize().Should().Be(bytes.Length);
    }

    [Fact]
    public void Parse_FieldsThatAreNotKnown_AreWrittenBack()
    {
        // In the model a training_info (20), in the graph metadata_props (16), in its node an overload (8), in its attribute a ref_attr_name (21).
        byte[] attribute = [0x0A, 1, (byte)'a', 0xA0, 1, 2, 0xAA, 1, 3, .. "ref"u8];
        byte[] node = [0x0A, 1, (byte)'x', 0x12, 1, (byte)'y', 0x22, 4, .. "Relu"u8, 0x2A, (byte)attribute.Length, .. attribute, 0x42, 2, .. "ov"u8];
        byte[] graph = [0x0A, (byte)node.Length, .. node, 0x12, 1, (byte)'g', 0x82, 1, 2, 0x0A, 0];
        byte[] bytes = [0x08, 8, 0x3A, (byte)graph.Length, .. graph, 0x42, 4, 0x0A, 0, 0x10, 13, 0xA2, 1, 2, 0x0A, 0];

        OnnxModel model = OnnxModel.Parse(bytes);

        model.ToArray().Should().Equal(bytes);
        model.Graph.Nodes[0].Attributes.Names.Should().Equal("a");
        model.Clone().ToArray().Should().Equal(bytes);
    }

    [Fact]
    public void Parse_WhatIsSetToItsDefault_IsWrittenBack()
    {
        // ir_version 0, an empty producer, a node with an empty name and attributes of 0 and 0.0.
        byte[] zero = [0x0A, 1, (byte)'i', 0x18, 0, 0xA0, 1, 2];
        byte[] real = [0x0A, 1, (byte)'f', 0x15, 0, 0, 0, 0, 0xA0, 1, 1];
        byte[] node = [0x1A, 0, 0x22, 0, 0x2A, (byte)zero.Length, .. zero, 0x2A, (byte)real.Length, .. real, 0x3A, 0];
        byte[] graph = [0x0A, (byte)node.Length, .. node, 0x12, 0];
        byte[] bytes = [0x08, 0, 0x12, 0, 0x28, 0, 0x3A, (byte)graph.Length, .. graph];

        OnnxModel.Parse(bytes).ToArray().Should().Equal(bytes);
    }

    [PythonOnnxFact]
    public async Task Load_WhatOnnxWrote_GivesTheSameBytes()
    {
        using TemporaryFolder folder = new();
        string path = folder["made.onnx"];
        await OnnxChecker.RunAsync("""
            import sys, numpy, onnx
            from onnx import helper as h, numpy_helper, TensorProto as T
            x, y = h.make_tensor_value_info('x', T.FLOAT, ['N', 3]), h.make_tensor_value_info('y', T.FLOAT, None)
            inner = h.make_graph([h.make_node('Identity', ['x'], ['i'])], 'inner', [], [h.make_tensor_value_info('i', T.FLOAT, [1])])
            nodes = [h.make_node('If', ['c'], ['z'], then_branch=inner, else_branch=inner),
                     h.make_node('Any', ['z', ''], ['y'], name='n', doc_string='d', domain='org', ints=[1, 0, -1], floats=[0.5, -0.0], s='text', strings=['a', 'ü'], t=numpy_helper.from_array(numpy.arange(3)), f=0.0, i=0)]
            weights = [numpy_helper.from_array(numpy.array([True]), 'c'), h.make_tensor('typed', T.FLOAT, [2], [1.5, 2.5]), h.make_tensor('half', T.FLOAT16, [1], [1.5]), h.make_tensor('text', T.STRING, [1], [b'ab'])]
            graph = h.make_graph(nodes, 'g', [x], [y], weights, value_info=[h.make_tensor_sequence_value_info('q', T.FLOAT, [1])])
            graph.quantization_annotation.add().tensor_name = 'x'
            model = h.make_model(graph, producer_name='p', opset_imports=[h.make_opsetid('', 15), h.make_opsetid('org', 1)])
            model.metadata_props.add(key='k', value='v')
            open(sys.argv[1], 'wb').write(model.SerializeToString())
            """, arguments: path);

        OnnxModel model = OnnxModel.Load(path);

        model.ToArray().Should().Equal(await File.ReadAllBytesAsync(path));
        model.Graph.FindInitializer("typed")!.ToArray<float>().Should().Equal(1.5f, 2.5f);
        model.Graph.FindInitializer("half")!.ToArray<Half>().Should().Equal((Half)1.5f);
        model.Graph.Nodes[1].Attributes.GetTensor("t")!.ToArray<long>().Should().Equal(0, 1, 2);
        model.Graph.Nodes[1].Attributes.GetFloats("floats").Should().Equal(0.5f, -0f);
        model.Metadata.Should().Equal(new Dictionary<string, string> { ["k"] = "v" });
        model.Graph.Outputs[0].Shape.Should().BeNull();
    }

    [PythonOnnxFact]
    public async Task Save_WhatWasMadeHere_IsAcceptedByOnnx()
    {
        using TemporaryFolder folder = new();
        OnnxModel model = Made();
        model.SetMetadata("key", "välue");
        model.ProducerName = "test";
        model.ProducerVersion = "1";
        model.Save(folder["made.onnx"]);

        (await OnnxChecker.ComplaintsAsync([folder["made.onnx"]])).Should().BeEmpty();
    }

    [PythonOnnxFact]
    public async Task Complaints_OfADamagedFile_AreThere()
    {
        using TemporaryFolder folder = new();
        OnnxModel model = Made();
        model.Graph.Nodes[0].Inputs[0] = "nothing";
        model.Save(folder["bad.onnx"]);

        (await OnnxChecker.ComplaintsAsync([folder["bad.onnx"]])).Should().Contain("bad.onnx").And.Contain("nothing");
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 8, 8 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47 })]
    public void Parse_WhatIsNoModel_IsRefused(byte[] bytes)
        => FluentActions.Invoking(() => OnnxModel.Parse(bytes)).Should().Throw<OnnxModelException>().WithMessage("*no ONNX model*");

    [Fact]
    public void Load_WhatIsNoModel_IsRefusedByItsPath()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("page.onnx", "<html>");

        FluentActions.Invoking(() => OnnxModel.Load(path)).Should().Throw<OnnxModelException>().WithMessage($"'{path}'*");
        FluentActions.Invoking(() => OnnxModel.Load(folder["absent.onnx"])).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Save_OverAFile_ReplacesItAndLeavesNothingElse()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.onnx", "old");

        Made().Save(path);

        File.ReadAllBytes(path).Should().Equal(Made().ToArray());
        Directory.GetFileSystemEntries(folder.FullPath).Should().Equal(path);
    }

    [Fact]
    public void Save_ThatFails_LeavesWhatWasThereAndNothingElse()
    {
        using TemporaryFolder folder = new();
        string taken = Directory.CreateDirectory(Path.Combine(folder.FullPath, "taken.onnx")).FullName;
        string inside = folder.Write("taken.onnx/inside", "kept");

        FluentActions.Invoking(() => Made().Save(taken)).Should().Throw<Exception>().Which.Should().Match(e => e is IOException || e is UnauthorizedAccessException);
        FluentActions.Invoking(() => Made().Save(Path.Combine(folder.FullPath, "absent", "a.onnx"))).Should().Throw<DirectoryNotFoundException>();

        Directory.GetFileSystemEntries(folder.FullPath, "*", SearchOption.AllDirectories).Should().BeEquivalentTo([taken, inside]);
        File.ReadAllText(inside).Should().Be("kept");
    }

    [Fact]
    public void ToArray_MoreThanAFileCanHave_IsRefused()
    {
        OnnxModel model = Made();
        OnnxTensor large = OnnxTensor.Create<byte>("large", [128 << 20], new byte[128 << 20]);
        for (int i = 0; i < 17; i++)
        {
            model.Graph.Initializers.Add(large.WithName($"large{i}")); // they share the values
        }

        FluentActions.Invoking(model.ToArray).Should().Throw<OnnxModelException>().WithMessage("*2 GiB*");
        FluentActions.Invoking(() => model.CalculateSize()).Should().Throw<OnnxModelException>();
    }

    [Fact]
    public void WriteTo_MemoryOfTheCaller_NeedsItsExactLength()
    {
        OnnxModel model = Made();
        byte[] bytes = new byte[model.CalculateSize()];

        model.WriteTo(bytes);

        bytes.Should().Equal(model.ToArray());
        FluentActions.Invoking(() => model.WriteTo(new byte[bytes.Length + 1])).Should().Throw<ArgumentException>().WithParameterName("destination");
    }

    [Fact]
    public void Clone_Edited_LeavesTheOriginal()
    {
        OnnxModel model = Made();
        byte[] before = model.ToArray();
        OnnxModel copy = model.Clone();

        copy.Graph.Nodes[0].OpType = "Sigmoid";
        copy.Graph.Initializers.Clear();
        copy.Opset = 9;
        copy.SetMetadata("a", "b");

        model.ToArray().Should().Equal(before);
        copy.ToArray().Should().NotEqual(before);
    }

    [Fact]
    public void Opset_NamedEitherWay_IsOnnxsOwn()
    {
        OnnxModel model = new(8, 13, "g");
        model.SetOpset("ai.onnx", 12);
        model.SetOpset("com.microsoft", 1);

        model.Opset.Should().Be(12);
        model.OpsetImports.Should().Equal(new Dictionary<string, long> { [""] = 12, ["com.microsoft"] = 1 });
        model.GetOpset("org").Should().BeNull();
        FluentActions.Invoking(() => model.Opset = 0).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => model.IrVersion = 0).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Opset_OfAFileThatImportsNone_Is1()
        => OnnxModel.Parse([0x08, 1, 0x3A, 2, 0x12, 0]).Opset.Should().Be(1);

    [Fact]
    public void SetMetadata_Null_Removes()
    {
        OnnxModel model = Made();
        model.SetMetadata("a", "1");
        model.SetMetadata("a", "2");
        model.Metadata.Should().Equal(new Dictionary<string, string> { ["a"] = "2" });

        model.SetMetadata("a", null);
        model.SetMetadata("b", null);

        model.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void ThrowIfInvalid_ManyProblems_ShowsTen()
    {
        TestModel net = new TestModel(13).Input("x", 1);
        for (int i = 0; i < 12; i++)
        {
            net.Node("Relu", [$"absent{i}"], [$"y{i}"]);
        }

        FluentActions.Invoking(net.Model.ThrowIfInvalid).Should().Throw<OnnxModelException>().WithMessage("*'test'*absent9*and 2 more*").Which.Message.Should().NotContain("absent10");
    }

    private static OnnxModel Made() => new TestModel(13).Input("x", "N", 3).Output("y", "N", 3).Weight("w", [3], 1f, 2, 3)
        .Node(new OnnxNode("Add", ["x", "w"], ["a"], "add")).Node(new OnnxNode("LeakyRelu", ["a"], ["y"], "act"), ("alpha", 0.5f));
}
