using System.CommandLine;

namespace ResNet.Net.Samples.Support;

/// <summary>The options by which people choose a model, and how pictures are prepared for it.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "The id of a variant, such as resnet50-v1-7, or the path of an ONNX file.",
        DefaultValueFactory = _ => ResNetVariant.Cifar10ResNet20.Id,
    };

    private readonly Option<string?> _modelsFolder = new("--models-folder") { Description = "A folder that has files of the zoo already; others are downloaded once. [default: the environment variable RESNET_NET_MODELS]" };

    private readonly Option<string?> _labels = new("--labels") { Description = "For an ONNX file: a text file with the names of its classes, one a line; or imagenet, or cifar10." };

    private readonly Option<PreprocessingProfile?> _profile = new("--profile")
    {
        Description = $"How pictures are prepared: {string.Join(", ", PreprocessingProfile.All.Select(p => p.Name))}. [default: the model's own, Torchvision for an ONNX file]",
        CustomParser = OptionValues.Profile,
    };

    private readonly Option<(int Width, int Height)?> _size = new("--size") { Description = "The model's input size, n or WxH, in place of the profile's.", CustomParser = OptionValues.Size };

    private readonly Option<ChannelValues?> _mean = new("--mean")
    {
        Description = "Three numbers a,b,c in place of the profile's mean: red, green, blue from 0 to 1 (blue, green, red from 0 to 255 for the Caffe2 profiles).",
        CustomParser = OptionValues.Channels,
    };

    private readonly Option<ChannelValues?> _std = new("--std") { Description = "Three numbers in place of the profile's standard deviation, as for --mean.", CustomParser = OptionValues.Channels };

    private readonly Option<bool> _probabilities = new("--probabilities") { Description = "For an ONNX file that ends in a softmax: its output is probabilities already." };

    private readonly Option<bool> _tenCrop = new("--ten-crop") { Description = "Average over ten crops of each picture: corners, centre, and their mirror images." };

    /// <summary>Adds them to a command and to the commands that it has.</summary>
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
        OutputKind = options.GetValue(_probabilities) ? OutputKind.Probabilities : OutputKind.Logits,
    };
}
