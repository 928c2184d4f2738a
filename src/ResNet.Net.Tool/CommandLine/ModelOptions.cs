using System.CommandLine;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>The options that choose a model and the preprocessing for it.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "The ID of a variant, such as resnet50-v1-7, or the path of an ONNX file.",
        HelpName = "id|file",
        DefaultValueFactory = _ => ResNetVariant.Cifar10ResNet20.Id,
    };

    private readonly Option<string?> _modelsFolder = new("--models-folder")
    {
        Description = "A folder with downloaded model files. [default: RESNET_NET_MODELS]",
        HelpName = "folder",
    };

    private readonly Option<string?> _labels = new("--labels")
    {
        Description = "For an ONNX file: a text file with one label per line, or imagenet, or cifar10.",
        HelpName = "file",
    };

    private readonly Option<PreprocessingProfile?> _profile = new("--profile")
    {
        Description = $"The preprocessing: {string.Join(", ", PreprocessingProfile.All.Select(p => p.Name))}. "
            + "[default: the variant's; Torchvision for an ONNX file]",
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
        Description = "The mean instead of the profile's: red, green, blue from 0 to 1. Caffe2 profiles: blue, green, red from 0 to 255.",
        HelpName = "a,b,c",
        CustomParser = OptionValues.Channels,
    };

    private readonly Option<ChannelValues?> _std = new("--std")
    {
        Description = "The standard deviation instead of the profile's, in the same order and range as --mean.",
        HelpName = "a,b,c",
        CustomParser = OptionValues.Channels,
    };

    private readonly Option<bool> _probabilities = new("--probabilities")
    {
        Description = "For an ONNX file: its outputs are probabilities. By default, this is determined from the graph.",
    };

    private readonly Option<bool> _tenCrop = new("--ten-crop")
    {
        Description = "Average over ten crops: the corners, the center, and their mirror images.",
    };

    public ModelOptions()
    {
        _model.CompletionSources.Add([.. ResNetVariant.All.Select(v => v.Id)]);
        _profile.CompletionSources.Add([.. PreprocessingProfile.All.Select(p => p.Name)]);
    }

    /// <summary>Adds the options to a command and to its subcommands.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_model, _modelsFolder, _labels, _profile, _size, _mean, _std, _probabilities, _tenCrop])
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
        OutputKind = options.GetValue(_probabilities) ? OutputKind.Probabilities : null,
    };
}
