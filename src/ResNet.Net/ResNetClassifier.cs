using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>
/// Classifies images with a ResNet. Load once, reuse: creating a classifier loads a model, using it does not.
/// Thread-safe: any number of threads may call it at once.
/// </summary>
/// <example>
/// <code>
/// using var classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
/// Classification result = classifier.Classify("ship.jpg");
/// Console.WriteLine($"{result.Best.Label} {result.Best.Probability:P1}");
/// </code>
/// </example>
public sealed partial class ResNetClassifier : IDisposable
{
    private const int DefaultTopK = 5;

    private readonly OrtSession _session;
    private readonly ModelLayout _layout;
    private readonly OutputKind _outputKind;
    private readonly IImageDecoder _decoder;
    private readonly ImageDecodingOptions _decoding;
    private readonly Preprocessor _preprocessor;
    private readonly SlotPool _singles;
    private readonly SlotPool _batches;
    private readonly ModelTelemetry _telemetry;
    private readonly ILogger _log;
    private bool _disposed;

    private ResNetClassifier(LoadPlan plan, ResolvedModel model)
    {
        ResNetClassifierOptions options = plan.Options;
        model.Profile?.Validate();
        _log = plan.Log;
        _decoder = options.Decoder ?? ImageDecoding.Default;
        _decoding = options.Decoding;
        _outputKind = model.OutputKind;
        ModelName = model.Name;
        Variant = model.Variant;
        Outputs = options.Outputs;
        _session = plan.Open(model);
        try
        {
            OnnxRuntimeVersion = OrtRuntime.Version;
            Profile = options.Profile ?? model.Profile ?? DefaultProfile(_session, model.InputName);
            Crops = options.Crops;
            _preprocessor = new Preprocessor(Profile, Crops);
            _layout = ModelLayout.Read(_session, ModelName, model.InputName, model.OutputName, Profile.Crop.Width, Profile.Crop.Height);
            Labels = model.Labels ?? new LabelSet("numbered", Enumerable.Range(0, _layout.ClassCount).Select(i => $"class {i}"));
            if (Labels.Count != _layout.ClassCount)
            {
                throw new ResNetException($"The model '{ModelName}' has {_layout.ClassCount} classes, but the label set '{Labels.Name}' has {Labels.Count} labels. Give one label a class, in the order of the outputs.");
            }

            ExecutionProvider = plan.ExecutionProvider;
            _telemetry = ModelTelemetry.For(ModelName, ExecutionProvider);
            BatchSize = _layout.FixedBatch ?? options.BatchSize;
            _singles = new SlotPool(_session, _layout, 1, _preprocessor.CropCount);
            _batches = new SlotPool(_session, _layout, BatchSize, _preprocessor.CropCount);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>The id of the variant, or the name of the model definition.</summary>
    public string ModelName { get; }

    /// <summary>The variant; null for a model definition.</summary>
    public ResNetVariant? Variant { get; }

    /// <summary>The names of the classes, in the order of the scores.</summary>
    public LabelSet Labels { get; }

    /// <summary>How images become the input <c>[N, 3, Crop.Height, Crop.Width]</c>.</summary>
    public PreprocessingProfile Profile { get; }

    /// <summary>Which crops of an image the model sees.</summary>
    public CropSampling Crops { get; }

    /// <summary>The execution provider that runs the model, such as <c>CPU</c>.</summary>
    public string ExecutionProvider { get; }

    /// <summary>The most images that one run takes.</summary>
    public int BatchSize { get; }

    /// <summary>What the classifier gives besides scores.</summary>
    public ModelOutputs Outputs { get; }

    /// <summary>The version of ONNX Runtime that runs the model.</summary>
    public string OnnxRuntimeVersion { get; }

    /// <summary>Frees the model. A call that has begun to prepare or run images ends well, a batch as a whole; others throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _log.ClassifierDisposed(ModelName);
        }

        _disposed = true;
        _singles.Dispose();
        _batches.Dispose();
        _session.Dispose();
    }

    private static PreprocessingProfile DefaultProfile(OrtSession session, string? inputName)
    {
        IReadOnlyList<long>? shape = session.Inputs.FirstOrDefault(i => inputName is null || i.Name == inputName)?.Shape;
        PreprocessingProfile profile = PreprocessingProfile.Torchvision;
        return shape is [_, _, > 0 and < 32_768, > 0 and < 32_768]
            ? profile.WithCrop((int)shape[3], (int)shape[2])
            : profile;
    }

    private static long Ticks() => Stopwatch.GetTimestamp();

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    private void Require(ModelOutputs outputs)
    {
        ThrowIfDisposed();
        if ((Outputs & outputs) == 0)
        {
            throw new InvalidOperationException(
                $"This classifier gives no {(outputs == ModelOutputs.Features ? "features" : "activation maps")}: they are added when it is created. Create it with ResNetClassifierOptions.{nameof(Outputs)} = ModelOutputs.{outputs}.");
        }
    }

    private int Limit(int topK)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        return Math.Min(topK, Labels.Count);
    }

    /// <summary>The probabilities of an image, from the scores of its crops; valid as long as these.</summary>
    private Span<float> ToProbabilities(InferenceSlot slot, int image)
    {
        Span<float> scores = slot.Output(image);
        for (int start = 0; start < scores.Length; start += _layout.ClassCount)
        {
            ToProbabilities(scores.Slice(start, _layout.ClassCount));
        }

        return ScoreMath.AverageCrops(scores, _layout.ClassCount);
    }

    /// <summary>Turns raw scores into probabilities, in place.</summary>
    private void ToProbabilities(Span<float> scores)
    {
        foreach (float score in scores)
        {
            ThrowUnlessFinite(score, "score");
        }

        if (_outputKind == OutputKind.Logits)
        {
            ScoreMath.Softmax(scores);
        }
    }

    private void ThrowUnlessFinite(float value, string what)
    {
        if (!float.IsFinite(value))
        {
            throw new ResNetException($"The model '{ModelName}' gave the {what} {value}. Its weights or its preprocessing profile '{Profile.Name}' are wrong for it.");
        }
    }

    /// <summary>Fills predictions from probabilities; allocates nothing.</summary>
    private void FillPredictions(ReadOnlySpan<float> probabilities, Span<Prediction> predictions)
    {
        const int StackLimit = 256;
        Span<int> indices = predictions.Length <= StackLimit ? stackalloc int[predictions.Length] : new int[predictions.Length];
        TopK.Select(probabilities, indices);
        for (int i = 0; i < indices.Length; i++)
        {
            predictions[i] = PredictionOf(indices[i], probabilities);
        }
    }

    private Prediction PredictionOf(int index, ReadOnlySpan<float> probabilities) => new(index, Labels.GetSynsetId(index), Labels[index], probabilities[index]);
}
