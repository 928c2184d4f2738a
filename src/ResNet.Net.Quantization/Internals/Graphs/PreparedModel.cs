using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Internals.Graphs;

/// <summary>A float model ready to be quantized: checked, of opset 13 or later, simplified, BatchNormalization folded where it can be.</summary>
internal sealed class PreparedModel
{
    private const long LeastOpset = 13; // per-channel QuantizeLinear
    private const long LeastIrVersion = 7;

    private static readonly HashSet<string> Known =
    [
        "Conv", "Gemm", "MatMul", "Add", "Sum", "Relu", "BatchNormalization", "MaxPool", "AveragePool", "GlobalAveragePool", "Flatten", "Reshape", "Squeeze", "Unsqueeze",
        "Identity", "Dropout", "Constant", "Softmax", "LogSoftmax", "Clip", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Sub", "Mul", "Div", "Pad", "Concat", "Slice",
        "Transpose", "ReduceMean", "GlobalMaxPool", "Shape", "Gather", "Cast", "Expand", "LRN",
    ];

    private static readonly HashSet<string> Quantized = ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QGemm", "QAttention"];

    private PreparedModel(OnnxModel model, string input, int height, int width, IReadOnlyList<string> notes)
    {
        Model = model;
        Input = input;
        Height = height;
        Width = width;
        Notes = notes;
    }

    public OnnxModel Model { get; }

    /// <summary>The input, <c>[N, 3, Height, Width]</c>.</summary>
    public string Input { get; }

    public int Height { get; }

    public int Width { get; }

    /// <summary>What was done to the graph, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <exception cref="QuantizationException">The model cannot be quantized.</exception>
    /// <exception cref="OnnxModelException">The model is not valid, or of an opset that cannot be upgraded.</exception>
    public static PreparedModel Of(OnnxModel source, int height, int width, UnfoldedBatchNormalization unfolded)
    {
        OnnxModel model = source.Clone();
        RefuseQuantized(model);
        model.ThrowIfInvalid();
        RefuseUnknown(model);
        RefuseBadWeights(model);
        List<string> notes = [];
        if (model.Opset < LeastOpset)
        {
            notes.Add($"Upgraded from opset {model.Opset} to {LeastOpset}.");
            OpsetUpgrader.Upgrade(model, LeastOpset);
        }

        model.IrVersion = Math.Max(model.IrVersion, LeastIrVersion);
        OnnxGraph graph = model.Graph;
        graph.DropInitializerInputs();
        string input = CheckInput(graph, height, width);
        GraphPasses.InlineConstants(graph);
        GraphPasses.SplitSums(graph);
        GraphPasses.RemoveIdentities(graph);
        GraphPasses.FuseMatMulAdd(graph);
        Note(notes, GraphPasses.FoldBatchNormalization(graph), "BatchNormalization folded into the Conv before it");
        if (unfolded == UnfoldedBatchNormalization.Depthwise)
        {
            Note(notes, GraphPasses.ReplaceBatchNormalization(graph), "BatchNormalization without a Conv before it written as depthwise Conv");
        }

        Note(notes, graph.Nodes.Count(n => n.Is("BatchNormalization")), "BatchNormalization left in float");
        Note(notes, graph.RemoveUnused(), "dead node removed");
        if (!graph.Nodes.Any(n => n.Is("Conv") || n.Is("Gemm")))
        {
            throw new QuantizationException($"The model '{graph.Name}' has neither Conv nor Gemm: there is nothing to quantize.");
        }

        // Types and shapes between nodes would no longer be true.
        graph.ValueInfos.Clear();
        return new PreparedModel(model, input, height, width, notes);
    }

    private static void Note(List<string> notes, int count, string what)
    {
        if (count > 0)
        {
            notes.Add($"{count} {what}.");
        }
    }

    private static void RefuseQuantized(OnnxModel model)
    {
        OnnxNode? quantized = model.Graph.Nodes.FirstOrDefault(n => Quantized.Contains(n.OpType) || n.OpType.StartsWith("QLinear", StringComparison.Ordinal));
        if (quantized is not null)
        {
            throw new QuantizationException($"The model '{model.Graph.Name}' is quantized already: it has {quantized}. Quantize the float model that it was made from.");
        }
    }

    private static void RefuseUnknown(OnnxModel model)
    {
        OnnxNode[] unknown = [.. model.Graph.Nodes.Where(n => n.Domain.Length > 0 || !Known.Contains(n.OpType))];
        if (unknown.Length > 0 || model.HasFunctions)
        {
            string what = unknown.Length > 0 ? string.Join(", ", unknown.Take(5).Select(n => n.ToString())) : "functions of its own";
            throw new QuantizationException(
                $"The model '{model.Graph.Name}' has operators that are not supported: {what}. Supported are ResNets made of {string.Join(", ", Known.Order(StringComparer.Ordinal))}. "
                + "Export the model for inference, with these alone.");
        }
    }

    private static void RefuseBadWeights(OnnxModel model)
    {
        foreach (OnnxTensor tensor in model.Graph.Initializers.Where(t => t.ElementType is OnnxElementType.Float or OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Double))
        {
            if (tensor.ElementType != OnnxElementType.Float)
            {
                throw new QuantizationException($"The weights {tensor} are not float32. Convert the model to float32, then quantize it.");
            }

            int bad = tensor.AsSpan<float>().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            if (bad >= 0)
            {
                throw new QuantizationException($"The weights {tensor} hold {tensor.AsSpan<float>()[bad]} at element {bad} (from 0): the model is broken. Export it again from weights that are finite.");
            }
        }
    }

    private static string CheckInput(OnnxGraph graph, int height, int width)
    {
        OnnxValueInfo[] inputs = [.. graph.FeedInputs];
        string expected = $"Float [N, 3, {height}, {width}], as the calibration pictures are prepared";
        if (inputs.Length != 1)
        {
            throw new QuantizationException($"The model '{graph.Name}' has {inputs.Length} inputs; a picture classifier has one: {expected}.");
        }

        OnnxValueInfo input = inputs[0];
        bool fits = input.ElementType == OnnxElementType.Float
            && (input.Shape is not { } shape || (shape.Count == 4 && shape[0].Value is null or 1 && Fits(shape[1], 3) && Fits(shape[2], height) && Fits(shape[3], width)));
        return fits ? input.Name : throw new QuantizationException($"The model '{graph.Name}' takes {input}, but what it is given is {expected}, one picture at a time. Prepare the pictures with the model's own profile; a fixed batch must be 1.");
    }

    private static bool Fits(OnnxDimension dimension, int wanted) => dimension.Value is not long value || value == wanted;
}
