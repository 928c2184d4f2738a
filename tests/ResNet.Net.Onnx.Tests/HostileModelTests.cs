namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies that searches and passes on damaged graphs either work or fail with <see cref="OnnxModelException"/>.</summary>
public class HostileModelTests
{
    private static readonly Action<OnnxModel>[] Operations =
    [
        model => ClassifierHead.Find(model),
        model => FeatureOutput.Cut(model, null, "features"),
        model => GraphPasses.InlineConstants(model.Graph),
        model => GraphPasses.SplitSums(model.Graph),
        model => GraphPasses.RemoveIdentities(model.Graph),
        model => GraphPasses.FuseMatMulAdd(model.Graph),
        model => GraphPasses.FoldBatchNormalization(model.Graph),
        model => GraphPasses.ReplaceBatchNormalization(model.Graph),
        model => ConstantFolding.Fold(model, _ => null),
        model => OpsetUpgrader.Upgrade(model),
        model => model.Check(),
    ];

    [SharedFact]
    public void Operations_ModelsOfTheReports_ThrowOnlyOnnxModelException()
    {
        string[] files = Directory.GetFiles(Path.Combine(TestFolders.Shared, "reports", "hostile"), "*.onnx");
        files.Should().HaveCountGreaterThan(10);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach (Action<OnnxModel> operation in Operations)
            {
                Exercise(bytes, operation);
            }
        }
    }

    [SharedFact]
    public void Problems_ModelThatCrashesOnnxRuntime_NameTheEmptyInput()
        => OnnxModelSummary.Read(Path.Combine(TestFolders.Shared, "reports", "hostile", "session-crash-12-7544.onnx")).Problems
            .Should().Contain(problem => problem.Contains("(Sum) is empty", StringComparison.Ordinal));

    [Theory]
    [InlineData("Gemm")]
    [InlineData("ShiftedSoftmaxOfParts")]
    [InlineData("QLinear")]
    [InlineData("Dropout")]
    public void Operations_MutatedNodes_ThrowOnlyOnnxModelException(string kind)
    {
        Random random = new(23);
        int failed = 0;
        for (int round = 0; round < 300; round++)
        {
            OnnxModel model = HeadNetworks.Build(kind);
            foreach (string extra in (string[])["BatchNormalization", "Sum", "MatMul", "Constant", "Identity"])
            {
                model.Graph.Nodes.Insert(random.Next(model.Graph.Nodes.Count), new OnnxNode(extra, ["maps", "conv_w"], [extra]));
            }

            for (int i = 0; i < 3; i++)
            {
                Mutate(model.Graph, random);
            }

            byte[] bytes = model.ToArray();
            failed += Operations.Count(operation => !Exercise(bytes, operation));
        }

        failed.Should().BeInRange(300, Operations.Length * 300, "mutations must reach the checks");
    }

    private static void Mutate(OnnxGraph graph, Random random)
    {
        OnnxNode node = graph.Nodes[random.Next(graph.Nodes.Count)];
        OnnxNode other = graph.Nodes[random.Next(graph.Nodes.Count)];
        switch (random.Next(8))
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
                node.OpType = other.OpType;
                break;
            case 6 when graph.Initializers.Count > 0:
                OnnxTensor tensor = graph.Initializers[random.Next(graph.Initializers.Count)];
                graph.Initializers.Remove(tensor);
                graph.Initializers.Add(OnnxTensor.Create<float>(tensor.Name, [0], []));
                break;
            default:
                node.Attributes.Set("axis", long.MaxValue);
                break;
        }
    }

    /// <summary>Runs an operation on a model. Returns whether it succeeded.</summary>
    private static bool Exercise(byte[] bytes, Action<OnnxModel> operation)
    {
        try
        {
            operation(OnnxModel.Parse(bytes));
            return true;
        }
        catch (OnnxModelException)
        {
            return false;
        }
    }
}
