namespace ResNet.Net;

/// <summary>What the classifier needs to know of a model before it is opened, whether it is a variant or the caller's own.</summary>
internal sealed record ModelRecipe
{
    public required string Name { get; init; }

    public ResNetVariant? Variant { get; init; }

    public required ModelContent Content { get; init; }

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
        Content = path is null ? ModelContent.Embedded(variant) : ModelContent.File(path, path, variant.Sha256),
        OutputKind = variant.OutputKind,
        Profile = variant.Profile,
        Labels = variant.Labels,
        InputName = variant.InputName,
        OutputName = variant.OutputName,
    };

    public static ModelRecipe For(ModelDefinition definition) => new()
    {
        Name = definition.DisplayName,
        Content = ContentOf(definition),
        OutputKind = definition.OutputKind,
        Profile = definition.Profile,
        Labels = definition.Labels,
        InputName = definition.InputName,
        OutputName = definition.OutputName,
    };

    private static ModelContent ContentOf(ModelDefinition definition)
    {
        if (definition.Path is null)
        {
            return ModelContent.InMemory(definition.DisplayName, definition.Model);
        }

        string path = Path.GetFullPath(definition.Path);
        return File.Exists(path)
            ? ModelContent.File(path, path)
            : throw new ModelUnavailableException(definition.DisplayName, $"There is no model file '{path}'. Check the path given to ModelDefinition.");
    }
}
