using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// What has to be changed in a model before ONNX Runtime opens it, and the opening. A model that needs no change is opened as it is, never read here.
/// </summary>
/// <param name="Upgrade">Its operator set is older than what ONNX Runtime opens.</param>
/// <param name="FixWeights">Its weights are listed as inputs that a caller could replace: they become constants, so that BatchNormalization folds into Conv.</param>
/// <param name="Outputs">The outputs that are added.</param>
/// <param name="ScoresName">The output with the scores; null for the first.</param>
/// <param name="IsWhole">Whether the model's bytes are all that decides what comes out: false where tensors lie in other files, or nobody knows.</param>
internal sealed record ModelPreparation(bool Upgrade, bool FixWeights, ModelOutputs Outputs, string? ScoresName, bool IsWhole)
{
    /// <summary>The name of the output of <see cref="ModelOutputs.Features"/>.</summary>
    public const string FeaturesName = "resnet_net_features";

    /// <summary>The name of the output of <see cref="ModelOutputs.ActivationMaps"/>.</summary>
    public const string MapsName = "resnet_net_activation_maps";

    // Counted up whenever the edits below change what comes out: optimized graphs on disk are then made anew.
    private const int Version = 1;

    // What the youngest of the Caffe2 files has; ONNX Runtime opens from 7.
    private const int UpgradedOpset = 9;
    private const int OldestOpset = 7;

    /// <summary>Whether anything has to be changed.</summary>
    public bool IsNeeded => Upgrade || FixWeights || Outputs != ModelOutputs.None;

    /// <summary>All that decides what comes out, as text.</summary>
    public string Key => IsNeeded ? $"edits {Version}: {(Upgrade ? $"opset {UpgradedOpset}, " : "")}{(FixWeights ? "constant weights, " : "")}{Outputs} of {ScoresName ?? "the first output"}" : "as it is";

    /// <summary>Looks at a model.</summary>
    public static ModelPreparation For(ModelContent model, ModelOutputs outputs, string? scoresName)
    {
        try
        {
            OnnxModelSummary summary = model.ReadSummary();
            return new ModelPreparation(summary.Opset < OldestOpset, summary.HasReplaceableWeights, outputs, scoresName, !summary.HasExternalData);
        }
        catch (Exception exception) when (exception is OnnxModelException or IOException or UnauthorizedAccessException)
        {
            // ONNX Runtime may know better, and says what is wrong where it does not.
            return new ModelPreparation(false, false, outputs, scoresName, IsWhole: false);
        }
    }

    /// <summary>Opens a model with the changes that it needs.</summary>
    /// <exception cref="OnnxModelException">It cannot be changed so, or not be opened without.</exception>
    /// <exception cref="InferenceException">ONNX Runtime refuses it.</exception>
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
        catch (OnnxModelException exception) when (Outputs == ModelOutputs.None)
        {
            return OpenAsItIs(model, settings, exception);
        }

        return OrtSession.FromMemory(edited.ToArray(), model.Name, settings);
    }

    // Unknown operators, functions: ONNX Runtime may open what cannot be edited.
    private static OrtSession OpenAsItIs(ModelContent model, SessionSettings settings, OnnxModelException whyNotEdited)
    {
        try
        {
            return model.Open(settings);
        }
        catch (InferenceException exception)
        {
            throw new OnnxModelException($"'{model.Name}' cannot be opened. As it is: {exception.Message} With the changes that it needs: {whyNotEdited.Message}", exception);
        }
    }

    private void Apply(OnnxModel model)
    {
        if (Upgrade)
        {
            _ = OpsetUpgrader.Upgrade(model, UpgradedOpset);
        }

        // IR version 3 would have every weight listed as an input, those that are added too.
        const int WeightsNeedNoInputs = 4;
        model.IrVersion = Math.Max(model.IrVersion, WeightsNeedNoInputs);
        _ = model.Graph.DropInitializerInputs();
        if (Outputs == ModelOutputs.None)
        {
            return;
        }

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
