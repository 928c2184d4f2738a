namespace ResNet.Net.Tool.CommandLine;

/// <summary>The model and the preprocessing that the options ask for.</summary>
internal sealed record ModelChoice
{
    /// <summary>The ID of a variant, or the path of an ONNX file.</summary>
    public required string Model { get; init; }

    public string? ModelsFolder { get; init; }

    public string? LabelsFile { get; init; }

    public PreprocessingProfile? Profile { get; init; }

    public (int Width, int Height)? Size { get; init; }

    public ChannelValues? Mean { get; init; }

    public ChannelValues? Std { get; init; }

    public CropSampling Crops { get; init; }

    /// <summary>The batch size; null for the library's default.</summary>
    public int? BatchSize { get; init; }

    /// <summary>How the model uses the processor cores.</summary>
    public ExecutionMode ExecutionMode { get; init; }

    /// <summary>Whether the classifier computes activation maps.</summary>
    public bool ActivationMaps { get; init; }

    /// <summary>The output with the class scores of an ONNX file; null if its graph determines it.</summary>
    public string? OutputName { get; init; }

    /// <summary>What an ONNX file outputs; null if its metadata or graph determine it.</summary>
    public OutputKind? OutputKind { get; init; }

    /// <summary>The same choices for another model. What describes an ONNX file applies only when it is one.</summary>
    public ModelChoice For(string model)
        => ResNetVariant.TryParse(model, out _)
            ? this with { Model = model, LabelsFile = null, OutputName = null, OutputKind = null }
            : this with { Model = model };

    /// <summary>Loads the classifier, and downloads its model first if it is not in the store.</summary>
    /// <exception cref="ArgumentException">The options contradict each other, or the model does not exist.</exception>
    public Task<ResNetClassifier> LoadAsync(CancellationToken cancellationToken) => FindVariant() is ResNetVariant variant
        ? ResNetClassifier.CreateAsync(
            variant, ClassifierOptions(() => variant.Profile), new DownloadProgress(), cancellationToken)
        : ResNetClassifier.CreateAsync(Definition(), ClassifierOptions(ProfileOfFile), cancellationToken);

    /// <summary>Loads the embedder, and downloads its model first if it is not in the store.</summary>
    /// <exception cref="ArgumentException">The options contradict each other, or the model does not exist.</exception>
    public Task<ResNetEmbedder> LoadEmbedderAsync(CancellationToken cancellationToken) => FindVariant() is ResNetVariant variant
        ? ResNetEmbedder.CreateAsync(
            variant, EmbedderOptions(() => variant.Profile), new DownloadProgress(), cancellationToken)
        : ResNetEmbedder.CreateAsync(Definition(), EmbedderOptions(ProfileOfFile), cancellationToken);

    /// <summary>Opens the store that provides the file of a variant.</summary>
    public ModelStore OpenStore() => new(new ModelStoreOptions { LocalFolders = ModelsFolder is null ? null : [ModelsFolder] });

    // With the input size of the model.
    private PreprocessingProfile ProfileOfFile() => ModelAdapter.ProfileOf(Definition());

    /// <summary>Returns the variant; null if the model is an ONNX file.</summary>
    /// <exception cref="ArgumentException">The model is neither, or an option is for ONNX files.</exception>
    public ResNetVariant? FindVariant()
    {
        if (ResNetVariant.TryParse(Model, out ResNetVariant? variant))
        {
            RejectOptionsOfFiles(variant);
            return variant;
        }

        if (!Model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !Path.Exists(Model))
        {
            throw new ArgumentException($"The model '{Model}' is neither a file nor one of {string.Join(", ", ResNetVariant.All)}.");
        }

        InputFile.Check("model", Model, "an ONNX file, or the ID of a variant, such as resnet50-v1-7");
        return null;
    }

    private void RejectOptionsOfFiles(ResNetVariant variant)
    {
        (string Option, bool IsSet)[] ofFiles
            = [("--labels", LabelsFile is not null), ("--output-name", OutputName is not null), ("--output-kind", OutputKind is not null)];
        if (ofFiles.FirstOrDefault(o => o.IsSet).Option is string option)
        {
            throw new ArgumentException($"{option} is for ONNX files. The variant '{variant.Id}' has its own.");
        }
    }

    /// <summary>Returns the definition of an ONNX file.</summary>
    public ModelDefinition Definition() => new(Model)
    {
        Labels = Labels(),
        OutputName = OutputName,
        OutputKind = OutputKind,
    };

    private LabelSet? Labels()
    {
        switch (LabelsFile?.ToUpperInvariant())
        {
            case null:
                return null;
            case "IMAGENET" when !File.Exists(LabelsFile):
                return LabelSet.ImageNet;
            case "CIFAR10" when !File.Exists(LabelsFile):
                return LabelSet.Cifar10;
            default:
                InputFile.Check("--labels", LabelsFile, "a file of labels, imagenet or cifar10");
                return LabelSet.Load(LabelsFile);
        }
    }

    private ResNetClassifierOptions ClassifierOptions(Func<PreprocessingProfile> ofModel)
        => Apply(new ResNetClassifierOptions { ActivationMaps = ActivationMaps, ExecutionMode = ExecutionMode }, ofModel);

    private ResNetEmbedderOptions EmbedderOptions(Func<PreprocessingProfile> ofModel) => Apply(new ResNetEmbedderOptions(), ofModel);

    private TOptions Apply<TOptions>(TOptions options, Func<PreprocessingProfile> ofModel)
        where TOptions : ResNetModelOptions
    {
        PreprocessingProfile? profile = Profile;
        if (Size is not null || Mean is not null || Std is not null)
        {
            profile ??= ofModel();
            if (profile.MeanImage is { } mean && (Size is not null || Mean is not null))
            {
                throw new ArgumentException(
                    $"The profile '{profile.Name}' subtracts a mean image of {mean.Width}x{mean.Height} pixels. "
                    + "--size and --mean cannot change it: leave them out.");
            }

            profile = Size is (int width, int height) ? profile.WithCrop(width, height) : profile;
            profile = Normalization.Apply(profile, Mean, Std);
        }

        // Without a profile, the library uses the model's own.
        options = options with { Profile = profile, Crops = Crops, Store = OpenStore(), LoggerFactory = Warnings.Factory };
        return BatchSize is int batch ? options with { BatchSize = batch } : options;
    }
}
