using System.CommandLine;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>The options that choose a model and the preprocessing for it.</summary>
internal sealed class ModelOptions
{
    private readonly bool _hasModel;

    private readonly Option<string> _model = new("--model")
    {
        Description = "The ID of a variant, such as resnet50-v1-7, or the path of an ONNX file.",
        HelpName = "id|file",
        DefaultValueFactory = _ => ResNetVariant.Cifar10ResNet20.Id,
    };

    private readonly Option<string?> _modelsFolder = ModelsFolder();

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "For an ONNX file: a file of labels (lines, JSON, config.json, data.yaml), or imagenet, or cifar10. "
            + "[default: the labels in the model's metadata]",
        HelpName = "file",
    };

    private readonly Option<string?> _outputName = new("--output-name")
    {
        Description = "For an ONNX file with several outputs: the one that contains the class scores.",
        HelpName = "name",
    };

    private readonly Option<OutputKind?> _outputKind = OptionValues.OptionalEnumOption<OutputKind>(
        "--output-kind",
        "kind",
        "For an ONNX file: what its output contains: Logits, Probabilities or IndependentProbabilities. "
            + "[default: from the model's metadata or graph]");

    private readonly Option<PreprocessingProfile?> _profile = new("--profile")
    {
        Description = $"The preprocessing: {string.Join(", ", PreprocessingProfile.All.Select(p => p.Name))}. "
            + "[default: the variant's; for an ONNX file, the one in its metadata, or Torchvision at the size of its input]",
        HelpName = "name",
        CustomParser = OptionValues.Profile,
    };

    private readonly Option<(int Width, int Height)?> _size = new("--size")
    {
        Description = "The input size instead of the profile's.",
        HelpName = "n|WxH",
        CustomParser = OptionValues.Size,
    };

    private readonly Option<ChannelValues?> _mean = new("--mean")
    {
        Description = "The mean instead of the profile's, on the scale of its pixels: red, green, blue from 0 to 1; for Caffe2 and Keras "
            + "profiles, blue, green, red from 0 to 255. The input size stays.",
        HelpName = "a,b,c",
        CustomParser = OptionValues.Channels,
    };

    private readonly Option<ChannelValues?> _std = new("--std")
    {
        Description = "The standard deviation instead of the profile's, greater than 0, in the order and on the scale of --mean.",
        HelpName = "a,b,c",
        CustomParser = OptionValues.Channels,
    };

    private readonly Option<bool> _tenCrop = new("--ten-crop")
    {
        Description = "Average over ten crops: the corners, the center, and their mirror images.",
    };

    /// <summary>Creates the option for the folder with model files, which several commands have.</summary>
    public static Option<string?> ModelsFolder() => new("--models-folder")
    {
        Description = "A folder with downloaded model files. [default: RESNET_NET_MODELS]",
        HelpName = "folder",
    };

    /// <param name="hasModel">Whether <c>--model</c> is one of the options; otherwise, arguments name the models.</param>
    public ModelOptions(bool hasModel = true)
    {
        _hasModel = hasModel;
        _model.CompletionSources.Add([.. ResNetVariant.All.Select(v => v.Id)]);
        _profile.CompletionSources.Add([.. PreprocessingProfile.All.Select(p => p.Name)]);
    }

    /// <summary>Adds the options to a command and to its subcommands.</summary>
    public void AddTo(Command command)
    {
        Option[] options
            = [_model, _modelsFolder, _labels, _outputName, _outputKind, _profile, _size, _mean, _std, _tenCrop];
        foreach (Option option in _hasModel ? options : options[1..])
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
    }

    public ModelChoice Choice(ParseResult options) => new()
    {
        Model = options.GetValue(_model)!,
        ModelsFolder = options.GetValue(_modelsFolder),
        LabelsFile = options.GetValue(_labels),
        Profile = options.GetValue(_profile),
        Size = options.GetValue(_size),
        Mean = options.GetValue(_mean),
        Std = options.GetValue(_std),
        Crops = options.GetValue(_tenCrop) ? CropSampling.TenCrop : CropSampling.Center,
        OutputName = options.GetValue(_outputName),
        OutputKind = options.GetValue(_outputKind),
    };
}
