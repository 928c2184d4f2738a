using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Quantizes float ResNets to int8 after training (static quantization).</summary>
/// <example>
/// <code>
/// OnnxModel model = await ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20);
/// CalibrationSet images = CalibrationSet.FromFiles(Directory.GetFiles("images"), PreprocessingProfile.Cifar10);
/// QuantizationResult result = ResNetQuantizer.Quantize(model, images);
/// result.Model.Save("resnet20-cifar10-int8.onnx");
/// Console.WriteLine(result.Report.ToText());
/// </code>
/// </example>
public static class ResNetQuantizer
{
    /// <summary>Loads the model of a variant.</summary>
    /// <param name="variant">The variant; the store downloads its file unless it is embedded.</param>
    /// <param name="store">The store; null for the default one.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelUnavailableException">The file is not in the store and cannot be downloaded.</exception>
    public static async Task<OnnxModel> OpenAsync(
        ResNetVariant variant, ModelStore? store = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ModelContent content = variant.IsEmbedded
            ? ModelContent.Embedded(variant)
            : await (store ?? new ModelStore()).OpenAsync(variant, null, cancellationToken).ConfigureAwait(false);
        return content.Load();
    }

    /// <summary>Quantizes a float model.</summary>
    /// <remarks>
    /// The model is checked, upgraded to opset 13, and its BatchNormalizations are folded. The calibration images determine the ranges of
    /// the activations and the noise of each layer. Convolutions, residual additions, pooling and the dense layer are written in integers;
    /// scores stay float. The input of the result is float32 <c>[N, 3, H, W]</c>; another layout, element type or number of channels is
    /// converted inside the model. The result doesn't depend on the number of threads.
    /// </remarks>
    /// <param name="model">A float ResNet with one image input. It is not modified.</param>
    /// <param name="calibration">A few hundred images, preprocessed as in production.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Receives the progress, possibly on thread-pool threads; may be null.</param>
    /// <param name="cancellationToken">Cancels between images and between models. No file is written.</param>
    /// <returns>The quantized model and its report.</returns>
    /// <exception cref="QuantizationException">
    /// The model is already quantized, has unsupported operators or weights, or an activation is constant or not finite.
    /// </exception>
    /// <exception cref="OnnxModelException">The model is invalid.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The quantization was canceled.</exception>
    public static QuantizationResult Quantize(
        OnnxModel model,
        CalibrationSet calibration,
        QuantizationOptions? options = null,
        IProgress<QuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(calibration);
        options ??= new QuantizationOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new QuantizationProgress(QuantizationStage.Preparing, 0, 1));
        PreparedModel prepared = PreparedModel.Of(model, calibration, options.UnfoldedBatchNormalization);
        QuantizationPlan all = QuantizationPlan.Create(prepared.Model, new HashSet<string>());
        HashSet<string> inFloat = [.. options.FloatLayers];
        string[] unknown = [.. inFloat.Except(all.Candidates.Select(l => l.Name))];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"{nameof(QuantizationOptions.FloatLayers)} contains unknown layers: {string.Join(", ", unknown)}. "
                + $"The layers of the model are {string.Join(", ", all.Candidates.Select(l => l.Name))}.",
                nameof(options));
        }

        ModelAccuracy? floatAccuracy = null;
        if (options.Tuning is AccuracyTuning tuning)
        {
            // First, so that errors in the evaluation set surface before the long-running steps.
            progress?.Report(new QuantizationProgress(QuantizationStage.Tuning, 0, 0, "the float model"));
            floatAccuracy = tuning.Measure(model.ToArray(), cancellationToken);
            _ = tuning.Criterion.GetLoss(floatAccuracy, floatAccuracy);
        }

        IReadOnlyDictionary<string, RangeObserver> observers =
            RangeCollector.Observe(prepared, all.Roots, calibration, options, progress, cancellationToken);
        IReadOnlyDictionary<string, QuantizationParameters> parameters =
            RangeCollector.Choose(observers, options, progress, cancellationToken);
        CalibrationSet? measured = options.SqnrImages > 0 ? calibration.Take(options.SqnrImages) : null;
        double[]? sqnr = measured is null
            ? null
            : SqnrMeter.MeasureAlone(prepared, all, parameters, measured, options, progress, cancellationToken);
        TuningOutcome outcome = Tuner.Run(all, inFloat, parameters, sqnr, floatAccuracy, options, progress, cancellationToken);
        double[]? accumulated = measured is null
            ? null
            : SqnrMeter.MeasureAccumulated(prepared, outcome.Plan, parameters, measured, options, progress, cancellationToken);
        progress?.Report(new QuantizationProgress(QuantizationStage.Writing, 0, 1));
        OnnxModel quantized = outcome.Model;
        quantized.ProducerName = "ResNet.Net.Quantization";
        quantized.ProducerVersion = "";
        quantized.SetMetadata("resnet.net.quantization", Describe(options, calibration.Count, outcome.Plan));
        QuantizationReport report = new()
        {
            Model = model.Graph.Name,
            Options = options,
            CalibrationImages = calibration.Count,
            Notes = prepared.Notes,
            Layers = LayerReportBuilder.Of(outcome, observers, parameters, sqnr, accumulated, new HashSet<string>(options.FloatLayers)),
            FloatBytes = model.CalculateSize(),
            QuantizedBytes = quantized.CalculateSize(),
            FloatAccuracy = floatAccuracy,
            Trials = outcome.Trials,
            MeetsCriterion = outcome.MeetsCriterion,
            Machine = Int8Execution.Current,
        };
        return new QuantizationResult(quantized, report);
    }

    private static string Describe(QuantizationOptions options, int images, QuantizationPlan plan)
        => $"{options.Format}, {options.ActivationType} activations, {(options.ReduceRange ? 7 : 8)}-bit weights, {options.Calibration}, "
            + $"{ReportText.Images(images)}, {plan.Candidates.Count - plan.Layers.Count} layers in float";
}
