using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes the changes that a model needs before ONNX Runtime opens it, and applies them.</summary>
/// <param name="Upgrade">Whether the opset is older than ONNX Runtime supports.</param>
/// <param name="FixWeights">
/// Whether weights are also graph inputs, which callers could replace. They become constants, so that BatchNormalization folds into Conv.
/// </param>
/// <param name="Outputs">The outputs to add.</param>
/// <param name="ScoresName">The name of the output with the scores; null for the first.</param>
/// <param name="IsSelfContained">
/// Whether the bytes of the model alone determine the prepared model: false if tensors are in other files or the model cannot be read.
/// </param>
internal sealed record ModelPreparation(bool Upgrade, bool FixWeights, ModelOutputs Outputs, string? ScoresName, bool IsSelfContained)
{
    /// <summary>The name of the output of <see cref="ModelOutputs.Features"/>.</summary>
    public const string FeaturesName = "resnet_net_features";

    /// <summary>The name of the output of <see cref="ModelOutputs.ActivationMaps"/>.</summary>
    public const string MapsName = "resnet_net_activation_maps";

    // Increment when the edits below change their result: it invalidates the cached optimized models.
    private const int Version = 2;

    // The newest opset among the Caffe2 files; ONNX Runtime supports 7 and later.
    private const int UpgradedOpset = 9;

    /// <summary>The oldest opset that ONNX Runtime runs.</summary>
    public const int OldestOpset = 7;

    /// <summary>Gets whether anything must be changed.</summary>
    public bool IsNeeded => Upgrade || FixWeights || Outputs != ModelOutputs.None;

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
            return $"edits {Version}: {upgrade}{weights}{Outputs} of {ScoresName ?? "the first output"}";
        }
    }

    /// <summary>Determines the changes that a model needs, without loading it as a whole.</summary>
    /// <exception cref="InferenceException">The model omits a required input of a node, on which ONNX Runtime can crash.</exception>
    public static ModelPreparation For(ModelContent model, ModelOutputs outputs, string? scoresName)
    {
        if (model.Summary is not { } summary)
        {
            return new ModelPreparation(false, false, outputs, scoresName, IsSelfContained: false);
        }

        return summary.Problems is [string problem, ..]
            ? throw new InferenceException($"The model '{model.Name}' is damaged: {problem}. Export or download it again.")
            : new ModelPreparation(
                summary.Opset < OldestOpset, summary.HasReplaceableWeights, outputs, scoresName, !summary.HasExternalData);
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
            return Outputs == ModelOutputs.None
                ? OpenUnchanged(model, settings, exception)
                : throw new InferenceException(
                    $"The outputs {Outputs} cannot be added to the model '{model.Name}': {exception.Message}", exception);
        }

        return OrtSession.FromMemory(edited.ToArray(), model.Name, settings);
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
        if (Outputs == ModelOutputs.None)
        {
            return;
        }

        _ = model.FoldConstants();
        ClassifierHead head = ClassifierHead.Find(model, ScoresName);
        if (Outputs.HasFlag(ModelOutputs.Features))
        {
            head.AddFeatures(FeaturesName);
        }

        if (Outputs.HasFlag(ModelOutputs.ActivationMaps))
        {
            head.AddActivationMaps(MapsName);
        }
    }
}
