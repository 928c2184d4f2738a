namespace ResNet.Net.Onnx.Tests;

public sealed class OnnxModelTests
{
    [Fact]
    public void ToArray_ParsedModel_ReturnsTheSameBytes()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans([1, 2, 3, 4, 5, 6], [7, 8], [-1, 3, 4, 4]);

        OnnxModel model = OnnxModel.Parse(bytes);

        model.Check().Should().BeEmpty();
        model.ToArray().Should().Equal(bytes);
        model.CalculateSize().Should().Be(bytes.Length);
    }

    [Fact]
    public void ToArray_UnknownFields_AreWrittenBack()
    {
        // training_info (20) in the model, metadata_props (16) in the graph, overload (8) in a node, ref_attr_name (21) in an attribute.
        byte[] attribute = [0x0A, 1, (byte)'a', 0xA0, 1, 2, 0xAA, 1, 3, .. "ref"u8];
        byte[] node = [0x0A, 1, (byte)'x', 0x12, 1, (byte)'y', 0x22, 4, .. "Relu"u8, 0x2A, (byte)attribute.Length, .. attribute, 0x42, 2,
            .. "ov"u8];
        byte[] graph = [0x0A, (byte)node.Length, .. node, 0x12, 1, (byte)'g', 0x82, 1, 2, 0x0A, 0];
        byte[] bytes = [0x08, 8, 0x3A, (byte)graph.Length, .. graph, 0x42, 4, 0x0A, 0, 0x10, 13, 0xA2, 1, 2, 0x0A, 0];

        OnnxModel model = OnnxModel.Parse(bytes);

        model.ToArray().Should().Equal(bytes);
        model.Graph.Nodes[0].Attributes.Names.Should().Equal("a");
        model.Clone().ToArray().Should().Equal(bytes);
    }

    [Fact]
    public void ToArray_ExplicitDefaults_AreWrittenBack()
    {
        // ir_version 0, an empty producer, a node with an empty name, and attributes 0 and 0.0.
        byte[] zero = [0x0A, 1, (byte)'i', 0x18, 0, 0xA0, 1, 2];
        byte[] real = [0x0A, 1, (byte)'f', 0x15, 0, 0, 0, 0, 0xA0, 1, 1];
        byte[] node = [0x1A, 0, 0x22, 0, 0x2A, (byte)zero.Length, .. zero, 0x2A, (byte)real.Length, .. real, 0x3A, 0];
        byte[] graph = [0x0A, (byte)node.Length, .. node, 0x12, 0];
        byte[] bytes = [0x08, 0, 0x12, 0, 0x28, 0, 0x3A, (byte)graph.Length, .. graph];

        OnnxModel.Parse(bytes).ToArray().Should().Equal(bytes);
    }

    [PythonOnnxFact]
    public async Task ToArray_ModelWrittenByOnnx_ReturnsTheSameBytes()
    {
        using TemporaryFolder folder = new();
        string path = folder["made.onnx"];
        await OnnxChecker.RunAsync("""
            import sys, numpy, onnx
            from onnx import helper as h, numpy_helper, TensorProto as T
            x, y = h.make_tensor_value_info('x', T.FLOAT, ['N', 3]), h.make_tensor_value_info('y', T.FLOAT, None)
            inner = h.make_graph([h.make_node('Identity', ['x'], ['i'])], 'inner', [], [h.make_tensor_value_info('i', T.FLOAT, [1])])
            nodes = [h.make_node('If', ['c'], ['z'], then_branch=inner, else_branch=inner),
                     h.make_node('Any', ['z', ''], ['y'], name='n', doc_string='d', domain='org', ints=[1, 0, -1], floats=[0.5, -0.0],
                                 s='text', strings=['a', 'ü'], t=numpy_helper.from_array(numpy.arange(3)), f=0.0, i=0)]
            weights = [numpy_helper.from_array(numpy.array([True]), 'c'), h.make_tensor('typed', T.FLOAT, [2], [1.5, 2.5]),
                       h.make_tensor('half', T.FLOAT16, [1], [1.5]), h.make_tensor('text', T.STRING, [1], [b'ab'])]
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
    public async Task Save_NewModel_IsAcceptedByOnnx()
    {
        using TemporaryFolder folder = new();
        OnnxModel model = CreateModel();
        model.SetMetadata("key", "välue");
        model.ProducerName = "test";
        model.ProducerVersion = "1";
        model.Save(folder["made.onnx"]);

        (await OnnxChecker.ComplaintsAsync([folder["made.onnx"]])).Should().BeEmpty();
    }

    [PythonOnnxFact]
    public async Task OnnxChecker_InvalidFile_Complains()
    {
        using TemporaryFolder folder = new();
        OnnxModel model = CreateModel();
        model.Graph.Nodes[0].Inputs[0] = "nothing";
        model.Save(folder["bad.onnx"]);

        (await OnnxChecker.ComplaintsAsync([folder["bad.onnx"]])).Should().Contain("bad.onnx").And.Contain("nothing");
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 8, 8 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47 })]
    public void Parse_OtherData_Throws(byte[] bytes)
        => FluentActions.Invoking(() => OnnxModel.Parse(bytes)).Should().Throw<OnnxModelException>()
            .WithMessage("The data is *not an ONNX model*");

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void Parse_NestedSubgraphs_AcceptsAsManyLevelsAsTheSummary(int levels, bool isAccepted)
    {
        OnnxNode node = new("Relu", ["x"], ["r"]);
        for (int level = 0; level < levels; level++)
        {
            node = NestedGraphs.If("c", $"o{level}", node);
        }

        byte[] bytes = new TestModel(13).Node(node).Model.ToArray();
        Action parse = () => OnnxModel.Parse(bytes).Graph.RemoveUnused();
        Action summarize = () => OnnxModelSummary.Read(new MemoryStream(bytes));

        if (isAccepted)
        {
            parse.Should().NotThrow();
            summarize.Should().NotThrow();
        }
        else
        {
            parse.Should().Throw<OnnxModelException>().WithMessage("*more than 20 levels*");
            summarize.Should().Throw<OnnxModelException>().WithMessage("*more than 64 messages are nested*");
        }
    }

    [Fact]
    public void Load_OtherData_ThrowsWithPath()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("page.onnx", "<html>");

        FluentActions.Invoking(() => OnnxModel.Load(path)).Should().Throw<OnnxModelException>()
            .WithMessage($"'{path}' is *not an ONNX model*");
        FluentActions.Invoking(() => OnnxModel.Load(folder["absent.onnx"])).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Save_ExistingFile_IsReplacedWithoutLeftovers()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.onnx", "old");

        CreateModel().Save(path);

        File.ReadAllBytes(path).Should().Equal(CreateModel().ToArray());
        Directory.GetFileSystemEntries(folder.FullPath).Should().Equal(path);
    }

    [Fact]
    public void Save_Failure_LeavesTheFolderUnchanged()
    {
        using TemporaryFolder folder = new();
        string taken = Directory.CreateDirectory(Path.Combine(folder.FullPath, "taken.onnx")).FullName;
        string inside = folder.Write("taken.onnx/inside", "kept");

        FluentActions.Invoking(() => CreateModel().Save(taken)).Should().Throw<Exception>().Which.Should()
            .Match(e => e is IOException || e is UnauthorizedAccessException);
        FluentActions.Invoking(() => CreateModel().Save(Path.Combine(folder.FullPath, "absent", "a.onnx")))
            .Should().Throw<DirectoryNotFoundException>();

        Directory.GetFileSystemEntries(folder.FullPath, "*", SearchOption.AllDirectories).Should().BeEquivalentTo([taken, inside]);
        File.ReadAllText(inside).Should().Be("kept");
    }

    [Fact]
    public void ToArray_MoreThan2GiB_Throws()
    {
        OnnxModel model = CreateModel();
        OnnxTensor large = OnnxTensor.Create<byte>("large", [128 << 20], new byte[128 << 20]);
        for (int i = 0; i < 17; i++)
        {
            model.Graph.Initializers.Add(large.WithName($"large{i}")); // shares the values
        }

        FluentActions.Invoking(model.ToArray).Should().Throw<OnnxModelException>().WithMessage("*2 GiB*");
        FluentActions.Invoking(() => model.CalculateSize()).Should().Throw<OnnxModelException>().WithMessage("*2 GiB*");
    }

    [Fact]
    public void WriteTo_CallersMemory_RequiresTheExactLength()
    {
        OnnxModel model = CreateModel();
        byte[] bytes = new byte[model.CalculateSize()];

        model.WriteTo(bytes);

        bytes.Should().Equal(model.ToArray());
        FluentActions.Invoking(() => model.WriteTo(new byte[bytes.Length + 1])).Should().Throw<ArgumentException>()
            .WithParameterName("destination");
    }

    [Fact]
    public void Clone_EditedCopy_LeavesTheOriginalUnchanged()
    {
        OnnxModel model = CreateModel();
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
    public void Opset_BothDomainNames_AreOnnxsOwn()
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
    public void Opset_WithoutImport_Is1()
        => OnnxModel.Parse([0x08, 1, 0x3A, 2, 0x12, 0]).Opset.Should().Be(1);

    [Fact]
    public void SetMetadata_Null_RemovesTheProperty()
    {
        OnnxModel model = CreateModel();
        model.SetMetadata("a", "1");
        model.SetMetadata("a", "2");
        model.Metadata.Should().Equal(new Dictionary<string, string> { ["a"] = "2" });

        model.SetMetadata("a", null);
        model.SetMetadata("b", null);

        model.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void ThrowIfInvalid_ManyProblems_ListsThree()
    {
        TestModel net = new TestModel(13).Input("x", 1);
        for (int i = 0; i < 12; i++)
        {
            net.Node("Relu", [$"absent{i}"], [$"y{i}"]);
        }

        FluentActions.Invoking(net.Model.ThrowIfInvalid).Should().Throw<OnnxModelException>()
            .WithMessage("*'test'*absent2*and 9 more*").Which.Message.Should().NotContain("absent3");
    }

    private static OnnxModel CreateModel() => new TestModel(13).Input("x", "N", 3).Output("y", "N", 3).Weight("w", [3], 1f, 2, 3)
        .Node(new OnnxNode("Add", ["x", "w"], ["a"], "add")).Node(new OnnxNode("LeakyRelu", ["a"], ["y"], "act"), ("alpha", 0.5f));
}
