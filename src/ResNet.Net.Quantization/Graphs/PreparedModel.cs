using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Represents a checked and simplified float model of opset 13 or later, with BatchNormalization folded where possible.</summary>
internal sealed class PreparedModel
{
    private const long MinOpset = 13; // per-channel QuantizeLinear
    private const long MinIrVersion = 7;

    private const int MaxShown = 5;

    private static readonly HashSet<string> Quantized =
        ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QGemm", "QAttention"];

    private PreparedModel(OnnxModel model, string input, int height, int width, IReadOnlyList<string> notes)
    {
        Model = model;
        Input = input;
        Height = height;
        Width = width;
        Notes = notes;
    }

    public OnnxModel Model { get; }

    /// <summary>Gets the name of the input, <c>[N, 3, Height, Width]</c>.</summary>
    public string Input { get; }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Gets the changes made to the graph, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <exception cref="QuantizationException">The model cannot be quantized.</exception>
    /// <exception cref="OnnxModelException">The model is invalid, or its opset cannot be upgraded.</exception>
    public static PreparedModel Of(OnnxModel source, CalibrationSet calibration, UnfoldedBatchNormalization unfolded)
    {
        (int height, int width) = (calibration.Height, calibration.Width);
        OnnxModel model = source.Clone();
        RefuseQuantized(model);
        List<string> notes = [];
        long opset = model.Opset;
        if (opset < OpsetUpgrader.LowestTarget)
        {
            OpsetUpgrader.Upgrade(model, OpsetUpgrader.LowestTarget); // the oldest opset that ONNX Runtime can fold
        }

        model.IrVersion = Math.Max(model.IrVersion, MinIrVersion);
        OnnxGraph graph = model.Graph;
        graph.DropInitializerInputs();
        model.ThrowIfInvalid();
        Note(notes, model.FoldConstants(), "nodes of constants folded");
        RefuseUnsupported(model);
        if (opset < MinOpset)
        {
            notes.Add($"Upgraded from opset {opset} to {MinOpset}.");
            OpsetUpgrader.Upgrade(model, MinOpset);
        }

        RefuseBadWeights(model);
        AdaptInput(model, calibration, notes);
        string input = CheckInput(graph, height, width);
        GraphPasses.InlineConstants(graph);
        GraphPasses.SplitSums(graph);
        GraphPasses.RemoveIdentities(graph);
        GraphPasses.FuseMatMulAdd(graph);
        Note(notes, GraphPasses.FoldBatchNormalization(graph), "BatchNormalization folded into the preceding Conv");
        if (unfolded == UnfoldedBatchNormalization.Depthwise)
        {
            int replaced = GraphPasses.ReplaceBatchNormalization(graph);
            Note(notes, replaced, "BatchNormalization without a preceding Conv converted to a depthwise Conv");
        }

        Note(notes, graph.Nodes.Count(n => n.Is("BatchNormalization")), "BatchNormalization kept in float");
        Note(notes, graph.RemoveUnused(), "unused nodes removed");
        if (!graph.Nodes.Any(n => n.Is("Conv") || n.Is("Gemm")))
        {
            throw new QuantizationException($"The model '{graph.Name}' has neither Conv nor Gemm, so there is nothing to quantize.");
        }

        // The recorded types and shapes of intermediate values are no longer valid.
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
        OnnxNode? quantized = model.Graph.Nodes.FirstOrDefault(
            n => Quantized.Contains(n.OpType) || n.OpType.StartsWith("QLinear", StringComparison.Ordinal));
        if (quantized is not null)
        {
            throw new QuantizationException(
                $"The model '{model.Graph.Name}' is already quantized: it contains {quantized}. Quantize the original float model.");
        }
    }

