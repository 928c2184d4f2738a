using ResNet.Net.Internals;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization.Internals;
using ResNet.Net.Quantization.Internals.Calibration;
using ResNet.Net.Quantization.Internals.Graphs;
using ResNet.Net.Quantization.Internals.Running;

namespace ResNet.Net.Quantization;

/// <summary>Turns float ResNets into int8 ones after training: static quantization, from pictures that show what activations are like.</summary>
/// <example>
/// <code>
/// OnnxModel model = await ResNetQuantizer.OpenAsync(ResNetVariant.Cifar10ResNet20);
/// CalibrationSet pictures = CalibrationSet.FromFiles(Directory.GetFiles("pictures"), PreprocessingProfile.Cifar10);
/// QuantizationResult result = ResNetQuantizer.Quantize(model, pictures);
/// result.Model.Save("resnet20-cifar10-int8.onnx");
/// Console.WriteLine(result.Report.ToText());
/// </code>
/// </example>
public static class ResNetQuantizer
{
    /// <summary>Reads the model of a variant, to quantize it.</summary>
    /// <param name="variant">The variant; the store brings its file if it is not the embedded one.</param>
    /// <param name="store">The store; null for the default one.</param>
    /// <param name="cancellationToken">Cancels a download.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelUnavailableException">The file is not here and cannot be brought.</exception>
    public static async Task<OnnxModel> OpenAsync(ResNetVariant variant, ModelStore? store = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (variant.IsEmbedded)
        {
            using Stream stream = EmbeddedResource.Open(variant.FileName);
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return OnnxModel.Parse(bytes);
        }

        return OnnxModel.Load(await (store ?? new ModelStore()).EnsureAsync(variant, null, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Quantizes a float model: checks it, upgrades it to opset 13, folds BatchNormalization, watches activations on the calibration pictures, chooses their ranges, measures each layer's
    /// noise, and writes convolutions, residual additions, pooling and the dense layer in integers. Scores stay float. The result does not depend on the number of threads.
    /// </summary>
    /// <param name="model">A float ResNet with one input <c>[N, 3, H, W]</c>; not changed.</param>
    /// <param name="pictures">Some hundreds of pictures, prepared as in use.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Learns how far it is; null for nobody. Called from threads of the pool too.</param>
    /// <param name="cancellationToken">Cancels between pictures and models. Nothing is written to disk here, so that nothing half-done remains.</param>
    /// <returns>The quantized model and the report.</returns>
    /// <exception cref="QuantizationException">The model is quantized already, has operators or weights that do not allow it, or an activation is constant or not finite.</exception>
    /// <exception cref="OnnxModelException">The model is not valid.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static QuantizationResult Quantize(
        OnnxModel model,
        CalibrationSet pictures,
        QuantizationOptions? options = null,
        IProgress<QuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pictures);
        options ??= new QuantizationOptions();
        options.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new QuantizationProgress(QuantizationStage.Preparing, 0, 1));
        PreparedModel prepared = PreparedModel.Of(model, pictures.Height, pictures.Width, options.UnfoldedBatchNormalization);
        QuantizationPlan all = QuantizationPlan.Create(prepared.Model, new HashSet<string>());
        HashSet<string> inFloat = [.. options.FloatLayers];
        string[] unknown = [.. inFloat.Except(all.Candidates.Select(l => l.Name))];
        if (unknown.Length > 0)
        {
            throw new ArgumentException($"{nameof(QuantizationOptions.FloatLayers)} names no layer of the model: {string.Join(", ", unknown)}. Its layers are: {string.Join(", ", all.Candidates.Select(l => l.Name))}.", nameof(options));
        }

        ModelAccuracy? floatAccuracy = null;
        if (options.Tuning is AccuracyTuning tuning)
        {
            // Before anything that takes long: whatever is wrong with the evaluation set shows here.
            progress?.Report(new QuantizationProgress(QuantizationStage.Tuning, 0, 0, "the float model"));
            floatAccuracy = tuning.Measure(model.ToArray(), cancellationToken);
            _ = tuning.Criterion.GetLoss(floatAccuracy, floatAccuracy);
        }

        IReadOnlyDictionary<string, RangeObserver> observers = RangeCollector.Observe(prepared, all.Roots, pictures, options, progress, cancellationToken);
        IReadOnlyDictionary<string, QuantizationParameters> parameters = RangeCollector.Choose(observers, options, progress, cancellationToken);
        CalibrationSet? noisePictures = options.NoisePictures > 0 ? pictures.Take(options.NoisePictures) : null;
        double[]? alone = noisePictures is null ? null : NoiseMeter.Alone(prepared, all, parameters, noisePictures, options, progress, cancellationToken);
        TuningOutcome outcome = Tuner.Run(all, inFloat, parameters, alone, floatAccuracy, options, progress, cancellationToken);
        double[]? accumulated = noisePictures is null ? null : NoiseMeter.Accumulated(prepared, outcome.Plan, parameters, noisePictures, options, progress, cancellationToken);
        progress?.Report(new QuantizationProgress(QuantizationStage.Writing, 0, 1));
        OnnxModel quantized = outcome.Model;
        quantized.ProducerName = "ResNet.Net.Quantization";
        quantized.ProducerVersion = "";
        quantized.SetMetadata("resnet.net.quantization", $"{options.Format}, {options.ActivationType} activations, {(options.ReduceRange ? 7 : 8)}-bit weights, {options.Calibration}, {pictures.Count} pictures, {outcome.Plan.Candidates.Count - outcome.Plan.Layers.Count} layers in float");
        QuantizationReport report = new()
        {
            Model = model.Graph.Name,
            Options = options,
            Pictures = pictures.Count,
            Notes = prepared.Notes,
            Layers = LayerReports.Of(outcome, observers, parameters, alone, accumulated, new HashSet<string>(options.FloatLayers)),
            FloatBytes = model.CalculateSize(),
            QuantizedBytes = quantized.CalculateSize(),
            FloatAccuracy = floatAccuracy,
            Trials = outcome.Trials,
            CriterionHolds = outcome.CriterionHolds,
            Machine = Int8Execution.Current,
        };
        return new QuantizationResult(quantized, report);
    }
}
