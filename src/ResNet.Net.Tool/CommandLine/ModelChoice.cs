namespace ResNet.Net.Samples.Support;

/// <summary>Which model the options ask for, and how pictures are prepared for it.</summary>
internal sealed record ModelChoice
{
    /// <summary>The id of a variant, or the path of an ONNX file.</summary>
    public required string Model { get; init; }

    public string? ModelsFolder { get; init; }

    public string? LabelsFile { get; init; }

    public PreprocessingProfile? Profile { get; init; }

    public (int Width, int Height)? Size { get; init; }

    public ChannelValues? Mean { get; init; }

    public ChannelValues? Std { get; init; }

    public CropSampling Crops { get; init; }

    /// <summary>Pictures that the model runs on at once; null for the library's own choice.</summary>
    public int? BatchSize { get; init; }

    /// <summary>What the model gives besides scores.</summary>
    public ModelOutputs Outputs { get; init; }

    /// <summary>What an ONNX file gives; a variant knows its own.</summary>
    public OutputKind OutputKind { get; init; }

    /// <summary>The same choices for another model; labels are kept where it is a file.</summary>
    public ModelChoice ForAnother(string model) => this with { Model = model, LabelsFile = ResNetVariant.TryParse(model, out _) ? null : LabelsFile };

    /// <summary>Loads the model; downloads it first where that is needed.</summary>
    /// <exception cref="ArgumentException">The options do not fit together, or there is no such model.</exception>
    public async Task<ResNetClassifier> LoadAsync(CancellationToken cancellationToken)
    {
        if (ResNetVariant.TryParse(Model, out ResNetVariant? variant))
        {
            return LabelsFile is null
                ? await ResNetClassifier.CreateAsync(variant, Options(variant.Profile) with { Store = OpenStore() }, new DownloadProgress(Console.Error), cancellationToken)
                : throw new ArgumentException($"--labels is for ONNX files: the variant '{variant.Id}' has its labels.");
        }

        if (!Model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !File.Exists(Model))
        {
            throw new ArgumentException($"There is no model '{Model}': it is neither a file nor one of {string.Join(", ", ResNetVariant.All)}.");
        }

        ModelDefinition definition = new(Model)
        {
            Labels = Labels(),
            OutputKind = OutputKind,
        };
        return await ResNetClassifier.CreateAsync(definition, Options(PreprocessingProfile.Torchvision), cancellationToken);
    }

    /// <summary>Where a variant's file comes from.</summary>
    public ModelStore OpenStore() => new(new ModelStoreOptions { LocalFolders = ModelsFolder is null ? null : [ModelsFolder] });

    private LabelSet? Labels() => LabelsFile?.ToUpperInvariant() switch
    {
        null => null,
        "IMAGENET" when !File.Exists(LabelsFile) => LabelSet.ImageNet,
        "CIFAR10" when !File.Exists(LabelsFile) => LabelSet.Cifar10,
        _ => LabelSet.FromFile(LabelsFile),
    };

    private ResNetClassifierOptions Options(PreprocessingProfile modelsOwn)
    {
        PreprocessingProfile? profile = Profile;
        if (Size is not null || Mean is not null || Std is not null)
        {
            profile ??= modelsOwn;
            profile = Size is (int width, int height) ? profile.WithCrop(width, height) : profile;
            profile = profile with { Mean = Mean ?? profile.Mean, Std = Std ?? profile.Std };
        }

        // Without a profile the library takes the model's own.
        ResNetClassifierOptions options = new() { Profile = profile, Crops = Crops, Outputs = Outputs };
        return BatchSize is int batch ? options with { BatchSize = batch } : options;
    }
}
