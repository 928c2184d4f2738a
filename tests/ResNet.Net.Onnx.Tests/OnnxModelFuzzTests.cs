using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// Verifies that damaged files either load or fail with <see cref="OnnxModelException"/>, and that they never allocate memory out of
/// proportion to their size.
/// </summary>
public sealed class OnnxModelFuzzTests
{
    private static readonly byte[] Seed = CreateSeed();

    [Fact]
    public void Upgrade_SeedWithoutSubgraph_RunsEveryStep()
    {
        // Otherwise the mutations would be rejected before they reach the steps.
        OnnxModel model = OnnxModel.Parse(Seed);
        model.Check().Should().BeEmpty();
        model.Graph.Nodes.RemoveAt(model.Graph.Nodes.Count - 1);

        OpsetUpgrader.Upgrade(model).Changes.Select(c => c.Opset).Distinct().Should().Equal(2, 5, 6, 7, 10, 11, 13);
    }

    [Fact]
    public void Parse_EveryTruncation_LoadsOrThrowsOnnxModelException()
    {
        int rejected = 0;
        for (int length = 0; length < Seed.Length; length++)
        {
            rejected += Exercise(Seed.AsSpan(0, length)) ? 0 : 1;
        }

        rejected.Should().BeGreaterThan(Seed.Length / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Parse_ThousandMutations_LoadOrThrowOnnxModelException(int seed)
    {
        Random random = new(seed);
        int loaded = 0, rejected = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] bytes = Mutate(random);
            _ = Exercise(bytes) ? loaded++ : rejected++;
        }

        // Both must happen. Otherwise the mutations are too weak or too strong.
        loaded.Should().BeGreaterThan(100);
        rejected.Should().BeGreaterThan(100);
    }

    [Fact]
    public void Parse_FalseLengths_AllocateInProportionToTheFile()
    {
        // Replaces each byte in turn by the length 2 GiB - 1. Exercise verifies the allocations.
        int rejected = 0;
        for (int at = 0; at < Seed.Length; at++)
        {
            rejected += Exercise([.. Seed.AsSpan(0, at), 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. Seed.AsSpan(at + 1)]) ? 0 : 1;
        }

        rejected.Should().BeGreaterThan(Seed.Length / 10, "most lengths of the file are replaced");
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(200, false)]
    [InlineData(50_000, false)]
    public void Parse_NestedGraphs_LoadUpToTheDepthLimit(int depth, bool loads)
    {
        List<byte[]> layers = [];
        int length = 0;
        for (int i = 0; i < depth; i++)
        {
            // From the inside: an attribute (5) of a node (1) of a graph (6).
            byte[] attribute = [.. Field(0x32, length)];
            byte[] node = [.. Field(0x2A, length + attribute.Length)];
            byte[] graph = [.. Field(0x0A, length + attribute.Length + node.Length)];
            layers.Add([.. graph, .. node, .. attribute]);
            length += attribute.Length + node.Length + graph.Length;
        }

        layers.Reverse();
        byte[] bytes = [0x08, 7, .. Field(0x3A, length), .. layers.SelectMany(l => l)];

        Exercise(bytes).Should().Be(loads);
    }

    /// <summary>Parses bytes and, if that succeeds, calls everything that a model offers. Returns whether it succeeded.</summary>
    private static bool Exercise(ReadOnlySpan<byte> bytes)
    {
        OnnxModel model;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            model = OnnxModel.Parse(bytes);
        }
        catch (OnnxModelException)
        {
            return false;
        }
        finally
        {
            (GC.GetAllocatedBytesForCurrentThread() - before).Should()
                .BeLessThan((200L * bytes.Length) + (256 << 10), "memory is in proportion to the file");
        }

