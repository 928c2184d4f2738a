using ResNet.Net.Internals.Inference;

namespace ResNet.Net.Internals.Models;

/// <summary>What the classifier needs to know of a model before it is opened, whether it is a variant or the caller's own.</summary>
internal sealed record ModelRecipe
{
    public required string Name { get; init; }

    public ResNetVariant? Variant { get; init; }

    public required Func<SessionSettings, OrtSession> Open { get; init; }

    public required OutputKind OutputKind { get; init; }

    public PreprocessingProfile? Profile { get; init; }

    public LabelSet? Labels { get; init; }

    public string? InputName { get; init; }

    public string? OutputName { get; init; }

    /// <param name="variant">The variant.</param>
    /// <param name="path">Its verified file; null for the embedded model.</param>
    public static ModelRecipe For(ResNetVariant variant, string? path) => new()
    {
        Name = variant.Id,
        Variant = variant,
        Open = path is null ? settings => OpenEmbedded(variant, settings) : settings => OrtSession.FromFile(path, settings),
        OutputKind = variant.OutputKind,
        Profile = variant.Profile,
        Labels = variant.Labels,
        InputName = variant.InputName,
        OutputName = variant.OutputName,
    };

    public static ModelRecipe For(ModelDefinition definition) => new()
    {
        Name = definition.DisplayName,
        Open = settings => OpenDefined(definition, settings),
        OutputKind = definition.OutputKind,
        Profile = definition.Profile,
        Labels = definition.Labels,
        InputName = definition.InputName,
        OutputName = definition.OutputName,
    };

    private static unsafe OrtSession OpenEmbedded(ResNetVariant variant, SessionSettings settings)
    {
        using UnmanagedMemoryStream stream = EmbeddedResource.Open(variant.FileName);
        return OrtSession.FromMemory(new ReadOnlySpan<byte>(stream.PositionPointer, checked((int)stream.Length)), variant.Id, settings);
    }

    private static OrtSession OpenDefined(ModelDefinition definition, SessionSettings settings)
    {
        if (definition.Path is null)
        {
            return OrtSession.FromMemory(definition.Model.Span, definition.DisplayName, settings);
        }

        string path = Path.GetFullPath(definition.Path);
        return File.Exists(path)
            ? OrtSession.FromFile(path, settings)
            : throw new ModelUnavailableException(definition.DisplayName, $"There is no model file '{path}'. Check the path given to ModelDefinition.");
    }
}
