using System.CommandLine;
using ResNet.Net.Quantization;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Quantize;

/// <summary>The options of the command line.</summary>
internal sealed class QuantizeOptions
{
    private const int DefaultPictures = 512;

    private static readonly QuantizationOptions Defaults = new();

    private readonly ModelOptions _model = new();

    private readonly Option<string?> _calibration = new("--calibration") { Description = "Pictures to calibrate on, of the training set: a folder of class folders, a zip file of them, or a list. None: the sample pictures of this project." };

    private readonly Option<int?> _pictures = new("--pictures") { Description = $"At most so many of them, evenly spread. [default: {DefaultPictures}]", CustomParser = OptionValues.Count };

    private readonly Option<string?> _evaluation = new("--evaluation") { Description = "Pictures to measure accuracy on. None: the sample pictures of this project." };

    private readonly Option<int?> _limit = new("--limit") { Description = "At most so many of these, evenly spread.", CustomParser = OptionValues.Count };

    private readonly Option<QuantizationFormat> _format = new("--format") { Description = "qdq, which every runtime understands, or qoperator, for ONNX Runtime on CPUs.", DefaultValueFactory = _ => Defaults.Format, CustomParser = OptionValues.OneOf<QuantizationFormat> };

    private readonly Option<CalibrationMethod> _calibrator = new("--calibrator") { Description = "How ranges are chosen.", DefaultValueFactory = _ => Defaults.Calibration, CustomParser = OptionValues.OneOf<CalibrationMethod> };

    private readonly Option<ActivationType> _activations = new("--activations") { Description = "uint8 for CPUs, int8 for GPUs.", DefaultValueFactory = _ => Defaults.ActivationType, CustomParser = OptionValues.OneOf<ActivationType> };

    private readonly Option<bool> _reduceRange = new("--reduce-range") { Description = "7-bit weights, right on processors without VNNI even where nothing guards them." };

    private readonly Option<UnfoldedBatchNormalization> _batchNormalization = new("--batch-normalization")
    {
        Description = "What becomes of BatchNormalizations that no Conv takes in (ResNet v2).",
        DefaultValueFactory = _ => Defaults.UnfoldedBatchNormalization,
        CustomParser = OptionValues.OneOf<UnfoldedBatchNormalization>,
    };

    private readonly Option<string[]> _float = new("--float") { Description = "Layers that stay in float, by the names in the report.", AllowMultipleArgumentsPerToken = true };

    private readonly Option<AccuracyMeasure> _measure = new("--measure") { Description = "What the criterion compares.", DefaultValueFactory = _ => AccuracyCriterion.Default.Measure, CustomParser = OptionValues.OneOf<AccuracyMeasure> };

    private readonly Option<double> _most = new("--most") { Description = "The criterion: the most that may be lost, in percent.", DefaultValueFactory = _ => AccuracyCriterion.Default.Limit, CustomParser = OptionValues.Percent };

    private readonly Option<bool> _compare = new("--compare") { Description = "Measure every calibrator in both formats, and write nothing." };

    private readonly Option<string?> _output = new("--output") { Description = "Write the quantized model to this file." };

    private readonly Option<string?> _markdown = new("--report") { Description = "Write the report to this Markdown file." };

    private readonly Option<string?> _json = new("--json") { Description = "Write every number to this JSON file." };

    private readonly Option<string?> _plot = new("--plot") { Description = "Draw the noise by layer to this SVG file." };

    public void AddTo(Command command)
    {
        _model.AddTo(command);
        _compare.Validators.Add(result =>
        {
            if (!result.Implicit && ((Option[])[_output, _markdown, _json, _plot]).FirstOrDefault(o => result.Parent?.GetResult(o) is not null) is Option written)
            {
                result.AddError($"--compare writes nothing: leave out {written.Name}, or --compare.");
            }
        });
        foreach (Option option in (Option[])[_calibration, _pictures, _evaluation, _limit, _format, _calibrator, _activations, _reduceRange, _batchNormalization, _float, _measure, _most, _compare, _output, _markdown, _json, _plot])
        {
            command.Options.Add(option);
        }
    }

    public QuantizeChoice Choice(ParseResult options) => new()
    {
        Model = _model.Choice(options),
        Calibration = options.GetValue(_calibration),
        Pictures = options.GetValue(_pictures) ?? DefaultPictures,
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
