namespace ResNet.Net;

/// <summary>Any ONNX file that classifies images: input <c>[N, 3, H, W]</c> float32, output <c>[N, classes]</c> float32. Its bytes are not verified: you vouch for them.</summary>
public sealed record ModelDefinition
{
    /// <summary>Defines a model in a file.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public ModelDefinition(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = path;
    }

    /// <summary>Defines a model in memory.</summary>
    /// <param name="model">The bytes of an ONNX file; read while the classifier is created, not after.</param>
    /// <exception cref="ArgumentException">There are no bytes.</exception>
    public ModelDefinition(ReadOnlyMemory<byte> model)
    {
        if (model.IsEmpty)
        {
            throw new ArgumentException("The model has 0 bytes.", nameof(model));
        }

        Model = model;
    }

    /// <summary>The ONNX file; null when the model is in memory.</summary>
    public string? Path { get; }

    /// <summary>The model's bytes; empty when it is in a file.</summary>
    public ReadOnlyMemory<byte> Model { get; }

    /// <summary>The name that messages and reports use.</summary>
    /// <value>The file's name, or <c>model in memory</c>.</value>
    public string? Name { get; init; }

    /// <summary>The names of the classes, as many as the model has outputs.</summary>
    /// <value>null: classes are called <c>class 0</c>, <c>class 1</c>, ...</value>
    public LabelSet? Labels { get; init; }

    /// <summary>How images become the input. Its crop must have the model's input size.</summary>
    /// <value><see cref="PreprocessingProfile.Torchvision"/>, with the crop and the resize in proportion (256 : 224) where the file prescribes another size.</value>
    public PreprocessingProfile? Profile { get; init; }

    /// <summary>What the output holds.</summary>
    /// <value><see cref="OutputKind.Logits"/>.</value>
    public OutputKind OutputKind { get; init; } = OutputKind.Logits;

    /// <summary>The name of the input.</summary>
    /// <value>null: the file's first.</value>
    public string? InputName { get; init; }

    /// <summary>The name of the output that holds the scores.</summary>
    /// <value>null: the file's first.</value>
    public string? OutputName { get; init; }

    internal string DisplayName => Name ?? (Path is null ? "model in memory" : System.IO.Path.GetFileName(Path));
}