        Try(() => model.Check().ToArray());
        Try(() => OnnxModel.Parse(model.ToArray()).ToArray().Should().Equal(model.ToArray()));
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            foreach (string name in node.Attributes.Names)
            {
                Try(() => node.Attributes.GetInt(name, 0));
                Try(() => node.Attributes.GetFloat(name, 0));
                Try(() => node.Attributes.GetString(name, ""));
                Try(() => node.Attributes.GetInts(name));
                Try(() => node.Attributes.GetFloats(name));
                Try(() => node.Attributes.GetTensor(name)?.ToArray<float>());
            }
        }

        foreach (OnnxTensor tensor in model.Graph.Initializers)
        {
            Try(() => tensor.Length);
            Try(() => tensor.ToArray<float>());
            Try(() => tensor.ToArray<long>());
            Try(() => tensor.ToArray<bool>());
        }

        Try(() => model.Graph.Inputs.Concat(model.Graph.Outputs).Select(v => v.ToString()).ToArray());
        Try(() => OpsetUpgrader.Upgrade(model.Clone()));
        OnnxModel plain = model.Clone();
        for (int i = plain.Graph.Nodes.Count - 1; i >= 0; i--)
        {
            // Removes what is rejected at once, so that the steps themselves see the damage.
            if (plain.Graph.Nodes[i].OpType is "If" or "")
            {
                plain.Graph.Nodes.RemoveAt(i);
            }
        }

        Try(() => OpsetUpgrader.Upgrade(plain));
        Try(() => model.Graph.CreateIndex());
        Try(() => model.Graph.CreateUniqueName("y"));
        Try(() =>
        {
            model.Graph.SortNodes();
            return true;
        });
        Try(() => model.Graph.RemoveUnused());
        Try(() => model.ToArray());
        return true;
    }

    private static void Try<T>(Func<T> action)
    {
        try
        {
            _ = action();
        }
        catch (OnnxModelException)
        {
            // Expected for damaged models.
        }
    }

    private static byte[] Mutate(Random random)
    {
        List<byte> bytes = [.. Seed];
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            int length = random.Next(1, Math.Min(40, bytes.Count - at) + 1);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Count > length + 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] + random.Next(-2, 3));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Creates a model of opset 1 with a bit of everything.</summary>
    private static byte[] CreateSeed()
    {
        TestModel net = new TestModel(1).Input("x", 2, 3, "N").Output("y", 2, 3).Weight("w", [3], 1f, 2, 3).Weight("s", [2], 6L, -1L)
            .Weight("on", [1], true)
            .Node("Mul", ["x", "w"], ["m"], ("broadcast", 1), ("axis", 1), ("consumed_inputs", new long[] { 0, 0 }))
            .Node("Reshape", ["m"], ["r"], ("shape", new long[] { 6, -1 }))
            .Node("Clip", ["r"], ["c"], ("min", 0f), ("max", 6f))
            .Node("Cast", ["c"], ["i"], ("to", "INT32"))
            .Node("Slice", ["c"], ["p"], ("starts", new long[] { 0 }), ("ends", new long[] { 1 }))
            .Node("Pad", ["p"], ["q"], ("paddings", new long[] { 0, 1, 0, 1 }), ("value", 2f))
            .Node("Constant", [], ["k"], ("value", OnnxTensor.Create<float>("t", [1], [4])))
            .Node("Dropout", ["q"], ["d"], ("is_test", 1))
            .Node("Squeeze", ["d"], ["z"], ("axes", new long[] { 0 }))
            .Node("Softmax", ["z"], ["y"], ("axis", 0))
            .Node(NestedGraphs.If("on", "unused", new OnnxNode("Relu", ["x"], ["inner"])));
        OnnxTensor typed = new(new TensorProto { Name = "typed", DataType = 1, Dims = { 2 }, FloatData = { 1, 2 } });
        net.Input("typed", 2).Model.Graph.Initializers.Add(typed);
        net.Model.SetMetadata("key", "value");
        return net.Model.ToArray();
    }

    private static byte[] Field(byte tag, int length)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteRawTag(tag);
            output.WriteLength(length);
        }

        return stream.ToArray();
    }
}
