using System.Numerics.Tensors;
using Microsoft.Extensions.Logging;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Classifies images with a ResNet. Creating a classifier loads the model, so create one and reuse it.
/// Thread-safe: any number of threads can use one instance concurrently.
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
    private readonly bool _isQuantizedOutput;
    private readonly ImagePipeline _pipeline;
    private readonly ILogger _log;

    // Created once, so that a call allocates no delegate.
    private readonly ImagePipeline.OutputReader<Span<Prediction>> _readPredictions;
    private readonly ImagePipeline.OutputReader<Span<float>> _readScores;
    private readonly ImagePipeline.OutputReader<Span<float>> _readFeatures;
    private readonly ImagePipeline.OutputReader<Span<float>> _readNormalizedFeatures;
    private readonly ImagePipeline.OutputReader<Explanation> _readMap;
    private readonly int _centerCrop;
    private bool _disposed;

    private ResNetClassifier(LoadPlan plan, ResolvedModel model)
    {
        ResNetClassifierOptions options = plan.Options;
        model.Profile?.Validate();
        _log = plan.Log;
        model = ModelAdapter.AdaptScores(ScoreOutput.Resolve(model, _log));
        model = ModelAdapter.AdaptInput(model, options.Profile);
        Profile = model.Profile!;
        OutputKind = model.OutputKind ?? OutputKind.Logits;
        _isQuantizedOutput = model.OutputContent == OnnxOutputContent.QuantizedSoftmax;
        ModelName = model.Name;
        Variant = model.Variant;
        Outputs = options.Outputs;
        _session = plan.Open(model);
        try
        {
            OnnxRuntimeVersion = OrtRuntime.Version;
            Crops = options.Crops;
            _layout = ModelLayout.Read(_session, ModelName, model.InputName, model.OutputName, Profile);
            if (IsBinary && model.OutputContent is OnnxOutputContent.Softmax or OnnxOutputContent.QuantizedSoftmax)
            {
                throw new ResNetException(
                    $"The model '{ModelName}' has one output value, whose softmax is always 1. "
                    + "Export it without Softmax.");
            }

            if (IsBinary && OutputKind == OutputKind.Probabilities)
            {
                OutputKind = OutputKind.IndependentProbabilities;
            }

            int classes = IsBinary ? 2 : _layout.ClassCount;
            Labels = model.Labels ?? LabelSet.Numbered(classes);
            if (Labels.Count != classes)
            {
                throw WrongLabelCount(classes);
            }

            ExecutionProvider = plan.ExecutionProvider;
            Preprocessor preprocessor = new(Profile, Crops);
            _centerCrop = preprocessor.CenterCrop;
            _pipeline = new ImagePipeline(
                ModelName,
                _session,
                _layout,
                preprocessor,
                options.Decoder ?? ImageDecoding.Default,
                options.Decoding,
                options.BatchSize,
                ModelTelemetry.For(ModelName, ExecutionProvider),
                _log);
            _readPredictions = (slot, _, _, predictions) => FillPredictions(ToProbabilities(slot, 0), predictions);
            _readScores = (slot, _, _, scores) => ScoreMath.AverageCrops(slot.Output(0), _layout.ClassCount).CopyTo(scores);
            _readFeatures = (slot, _, _, features) => ReadFeatures(slot, 0, normalize: false, features);
            _readNormalizedFeatures = (slot, _, _, features) => ReadFeatures(slot, 0, normalize: true, features);
            _readMap = ReadMap;
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>Gets the id of the variant, or the name of the model definition.</summary>
    public string ModelName { get; }

    /// <summary>Gets the variant; <see langword="null"/> if the classifier was created from a <see cref="ModelDefinition"/>.</summary>
    public ResNetVariant? Variant { get; }

    /// <summary>Gets the names of the classes, in the order of the scores.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the profile that turns images into the input <c>[N, 3, Crop.Height, Crop.Width]</c>.</summary>
    public PreprocessingProfile Profile { get; }

    /// <summary>Gets the crops of an image that the model sees.</summary>
    public CropSampling Crops { get; }

    /// <summary>Gets the name of the execution provider that runs the model, such as <c>CPU</c>.</summary>
    public string ExecutionProvider { get; }

    /// <summary>
    /// Gets the largest number of images in one run of the model. It becomes 1 if the model rejects its first batch, although its file
    /// declares a variable batch size.
    /// </summary>
    public int BatchSize => _pipeline.BatchSize;

    /// <summary>Gets the outputs that the classifier provides besides scores.</summary>
    public ModelOutputs Outputs { get; }

    /// <summary>Gets what the output of the model contains, as declared or as determined from its graph.</summary>
    public OutputKind OutputKind { get; }

    /// <summary>
    /// Gets whether the classes are independent of each other, so that several of them, or none, can apply to an image
    /// (<see cref="Classification.AtLeast"/>). A binary classifier with a single output is not multi-label.
    /// </summary>
    public bool IsMultiLabel => OutputKind == OutputKind.IndependentProbabilities && !IsBinary;

    /// <summary>Gets the version of ONNX Runtime that runs the model.</summary>
    public string OnnxRuntimeVersion { get; }

    /// <summary>
    /// Releases the model without waiting. Batches in progress complete. Other calls in progress complete, or throw
    /// <see cref="ObjectDisposedException"/> if they have not started to preprocess; later calls throw it.
    /// </summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _log.ClassifierDisposed(ModelName);
        }

        _disposed = true;
        _pipeline.Dispose();
    }

    /// <summary>Gets whether the model has one output value for two classes.</summary>
    private bool IsBinary => _layout.ClassCount == 1;

    private ResNetException WrongLabelCount(int classes)
    {
        const int MaxShown = 3;
        IEnumerable<string> first = Enumerable.Range(0, Math.Min(Labels.Count, MaxShown))
            .Select(i => $"'{LabelFormatException.Quote(Labels[i])}'");
        return new ResNetException(
            $"The model '{ModelName}' has {classes} classes, but the label set '{Labels.Source ?? Labels.Name}' has {Labels.Count} labels: "
            + $"{string.Join(", ", first)}{(Labels.Count > MaxShown ? ", ..." : "")}. "
            + "Provide exactly one label per class, in output order.");
    }

    private void Require(ModelOutputs outputs)
    {
        _pipeline.ThrowIfDisposed();
        if ((Outputs & outputs) == 0)
        {
            throw new InvalidOperationException(
                $"This classifier provides no {(outputs == ModelOutputs.Features ? "features" : "activation maps")}. "
                + $"Create it with ResNetClassifierOptions.{nameof(Outputs)} = ModelOutputs.{outputs}.");
        }
    }

    private int Limit(int topK)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        return Math.Min(topK, Labels.Count);
    }

    /// <summary>Creates the array that a call fills: all classes of a multi-label model, so that a threshold sees them.</summary>
    private Prediction[] NewPredictions(int topK) => new Prediction[IsMultiLabel ? Labels.Count : Limit(topK)];

    private Classification Result(Prediction[] predictions, int topK, StageTimings timings)
        => IsMultiLabel
            ? new Classification(predictions[..Limit(topK)], timings, predictions)
            : new Classification(predictions, timings);

    /// <summary>Turns the scores of an image in a slot into probabilities, averaged over its crops.</summary>
    /// <returns>The probabilities, valid until the slot is returned or run again.</returns>
    private Span<float> ToProbabilities(InferenceSlot slot, int position)
    {
        Span<float> scores = slot.Output(position);
        for (int start = 0; start < scores.Length; start += _layout.ClassCount)
        {
            ToProbabilities(scores.Slice(start, _layout.ClassCount));
        }

        Span<float> probabilities = ScoreMath.AverageCrops(scores, _layout.ClassCount);
        return IsBinary ? slot.ExpandBinary(probabilities[0]) : probabilities;
    }

    /// <summary>Turns the raw scores of one crop into probabilities, in place.</summary>
    private void ToProbabilities(Span<float> scores)
    {
        foreach (float score in scores)
        {
            ThrowUnlessFinite(score, "score");
        }

        if (OutputKind != OutputKind.Logits)
        {
            ThrowUnlessProbabilities(scores);
            TensorPrimitives.Clamp(scores, 0, 1, scores);
        }
        else if (IsBinary)
        {
            TensorPrimitives.Sigmoid(scores, scores);
        }
        else
        {
            ScoreMath.Softmax(scores);
        }
    }

    private void ThrowUnlessProbabilities(ReadOnlySpan<float> values)
    {
        // Wider than the rounding of float16 and of 8-bit outputs.
        const float Tolerance = 0.01f;
        const float LargestRounding = 1f / 500;
        int wrong = values.IndexOfAnyExceptInRange(-Tolerance, 1 + Tolerance);
        if (wrong >= 0)
        {
            throw new ResNetException(
                $"The model '{ModelName}' returned {values[wrong]} for class {wrong}, which is not a probability. "
                + "If its output contains logits, set ModelDefinition.OutputKind to Logits.");
        }

        // A Softmax over another axis returns other sums too.
        float sum = TensorPrimitives.Sum(values);
        float sumTolerance = 0.05f + (_isQuantizedOutput ? values.Length * LargestRounding : 0);
        if (OutputKind == OutputKind.Probabilities && Math.Abs(sum - 1) > sumTolerance)
        {
            throw new ResNetException(
                $"The model '{ModelName}' returned probabilities with the sum {sum} instead of 1. Set ModelDefinition.OutputKind to "
                + "IndependentProbabilities if several classes can apply to an image, or to Logits.");
        }
    }

    private void ThrowUnlessFinite(float value, string what)
    {
        if (!float.IsFinite(value))
        {
            throw new ResNetException(
                $"The model '{ModelName}' returned the {what} {value}. "
                + $"Its weights are damaged, or the preprocessing profile '{Profile.Name}' does not fit it.");
        }
    }

    /// <summary>Selects the most probable classes. Allocates nothing for up to 256 of them.</summary>
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

    private Prediction PredictionOf(int index, ReadOnlySpan<float> probabilities)
        => new(index, Labels.GetSynsetId(index), Labels[index], probabilities[index]);
}
