using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes the changes that a model needs before ONNX Runtime opens it, and applies them.</summary>
/// <param name="Upgrade">Whether the opset is older than ONNX Runtime supports.</param>
/// <param name="FixWeights">
/// Whether weights are also graph inputs, which callers could replace. They become constants, so that BatchNormalization folds into Conv.
/// </param>
/// <param name="Outputs">What the prepared model returns.</param>
/// <param name="OutputName">The name of the output with the scores or the features; null if the graph determines it.</param>
/// <param name="IsSelfContained">
/// Whether the bytes of the model alone determine the prepared model: false if tensors are in other files or the model cannot be read.
/// </param>
internal sealed record ModelPreparation(bool Upgrade, bool FixWeights, RequiredOutputs Outputs, string? OutputName, bool IsSelfContained)
{
    /// <summary>Gets how the input is adapted; null if it needs no change.</summary>
    public InputAdapter? Input { get; init; }

    /// <summary>Gets how the scores are adapted; null if they need no change.</summary>
    public OutputAdapter? Output { get; init; }

    /// <summary>The name of the output with the pooled features.</summary>
    public const string FeaturesName = "resnet_net_features";

    /// <summary>The name of the output with the activation maps.</summary>
    public const string MapsName = "resnet_net_activation_maps";

    // Increment when the edits below change their result: it invalidates the cached optimized models.
    private const int Version = 2;

    // The newest opset among the Caffe2 files; ONNX Runtime supports 7 and later.
    private const int UpgradedOpset = 9;

    /// <summary>The oldest opset that ONNX Runtime runs.</summary>
    public const int OldestOpset = 7;

    /// <summary>Gets whether anything must be changed.</summary>
    public bool IsNeeded => Upgrade || FixWeights || Outputs != RequiredOutputs.Scores || IsAdapted;

    /// <summary>Gets a text that identifies the changes.</summary>
    public string Key
    {
        get
        {
            if (!IsNeeded)
            {
                return "unchanged";
            }

            string upgrade = Upgrade ? $"opset {UpgradedOpset}, " : "";
            string weights = FixWeights ? "constant weights, " : "";
            string input = Input is null ? "" : $"{Input.Key}, ";
            string output = Output is null ? "" : $"{Output.Key}, ";
            return $"edits {Version}: {upgrade}{weights}{input}{output}{Outputs} of {OutputName ?? "the output that the graph determines"}";
        }
    }

    private bool IsAdapted => Input is not null || Output is not null;

    /// <summary>Determines the changes that a model needs, without loading it as a whole.</summary>
    /// <exception cref="InferenceException">The model omits a required input of a node, on which ONNX Runtime can crash.</exception>
    public static ModelPreparation For(ResolvedModel model, RequiredOutputs outputs)
    {
        OnnxModelSummary? summary = model.Content.Summary;
        return summary?.Problems is [string problem, ..]
            ? throw new InferenceException($"The model '{model.Name}' is damaged: {problem}. Export or download it again.")
            : new ModelPreparation(
                summary?.Opset < OldestOpset,
                summary?.HasReplaceableWeights == true,
                outputs,
                model.OutputName,
                IsSelfContained: summary?.HasExternalData == false)
            {
                Input = model.Input,
                Output = model.Output,
            };
    }

    /// <summary>Opens a model with the changes that it needs.</summary>
    /// <exception cref="InferenceException">The model cannot be changed as needed, or ONNX Runtime rejects it.</exception>
    public OrtSession Open(ModelContent model, SessionSettings settings)
    {
        if (!IsNeeded)
        {
            return model.Open(settings);
        }

        OnnxModel edited;
        try
        {
            edited = model.Load();
            Apply(edited);
        }
        catch (OnnxModelException exception)
        {
            return Outputs switch
            {
                RequiredOutputs.Features => throw new InferenceException(
                    $"The model '{model.Name}' provides no embeddings: {exception.Message}", exception),
                RequiredOutputs.ScoresAndMaps => throw new InferenceException(
                    $"Activation maps cannot be added to the model '{model.Name}': {exception.Message}", exception),
                _ when IsAdapted => throw new InferenceException(
                    $"The model '{model.Name}' cannot be adapted ({Input?.Key ?? Output!.Key}): {exception.Message}", exception),
                _ => OpenUnchanged(model, settings, exception),
            };
        }

        return OrtSession.FromMemory(edited.ToArray(), model.Name, settings);
    }

    /// <summary>Returns a model with the changes that it needs as one file, including tensors from other files.</summary>
    /// <exception cref="OnnxModelException">The model cannot be read or changed.</exception>
    public byte[] Export(ModelContent model)
    {
        OnnxModel edited = model.Load();
        if (IsNeeded)
        {
            Apply(edited);
        }

        return edited.ToArray();
    }

    // ONNX Runtime may open what cannot be edited, such as unknown operators and functions.
    private static OrtSession OpenUnchanged(ModelContent model, SessionSettings settings, OnnxModelException whyNotEdited)
    {
        try
        {
            return model.Open(settings);
        }
        catch (InferenceException exception)
        {
            throw new InferenceException(
                $"'{model.Name}' cannot be opened. Unchanged: {exception.Message} With the changes that it needs: {whyNotEdited.Message}",
                whyNotEdited);
        }
    }

    private void Apply(OnnxModel model)
    {
        if (Upgrade)
        {
            _ = OpsetUpgrader.Upgrade(model, UpgradedOpset);
        }

        // Up to IR version 3, every weight must be a graph input, including weights that are added.
        const int WeightsNeedNoInputs = 4;
        model.IrVersion = Math.Max(model.IrVersion, WeightsNeedNoInputs);
        _ = model.Graph.DropInitializerInputs();
        Input?.Apply(model);
        Output?.RemoveMap(model);
        AddOutputs(model);
        Output?.Convert(model);
    }

    private void AddOutputs(OnnxModel model)
    {
        if (Outputs != RequiredOutputs.Scores)
        {
            _ = model.FoldConstants();
        }

        switch (Outputs)
        {
            case RequiredOutputs.Features:
                FeatureOutput.Cut(model, OutputName, FeaturesName);
                break;
            case RequiredOutputs.ScoresAndMaps:
                ClassifierHead.Find(model, OutputName).AddActivationMaps(MapsName);
                break;
        }
    }
}
