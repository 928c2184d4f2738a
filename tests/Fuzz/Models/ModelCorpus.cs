using Google.Protobuf;
using ResNet.Net.Onnx.Schema;
using ResNet.Net.Onnx.Tests;

namespace ResNet.Net.Fuzz;

/// <summary>Creates small ONNX models, and mutates their bytes or their nodes.</summary>
internal static class ModelCorpus
{
    public static IReadOnlyList<byte[]> Create()
    {
        List<byte[]> models = [.. HeadNetworks.Kinds.Select(kind => HeadNetworks.Build(kind).ToArray())];
        models.Add(OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [1, 3, 8, 8]));
        models.Add(OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [-1, 3, 8, 8], softmax: true));
        models.AddRange(HeadNetworks.Kinds.Select(kind => WithMetadata(HeadNetworks.Build(kind)).ToArray()));
        models.AddRange(((long[])[1, 5, 6, 7, 9, 10, 11]).Select(opset => WithOpset(HeadNetworks.Build("Dropout"), opset).ToArray()));
        return models;
    }

    /// <summary>Mutates the fields of a model or its nodes, or the bytes, which few parsers accept afterwards.</summary>
    public static byte[] Mutate(byte[] model, byte[] other, Random random)
    {
        int choice = random.Next(10);
        if (choice < 5)
        {
            try
            {
                ModelProto message = ModelProto.Parser.ParseFrom(model);
                MutateFields(message, random);
                return message.ToByteArray();
            }
            catch (InvalidProtocolBufferException)
            {
                // Damaged: mutate its bytes.
            }
        }
        else if (choice < 8)
        {
            try
            {
                OnnxModel parsed = OnnxModel.Parse(model);
                for (int edits = random.Next(1, 5); edits > 0 && parsed.Graph.Nodes.Count > 0; edits--)
                {
                    MutateNodes(parsed.Graph, random);
                }

                return parsed.ToArray();
            }
            catch (Exception exception) when (exception is OnnxModelException or ArgumentException)
            {
                // Damaged, or a name of the model is empty, which new nodes cannot have: mutate its bytes.
            }
        }

        return ProtobufMutator.Mutate(model, other, random);
    }

    private static void MutateFields(ModelProto model, Random random)
    {
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            MessageMutator.Mutate(model, random);
        }

        // What edits of single fields rarely produce.
        GraphProto graph = model.Graph ?? new GraphProto();
        switch (random.Next(24))
        {
            case 0 when graph.Node.Count > 0: // graphs in graphs; parsers reject more than about 30 levels
                NodeProto node = graph.Node[random.Next(graph.Node.Count)];
                for (int depth = random.Next(1, 60); depth > 0; depth--)
                {
                    AttributeProto attribute = new() { Name = "body", Type = AttributeProto.Types.AttributeType.Graph };
                    attribute.G = new GraphProto { Name = "g", Node = { node } };
                    node = new NodeProto { OpType = "If", Input = { "c" }, Output = { $"d{depth}" }, Attribute = { attribute } };
                }

                graph.Node.Add(node);
                break;
            case 1 when graph.Initializer.Count > 0:
                TensorProto tensor = graph.Initializer[random.Next(graph.Initializer.Count)];
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.ClearRawData();
                foreach (string key in (string[])["location", "offset", "length", "checksum"])
                {
                    tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = Paths[random.Next(Paths.Length)] });
                }

                break;
            case 2 when graph.Node.Count > 1: // a cycle
                NodeProto first = graph.Node[0];
                if (first.Input.Count > 0 && graph.Node[^1].Output.Count > 0)
                {
                    first.Input[0] = graph.Node[^1].Output[0];
                }

                break;
            case 3 when graph.Node.Count > 0: // a chain of many nodes
                string previous = graph.Node[^1].Output.FirstOrDefault() ?? "y";
                for (int i = random.Next(1, 500); i > 0; i--)
                {
                    NodeProto identity = new() { OpType = "Identity", Input = { previous }, Output = { $"i{i}" } };
                    graph.Node.Add(identity);
                    previous = identity.Output[0];
                }

                break;
            default:
                break;
        }
    }

    private static void MutateNodes(OnnxGraph graph, Random random)
    {
        OnnxNode node = graph.Nodes[random.Next(graph.Nodes.Count)];
        OnnxNode other = graph.Nodes[random.Next(graph.Nodes.Count)];
        switch (random.Next(13))
        {
            case 0:
                node.Inputs.Clear();
                break;
            case 1:
                node.Outputs.Clear();
                break;
            case 2 when node.Inputs.Count > 0:
                node.Inputs[random.Next(node.Inputs.Count)] = string.Empty;
                break;
            case 3 when node.Inputs.Count > 0:
                node.Inputs.RemoveAt(random.Next(node.Inputs.Count));
                break;
            case 4 when node.Inputs.Count > 0 && other.Outputs.Count > 0: // often a cycle
                node.Inputs[random.Next(node.Inputs.Count)] = other.Outputs[0];
                break;
            case 5:
                node.OpType = Operators[random.Next(Operators.Length)];
                break;
            case 6 when graph.Initializers.Count > 0:
                OnnxTensor tensor = graph.Initializers[random.Next(graph.Initializers.Count)];
                graph.Initializers.Remove(tensor);
                graph.Initializers.Add(random.Next(3) switch
                {
                    0 => OnnxTensor.Create<float>(tensor.Name, [0], []),
                    1 => OnnxTensor.Create<long>(tensor.Name, [2], [long.MaxValue, long.MinValue]),
                    _ => OnnxTensor.Create<float>(tensor.Name, [1, 1, 2], [float.NaN, float.PositiveInfinity]),
                });
                break;
            case 7:
                node.Attributes.Set(Names[random.Next(Names.Length)], Numbers[random.Next(Numbers.Length)]);
                break;
            case 8:
                node.Attributes.Set(
                    Names[random.Next(Names.Length)],
                    (long[])[.. Enumerable.Range(0, random.Next(5)).Select(_ => Numbers[random.Next(Numbers.Length)])]);
                break;
            case 9:
                node.Attributes.Set(Names[random.Next(Names.Length)], float.NaN);
                break;
            case 10:
                node.Attributes.Set(Names[random.Next(Names.Length)], "NOTSET");
                break;
            case 11 when node.Outputs.Count > 0 && graph.Outputs.Count > 0:
                OnnxDimension[] shape = [.. Enumerable.Range(0, random.Next(6)).Select(_ => (OnnxDimension)Numbers[random.Next(5)])];
                graph.Outputs.RemoveAt(0);
                graph.Outputs.Add(new OnnxValueInfo(node.Outputs[0], OnnxElementType.Float, shape));
                break;
            default:
                graph.Nodes.Insert(random.Next(graph.Nodes.Count), new OnnxNode(other.Proto.Clone()));
                break;
        }
    }

    private static readonly string[] Paths =
        ["weights.bin", "../weights.bin", "/etc/passwd", "/dev/zero", "", "0", "-1", "9223372036854775807", "4096", "a\0b", ".", "C:\\x"];

    private static readonly string[] Operators =
    [
        "Conv", "Gemm", "MatMul", "Add", "Sum", "Mul", "Reshape", "Flatten", "Softmax", "BatchNormalization", "Identity", "Constant",
        "ConstantOfShape", "Shape", "Gather", "Concat", "Cast", "Slice", "Pad", "Clip", "Dropout", "Squeeze", "Unsqueeze", "Transpose",
        "AveragePool", "MaxPool", "GlobalAveragePool", "ReduceMean", "QuantizeLinear", "DequantizeLinear", "Upsample", "Split", "Tile",
        "Expand", "Loop", "If", "",
    ];

    private static readonly string[] Names =
    [
        "axis", "axes", "shape", "value", "to", "perm", "starts", "ends", "pads", "kernel_shape", "strides", "dilations", "group", "mode",
        "transA", "transB", "alpha", "beta", "epsilon", "keepdims", "split", "auto_pad", "consumed_inputs", "broadcast",
    ];

    private static readonly long[] Numbers =
        [0, 1, 2, 3, 8, -1, -2, -8, 64, 65_536, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 31, 1L << 40];

    private static OnnxModel WithMetadata(OnnxModel model)
    {
        new ModelMetadata
        {
            Labels = new LabelSet("letters", ["a", "b", "c", "d", "e"]),
            Profile = PreprocessingProfile.Torchvision.WithCrop(8, 8),
            OutputKind = OutputKind.Logits,
        }.WriteTo(model);
        model.SetMetadata("names", "{0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e'}");
        return model;
    }

    private static OnnxModel WithOpset(OnnxModel model, long opset)
    {
        model.SetOpset(string.Empty, opset);
        model.IrVersion = opset < 9 ? 3 : 4;
        return model;
    }
}
