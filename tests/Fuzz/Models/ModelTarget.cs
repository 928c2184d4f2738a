using System.Text;
using ResNet.Net.Onnx.Schema;
using AttributeType = ResNet.Net.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Fuzz;

/// <summary>Reads, checks, upgrades, edits and writes ONNX models without ONNX Runtime.</summary>
internal sealed class ModelTarget : FuzzTarget
{
    // Every operation gets a copy of the model. None may have an effect on the next.
    private static readonly (string Name, Action<OnnxModel> Run)[] Operations =
    [
        ("Check", model => _ = model.Check().ToArray()),
        ("Write", model => _ = OnnxModel.Parse(model.ToArray())),
        ("Head", model => ClassifierHead.Find(model)),
        ("Features", model => FeatureOutput.Cut(model, null, "features")),
        ("InlineConstants", model => GraphPasses.InlineConstants(model.Graph)),
        ("SplitSums", model => GraphPasses.SplitSums(model.Graph)),
        ("RemoveIdentities", model => GraphPasses.RemoveIdentities(model.Graph)),
        ("FuseMatMulAdd", model => GraphPasses.FuseMatMulAdd(model.Graph)),
        ("FoldBatchNormalization", model => GraphPasses.FoldBatchNormalization(model.Graph)),
        ("ReplaceBatchNormalization", model => GraphPasses.ReplaceBatchNormalization(model.Graph)),
        ("Fold", model => ConstantFolding.Fold(model, _ => null)),
        ("Upgrade", model => OpsetUpgrader.Upgrade(model)),
        ("Sort", model => model.Graph.SortNodes()),
        ("RemoveUnused", model => model.Graph.RemoveUnused()),
        ("Index", model => model.Graph.CreateIndex()),
        ("Names", model => model.Graph.CreateUniqueName("y")),
        ("Values", ReadValues),
    ];

    public override long MemoryLimit => 128 << 20;

    public override IReadOnlyList<FuzzInput> CreateCorpus() => [.. ModelCorpus.Create().Select(bytes => new FuzzInput("onnx", 0, bytes))];

    public override FuzzInput Mutate(FuzzInput input, FuzzInput other, Random random)
        => input with { Bytes = ModelCorpus.Mutate(input.Bytes, other.Bytes, random) };

    public override FuzzOutcome Run(FuzzInput input)
    {
        string step = "Summary";
        try
        {
            string problem = ReadSummary(input.Bytes);
            step = "Parse";
            long before = GC.GetAllocatedBytesForCurrentThread();
            OnnxModel? model = Parse(input.Bytes, out string rejection);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            long limit = (200L * input.Bytes.Length) + (256 << 10);
            if (allocated > limit)
            {
                return new FuzzOutcome(step, "memory", "memory", $"Parse allocated {allocated} bytes for {input.Bytes.Length}.");
            }

            if (model is null)
            {
                return FuzzOutcome.Rejected(step, nameof(OnnxModelException), rejection);
            }

            // One documented rejection decides the outcome; all operations run.
            step = "Metadata";
            FuzzOutcome outcome = new("operations", "completed", problem);
            StringBuilder passed = new("Parse");
            Try(step, () => ModelMetadata.Read(model), passed, ref outcome);
            foreach ((string name, Action<OnnxModel> run) in Operations)
            {
                step = name;
                Try(name, () => run(model.Clone()), passed, ref outcome);
            }

            return outcome with { Passed = passed.ToString() };
        }
        catch (Exception exception)
        {
            return FuzzOutcome.Undocumented(step, exception);
        }
    }

    private static OnnxModel? Parse(byte[] bytes, out string rejection)
    {
        try
        {
            rejection = string.Empty;
            return OnnxModel.Parse(bytes);
        }
        catch (OnnxModelException exception)
        {
            rejection = exception.Message;
            return null;
        }
    }

    private static string ReadSummary(byte[] bytes)
    {
        try
        {
            OnnxModelSummary summary = OnnxModelSummary.Read(new MemoryStream(bytes));
            return string.Join(' ', summary.OutputNames.Select(name => summary.FindOutputContent(name).ToString()).Distinct().Take(3))
                + string.Join(' ', summary.Problems.Take(1).Select(FuzzOutcome.ShapeOf));
        }
        catch (OnnxModelException exception)
        {
            return FuzzOutcome.ShapeOf(exception.Message);
        }
    }

    private static void Try(string name, Action operation, StringBuilder passed, ref FuzzOutcome outcome)
    {
        try
        {
            operation();
            passed.Append(' ').Append(name);
        }
        catch (ResNetException exception) when (name == "Metadata")
        {
            outcome = FuzzOutcome.Rejected(name, nameof(ResNetException), exception.Message);
        }
        catch (OnnxModelException exception)
        {
            outcome = FuzzOutcome.Rejected(name, nameof(OnnxModelException), exception.Message);
        }
    }

    private static void ReadValues(OnnxModel model)
    {
        // Exceptions are slow: after some of them, only values of the right type are read.
        int failures = 0;
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            foreach (AttributeProto attribute in node.Proto.Attribute)
            {
                string name = attribute.Name;
                Try(attribute.Type == AttributeType.Int, () => node.Attributes.GetInt(name, 0));
                Try(attribute.Type == AttributeType.Float, () => node.Attributes.GetFloat(name, 0));
                Try(attribute.Type == AttributeType.String, () => node.Attributes.GetString(name, string.Empty));
                Try(attribute.Type == AttributeType.Ints, () => node.Attributes.GetInts(name));
                Try(attribute.Type == AttributeType.Floats, () => node.Attributes.GetFloats(name));
                Try(attribute.Type == AttributeType.Tensor, () => node.Attributes.GetTensor(name)?.ToArray<float>());
            }
        }

        foreach (OnnxTensor tensor in model.Graph.Initializers)
        {
            Try(true, () => tensor.Length);
            Try(tensor.ElementType == OnnxElementType.Float, () => tensor.ToArray<float>());
            Try(tensor.ElementType == OnnxElementType.Int64, () => tensor.ToArray<long>());
        }

        _ = model.Graph.Inputs.Concat(model.Graph.Outputs).Select(value => value.ToString()).ToArray();

        void Try<T>(bool isOfType, Func<T> read)
        {
            const int MostFailures = 12;
            if (!isOfType && failures >= MostFailures)
            {
                return;
            }

            try
            {
                _ = read();
            }
            catch (OnnxModelException)
            {
                // Documented; the next value is read all the same.
                failures++;
            }
        }
    }
}