    // Other operators of ONNX stay in float.
    private static void RefuseUnsupported(OnnxModel model)
    {
        OnnxNode[] refused = [.. model.Graph.Nodes.Where(n => n.Domain.Length > 0 || n.HasSubgraphs)];
        if (refused.Length > 0 || model.HasFunctions)
        {
            string more = refused.Length > MaxShown ? $" and {refused.Length - MaxShown} more" : string.Empty;
            string found = refused.Length > 0 ? string.Join(", ", refused.Take(MaxShown).Select(n => n.ToString())) : "functions";
            throw new QuantizationException(
                $"The model '{model.Graph.Name}' contains {found}{more}. Only operators of ONNX's own operator set, without subgraphs and "
                + "functions, can be quantized. Export the model for inference.");
        }
    }

    private static void RefuseBadWeights(OnnxModel model)
    {
        foreach (OnnxTensor tensor in model.Graph.Initializers)
        {
            if (tensor.ElementType is OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Double)
            {
                throw new QuantizationException($"The weights {tensor} are not float32. Convert the model to float32 first.");
            }

            if (tensor.ElementType != OnnxElementType.Float)
            {
                continue;
            }

            int bad = tensor.AsSpan<float>().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            if (bad >= 0)
            {
                throw new QuantizationException(
                    $"The weights {tensor} contain {tensor.AsSpan<float>()[bad]} at element {bad} (from 0). "
                    + "Export the model again with finite weights.");
            }
        }
    }

    // As a classifier adapts it, so that the calibration images have the shape of the input.
    private static void AdaptInput(OnnxModel model, CalibrationSet calibration, List<string> notes)
    {
        using MemoryStream bytes = new(model.ToArray());
        OnnxModelSummary summary = OnnxModelSummary.Read(bytes);
        try
        {
            if (InputForm.Read(summary, model.Graph.Name, null, null) is not InputForm form)
            {
                return;
            }

            bool isConverted = form is not { ElementType: OnnxElementType.Float, Channels: 3 };
            if (isConverted && calibration.Profile is null)
            {
                throw new QuantizationException(
                    $"The input of the model '{model.Graph.Name}' is {form.ElementType} with {form.Channels} channels, which preprocessed "
                    + "tensors do not fit. Create the calibration set from image files.");
            }

            PreprocessingProfile profile = calibration.Profile
                ?? PreprocessingProfile.Torchvision.WithCrop(calibration.Width, calibration.Height);
            if (InputAdapter.For(form, profile, model.Graph.Name) is not InputAdapter adapter)
            {
                return;
            }

            notes.Add(
                $"The input {model.Graph.FeedInputs.Single()} is converted from Float [N, 3, {calibration.Height}, {calibration.Width}].");
            adapter.Apply(model);
            if (isConverted && !model.Metadata.ContainsKey(ModelMetadata.ProfileKey))
            {
                // The new input no longer shows the values that the model expects.
                model.SetMetadata(ModelMetadata.ProfileKey, ProfileJson.Write(profile));
            }
        }
        catch (ResNetException exception) when (exception is not QuantizationException)
        {
            throw new QuantizationException(exception.Message, exception);
        }
    }

    private static string CheckInput(OnnxGraph graph, int height, int width)
    {
        OnnxValueInfo[] inputs = [.. graph.FeedInputs];
        string expected = $"Float [N, 3, {height}, {width}], the shape of the calibration images";
        if (inputs.Length != 1)
        {
            throw new QuantizationException(
                $"The model '{graph.Name}' has {inputs.Length} inputs; an image classifier has one: {expected}.");
        }

        OnnxValueInfo input = inputs[0];
        bool matches = input.ElementType == OnnxElementType.Float && (input.Shape is not { } shape
            || (shape.Count == 4
                && shape[0].Value is null or 1
                && Matches(shape[1], 3)
                && Matches(shape[2], height)
                && Matches(shape[3], width)));
        return matches
            ? input.Name
            : throw new QuantizationException(
                $"The model '{graph.Name}' expects {input} instead of {expected}. "
                + "Prepare the images with the model's own profile; a fixed batch size must be 1.");
    }

    private static bool Matches(OnnxDimension dimension, int expected) => dimension.Value is not long value || value == expected;
}
