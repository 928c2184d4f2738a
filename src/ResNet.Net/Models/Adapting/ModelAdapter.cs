using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Determines how a model must be changed so that its input is float32 <c>[N, 3, H, W]</c>, and its scores are float32.</summary>
internal static class ModelAdapter
{
    /// <summary>Determines the profile of a model, and how its input is adapted to the tensor of the profile.</summary>
    /// <param name="model">The model.</param>
    /// <param name="profile">The profile of the options; null for that of the model.</param>
    /// <exception cref="ResNetException">The input cannot be adapted. The message has the reason.</exception>
    public static ResolvedModel AdaptInput(ResolvedModel model, PreprocessingProfile? profile)
    {
        // ONNX Runtime may be able to read a model without a summary; then it is used as it is.
        OnnxModelSummary? summary = model.Content.Summary;
        InputForm? form = summary is null ? null : InputForm.Read(summary, model.Name, model.InputName, model.InputLayout);
        PreprocessingProfile chosen = profile
            ?? model.Profile
            ?? (summary is null ? PreprocessingProfile.Torchvision : DefaultProfile.For(form, summary.Metadata));
        return model with { Profile = chosen, Input = form is null ? null : InputAdapter.For(form, chosen, model.Name) };
    }

    /// <summary>Returns the profile of a custom model whose options have none.</summary>
    /// <exception cref="ResNetException">The input cannot be adapted, or the metadata is invalid.</exception>
    public static PreprocessingProfile ProfileOf(ModelDefinition definition) => AdaptInput(ResolvedModel.For(definition), null).Profile!;

    /// <summary>Determines how the scores of a model are adapted. Call it after <see cref="ScoreOutput.Resolve"/>.</summary>
    /// <exception cref="ResNetException">The output cannot contain scores.</exception>
    public static ResolvedModel AdaptScores(ResolvedModel model)
        => model.Content.Summary is { OutputNames: [string first, ..] } summary
            ? model with { Output = OutputAdapter.For(summary, model.Name, model.OutputName ?? first) }
            : model;
}
