using System.CommandLine;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Quantize;

/// <summary>The options of <c>resnet quantize</c>.</summary>
internal sealed class QuantizeOptions
{
    private const int DefaultImages = 512;

    private static readonly QuantizationOptions Defaults = new();

    private readonly ModelOptions _model = new();

    private readonly Option<string?> _calibration = new("--calibration")
    {
        Description = "The calibration images, from the training set: a folder of class folders, a zip or tar file of them, or a list. "
            + "[default: the sample images]",
        HelpName = "dataset",
    };

    private readonly Option<int?> _images = new("--images", "--pictures")
    {
        Description = $"Calibrate on at most n images, evenly spread. [default: {DefaultImages}]",
        HelpName = "n",
        CustomParser = OptionValues.Count,
    };

    private readonly Option<string?> _evaluation = new("--evaluation")
    {
        Description = "The images to measure accuracy on. [default: the sample images]",
        HelpName = "dataset",
    };

    private readonly Option<int?> _limit = new("--limit")
    {
        Description = "Measure accuracy on at most n images, evenly spread.",
        HelpName = "n",
        CustomParser = OptionValues.Count,
    };

    private readonly Option<QuantizationFormat> _format
        = OptionValues.EnumOption("--format", "format", "Qdq for every runtime, or QOperator for ONNX Runtime on CPUs.", Defaults.Format);

    private readonly Option<CalibrationMethod> _calibrator = OptionValues.EnumOption(
        "--calibrator",
        "method",
        "How ranges are derived from the calibration images: MinMax, MovingAverage, Percentile, Entropy or L2.",
        Defaults.Calibration);

    private readonly Option<ActivationType> _activations
        = OptionValues.EnumOption(
            "--activations", "type", "The type of activations: UInt8 for CPUs, or Int8 for GPUs.", Defaults.ActivationType);

    private readonly Option<bool> _reduceRange = new("--reduce-range")
    {
        Description = "Use 7-bit weights, which are exact on processors without VNNI.",
    };

    private readonly Option<UnfoldedBatchNormalization> _batchNormalization = OptionValues.EnumOption(
        "--batch-normalization",
        "how",
        "What batch normalizations that cannot be folded into a Conv become (ResNet v2): Depthwise or Float.",
        Defaults.UnfoldedBatchNormalization);

    private readonly Option<string[]> _float = new("--float")
    {
        Description = "Layers that stay in float, by their names in the report.",
        HelpName = "layer",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<AccuracyMeasure> _measure = OptionValues.EnumOption(
        "--measure",
        "measure",
        "What the accuracy criterion measures: RelativeDrop, AbsoluteDrop or Disagreement.",
        AccuracyCriterion.Default.Measure);

    private readonly Option<double> _most = new("--most")
    {
        Description = "The limit of the accuracy criterion: the largest acceptable loss, in percent.",
        HelpName = "percent",
        DefaultValueFactory = _ => AccuracyCriterion.Default.Limit,
        CustomParser = OptionValues.Percent,
    };

    private readonly Option<bool> _compare = new("--compare")
    {
        Description = "Measure every calibration method in both formats, and write nothing.",
    };

    private readonly Option<string?> _output = new("--output") { Description = "Write the quantized model.", HelpName = "file" };

    private readonly Option<string?> _markdown = new("--report") { Description = "Write the report as Markdown.", HelpName = "file" };

    private readonly Option<string?> _json = new("--json") { Description = "Write all numbers as JSON.", HelpName = "file" };

    private readonly Option<string?> _plot = new("--plot")
    {
        Description = "Plot the quantization noise of each layer as SVG.",
        HelpName = "file",
    };

    public void AddTo(ToolCommand command)
    {
        _compare.Validators.Add(result =>
        {
            Option? written = ((Option[])[_output, _markdown, _json, _plot]).FirstOrDefault(o => result.Parent?.GetResult(o) is not null);
            if (!result.Implicit && written is not null)
            {
                result.AddError($"--compare writes nothing: leave out {written.Name}, or --compare.");
            }
        });
        command.Add(_output, _calibration, _images, _evaluation, _limit, _format, _calibrator, _activations);
        command.Add(_reduceRange, _batchNormalization, _float);
        command.Add(_measure, _most, _compare, _markdown, _json, _plot);
        _model.AddTo(command);
    }

    public QuantizeChoice Choice(ParseResult options) => new()
    {
        Model = _model.Choice(options),
        Calibration = options.GetValue(_calibration),
        Images = options.GetValue(_images) ?? DefaultImages,
        Evaluation = options.GetValue(_evaluation),
        Limit = options.GetValue(_limit),
        Options = new QuantizationOptions
        {
            Format = options.GetValue(_format),
            Calibration = options.GetValue(_calibrator),
            ActivationType = options.GetValue(_activations),
            ReduceRange = options.GetValue(_reduceRange),
            UnfoldedBatchNormalization = options.GetValue(_batchNormalization),
            FloatLayers = options.GetValue(_float) ?? [],
        },
        Criterion = new AccuracyCriterion(options.GetValue(_measure), options.GetValue(_most)),
        Compare = options.GetValue(_compare),
        Output = options.GetValue(_output),
        Markdown = options.GetValue(_markdown),
        Json = options.GetValue(_json),
        Plot = options.GetValue(_plot),
    };
}
