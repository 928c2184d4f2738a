namespace ResNet.Net;

/// <summary>
/// Describes a custom image classifier in ONNX format, with input <c>[N, 3, H, W]</c> and output <c>[N, classes]</c>, both float32.
/// </summary>
/// <remarks>The bytes of the model are not verified. Load models from sources that you trust.</remarks>
public sealed record ModelDefinition
{
    /// <summary>Initializes a new instance of the <see cref="ModelDefinition"/> class for a model in a file.</summary>
    /// <param name="path">The path of the ONNX file.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public ModelDefinition(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = path;
    }

    /// <summary>Initializes a new instance of the <see cref="ModelDefinition"/> class for a model in memory.</summary>
    /// <param name="model">The bytes of an ONNX file. They are read while the classifier is created, and not afterwards.</param>
    /// <exception cref="ArgumentException">The memory is empty.</exception>
    public ModelDefinition(ReadOnlyMemory<byte> model)
    {
        if (model.IsEmpty)
        {
            throw new ArgumentException("The model has 0 bytes.", nameof(model));
        }

        Model = model;
    }

    /// <summary>Gets the path of the ONNX file; <see langword="null"/> if the model is in memory.</summary>
    public string? Path { get; }

    /// <summary>Gets the bytes of the model; empty if the model is in a file.</summary>
    public ReadOnlyMemory<byte> Model { get; }

    /// <summary>Gets the name of the model in messages, logs and measurements.</summary>
    /// <value>By default the name of the file, or <c>model in memory</c>.</value>
    public string? Name { get; init; }

    /// <summary>Gets the labels, one per class, in output order.</summary>
    /// <value>The default, <see langword="null"/>, labels the classes <c>class 0</c>, <c>class 1</c> and so on.</value>
    public LabelSet? Labels { get; init; }

    /// <summary>Gets the preprocessing profile. The size of its crop must be the input size of the model.</summary>
    /// <value>
    /// By default <see cref="PreprocessingProfile.Torchvision"/>. If the model has another input size, the crop takes that size and
    /// the resize keeps the ratio 256 : 224.
    /// </value>
    public PreprocessingProfile? Profile { get; init; }

    /// <summary>Gets what the output contains.</summary>
    /// <value>
    /// The default, <see langword="null"/>, determines the kind from the graph: a Softmax or Sigmoid at its end is recognized, and logits
    /// are assumed otherwise. A value that contradicts the graph takes precedence, and a warning is logged.
    /// </value>
    public OutputKind? OutputKind { get; init; }

    /// <summary>Gets the name of the input.</summary>
    /// <value>The default, <see langword="null"/>, selects the only input.</value>
    public string? InputName { get; init; }

    /// <summary>Gets the name of the output that contains the scores, or the features for a <see cref="ResNetEmbedder"/>.</summary>
    /// <value>
    /// The default, <see langword="null"/>, selects the only output, or the one that the graph identifies as class scores or features.
    /// </value>
    public string? OutputName { get; init; }

    internal string DisplayName => Name ?? (Path is null ? "model in memory" : System.IO.Path.GetFileName(Path));
}
