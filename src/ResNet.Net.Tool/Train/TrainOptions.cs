using System.CommandLine;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Training;

namespace ResNet.Net.Tool.Train;

/// <summary>The values of the options of <c>resnet train</c>.</summary>
internal sealed record TrainChoice
{
    /// <summary>The training images; null for drawn ones.</summary>
    public required string? Photos { get; init; }

    public required string? Validation { get; init; }

    /// <summary>The backbone; null for the default.</summary>
    public required string? Backbone { get; init; }

    public required string? ModelsFolder { get; init; }

    public required bool MultiLabel { get; init; }

    /// <summary>The folder of the feature cache; null for the default.</summary>
    public required string? Cache { get; init; }

    public required bool NoCache { get; init; }

    public required TrainingOptions Options { get; init; }

    public required string? Output { get; init; }

    public required string? Markdown { get; init; }

    public required string? Json { get; init; }

    public required string? Plot { get; init; }

    public required string? ContactSheet { get; init; }
}

/// <summary>The options of <c>resnet train</c>.</summary>
internal sealed class TrainOptions
{
    private const int MostUnits = 4096;

    private static readonly TrainingOptions Defaults = new();

    private readonly Argument<string?> _photos = new("photos")
    {
        Description = "A folder with one folder of images per class, a zip or tar file of it, or a list (path and label per line). Folders "
            + "train, val and test at its top are recognized. [default: drawn shapes]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _output = new("--out")
    {
        Description = "The ONNX file to write. An existing file is replaced when the new one is complete. [default: none, only the report]",
        HelpName = "file",
    };

    private readonly Option<string?> _validation = new("--validation")
    {
        Description = "The validation images, with the same classes. [default: the folder val, or a fifth of each class]",
        HelpName = "dataset",
    };

    private readonly Option<string?> _backbone = new("--backbone")
    {
        Description = "The network that computes the features: the ID of a variant or an ONNX file. "
            + "[default: resnet18-backbone if it is installed, else resnet20-cifar10]",
        HelpName = "id|file",
    };

    private readonly Option<string?> _modelsFolder = ModelOptions.ModelsFolder();

    private readonly Option<HeadOptimizer> _optimizer
        = OptionValues.EnumOption("--optimizer", "name", "The optimizer: Lbfgs or Sgd.", Defaults.Optimizer);

    private readonly Option<int?> _hidden = new("--hidden")
    {
        Description = "The number of units of a hidden layer, which rules out class activation maps. [default: no hidden layer]",
        HelpName = "n",
        CustomParser = OptionValues.CountTo(MostUnits),
    };

    private readonly Option<ImageAugmentation> _augmentation = OptionValues.EnumOption(
        "--augmentation", "views", "The views of each training image: None, Flips or FlipsAndCrops.", Defaults.Augmentation);

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "The random seed; the same seed gives the same model.",
        HelpName = "n",
        DefaultValueFactory = _ => Defaults.Seed,
    };

    private readonly Option<double[]?> _l2 = new("--l2")
    {
        Description = "Candidate strengths of the L2 penalty; the validation images choose one. [default: a grid]",
        HelpName = "value",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = OptionValues.Numbers,
    };

    private readonly Option<bool> _multiLabel = new("--multi-label")
    {
        Description = "Independent classes: an image can have several or none. Lists with ';' between labels imply it.",
    };

    private readonly Option<string?> _cache = new("--cache")
    {
        Description = "The folder of the feature cache, which shortens later runs. [default: features in the model store's folder]",
        HelpName = "folder",
    };

    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Neither read nor write cached features." };

    private readonly Option<string?> _markdown = new("--report") { Description = "Write the report as Markdown.", HelpName = "file" };

    private readonly Option<string?> _json = new("--json") { Description = "Write all numbers as JSON.", HelpName = "file" };

    private readonly Option<string?> _plot = new("--plot")
    {
        Description = "Plot the learning curve and the confusions as SVG.",
        HelpName = "file",
    };

    private readonly Option<string?> _contactSheet = new("--contact-sheet")
    {
        Description = "Write an HTML page of images with suspicious labels and possible copies.",
        HelpName = "file",
    };

    public TrainOptions()
    {
        _photos.Validators.Add(OptionValues.RejectUnknownOptions);
        _backbone.CompletionSources.Add([.. ResNetVariant.All.Select(v => v.Id)]);
        _noCache.Validators.Add(result =>
        {
            if (!result.Implicit && result.Parent?.GetResult(_cache) is not null)
            {
                result.AddError("--cache and --no-cache exclude each other: leave out one.");
            }
        });
    }

    public void AddTo(ToolCommand command)
    {
        command.Arguments.Add(_photos);
        command.Add(_output, _validation, _backbone, _modelsFolder, _optimizer, _hidden, _augmentation, _seed, _l2, _multiLabel);
        command.Add(_cache, _noCache, _markdown, _json, _plot, _contactSheet);
    }

    public TrainChoice Choice(ParseResult options) => new()
    {
        Photos = options.GetValue(_photos),
        Validation = options.GetValue(_validation),
        Backbone = options.GetValue(_backbone),
        ModelsFolder = options.GetValue(_modelsFolder),
        MultiLabel = options.GetValue(_multiLabel),
        Cache = options.GetValue(_cache),
        NoCache = options.GetValue(_noCache),
        Options = Defaults with
        {
            Optimizer = options.GetValue(_optimizer),
            HiddenUnits = options.GetValue(_hidden) ?? 0,
            Augmentation = options.GetValue(_augmentation),
            Seed = options.GetValue(_seed),
            L2 = options.GetValue(_l2) is { Length: > 0 } values ? values : null,
        },
        Output = options.GetValue(_output),
        Markdown = options.GetValue(_markdown),
        Json = options.GetValue(_json),
        Plot = options.GetValue(_plot),
        ContactSheet = options.GetValue(_contactSheet),
    };
}
