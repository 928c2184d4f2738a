using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Describes a variant or a custom model whose file has been located.</summary>
internal sealed record ResolvedModel
{
    public required string Name { get; init; }

    /// <summary>Gets the variant; null for a custom model.</summary>
    public ResNetVariant? Variant { get; init; }

    public required ModelContent Content { get; init; }

    /// <summary>Gets what the output contains; null if it is to be determined from the graph.</summary>
    public required OutputKind? OutputKind { get; init; }

    /// <summary>Gets what the graph shows about the output.</summary>
    public OnnxOutputContent OutputContent { get; init; }

    public PreprocessingProfile? Profile { get; init; }

    public LabelSet? Labels { get; init; }

    /// <summary>Gets the probability of the best class below which an image is unknown; null if the file states none.</summary>
    public double? UnknownThreshold { get; init; }

    public string? InputName { get; init; }

    public string? OutputName { get; init; }

    /// <summary>Gets the declared order of the dimensions of the input; null if it is to be determined.</summary>
    public InputLayout? InputLayout { get; init; }

    /// <summary>Gets how the input is adapted; null if it needs no change, or before <see cref="ModelAdapter.AdaptInput"/>.</summary>
    public InputAdapter? Input { get; init; }

    /// <summary>Gets how the scores are adapted; null if they need no change, or before <see cref="ModelAdapter.AdaptScores"/>.</summary>
    public OutputAdapter? Output { get; init; }

    /// <param name="variant">The variant.</param>
    /// <param name="content">Its model.</param>
    public static ResolvedModel For(ResNetVariant variant, ModelContent content) => new()
    {
        Name = variant.Id,
        Variant = variant,
        Content = content,
        OutputKind = variant.OutputKind,
        Profile = variant.Profile,
        Labels = variant.Labels,
        InputName = variant.InputName,
        OutputName = variant.OutputName,
    };

    /// <summary>Describes a custom model. What the definition does not set comes from the metadata of the file.</summary>
    /// <exception cref="ModelUnavailableException">The file doesn't exist.</exception>
    /// <exception cref="ResNetException">The metadata is invalid.</exception>
    public static ResolvedModel For(ModelDefinition definition) => ModelMetadata.Complete(new ResolvedModel
    {
        Name = definition.DisplayName,
        Content = ContentOf(definition),
        OutputKind = definition.OutputKind,
        Profile = definition.Profile,
        Labels = definition.Labels,
        InputName = definition.InputName,
        OutputName = definition.OutputName,
        InputLayout = definition.InputLayout,
    });

    private static ModelContent ContentOf(ModelDefinition definition)
    {
        if (definition.Path is null)
        {
            return ModelContent.InMemory(definition.DisplayName, definition.Model);
        }

        string path = Path.GetFullPath(definition.Path);
        return RegularFile.IsSpecial(path)
            ? throw new ModelUnavailableException(
                definition.DisplayName, $"'{path}' is a named pipe, a device or a socket. Copy the model to a file.")
            : File.Exists(path) ? ModelContent.File(path, path)
            : throw new ModelUnavailableException(
                definition.DisplayName, $"The model file '{path}' does not exist. Check the path passed to ModelDefinition.");
    }
}
