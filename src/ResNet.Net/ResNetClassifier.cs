using System.Numerics.Tensors;
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

    private readonly LoadedModel _model;
    private readonly ModelLayout _layout;
    private readonly ImagePipeline _pipeline;
    private readonly bool _isQuantizedOutput;

    // Created once, so that a call allocates no delegate.
    private readonly ImagePipeline.OutputReader<Span<Prediction>> _readPredictions;
    private readonly ImagePipeline.OutputReader<Span<float>> _readScores;
    private readonly ImagePipeline.OutputReader<Explanation> _readMap;
    private readonly ImagePipeline.OutputReader<ClassScores?[]> _readAll;

    private ResNetClassifier(LoadedModel model)
    {
        _model = model;
        _layout = model.Layout;
        _pipeline = model.Pipeline;
        ResolvedModel source = model.Source;
        OutputKind = source.OutputKind ?? model.FindOutputKind();
        _isQuantizedOutput = source.OutputContent == OnnxOutputContent.QuantizedSoftmax;
        if (IsBinary && source.OutputContent is OnnxOutputContent.Softmax or OnnxOutputContent.QuantizedSoftmax)
        {
            throw new ResNetException(
                $"The model '{ModelName}' has one output value, whose softmax is always 1. "
                + "Export it without Softmax.");
        }

        if (IsBinary && OutputKind == OutputKind.Probabilities)
        {
            OutputKind = OutputKind.IndependentProbabilities;
        }

        int classes = IsBinary ? 2 : _layout.OutputLength;
        Labels = source.Labels ?? LabelSet.Numbered(classes);
        if (Labels.Count != classes)
        {
            throw WrongLabelCount(classes);
        }

        _readPredictions = (slot, _, _, predictions) => FillPredictions(ToProbabilities(slot, 0), predictions);
        _readScores = (slot, _, _, scores) => ScoreMath.AverageCrops(slot.Output(0), _layout.OutputLength).CopyTo(scores);
        _readMap = ReadMap;
        _readAll = (slot, _, timings, target) => target[0] = ReadAll(slot, 0, timings);
    }

    /// <summary>Gets the id of the variant, or the name of the model definition.</summary>
    public string ModelName => _model.Name;

    /// <summary>Gets the variant; <see langword="null"/> if the classifier was created from a <see cref="ModelDefinition"/>.</summary>
    public ResNetVariant? Variant => _model.Source.Variant;

    /// <summary>Gets the content of the model, before any changes.</summary>
    internal ModelContent Content => _model.Source.Content;

    /// <summary>Gets the names of the classes, in the order of the scores.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the profile that turns images into the input <c>[N, 3, Crop.Height, Crop.Width]</c>.</summary>
    public PreprocessingProfile Profile => _model.Profile;

    /// <summary>Gets the crops of an image that the model sees.</summary>
    public CropSampling Crops => _model.Crops;

    /// <summary>Gets the name of the execution provider that runs the model, such as <c>CPU</c>.</summary>
    public string ExecutionProvider => _model.ExecutionProvider;

    /// <summary>
    /// Gets the largest number of images in one run of the model. It becomes 1 if the model rejects its first batch, although its file
    /// declares a variable batch size.
    /// </summary>
    public int BatchSize => _pipeline.BatchSize;

    /// <summary>
    /// Gets whether <see cref="Explain(PixelView, int?)"/> is available: the value of <see cref="ResNetClassifierOptions.ActivationMaps"/>.
    /// </summary>
    public bool HasActivationMaps => _layout.Maps is not null;

    /// <summary>Gets what the output of the model contains, as declared or as determined from its graph.</summary>
    public OutputKind OutputKind { get; }

    /// <summary>
    /// Gets whether the classes are independent of each other, so that several of them, or none, can apply to an image
    /// (<see cref="Classification.AtLeast"/>). A binary classifier with a single output is not multi-label.
    /// </summary>
    public bool IsMultiLabel => OutputKind == OutputKind.IndependentProbabilities && !IsBinary;

    /// <summary>
    /// Gets the probability of the best class, from 0 to 1, below which an image probably belongs to none of the classes
    /// (<see cref="Classification.IsUnknown"/>); <see langword="null"/> if the metadata of the model's file states none.
    /// </summary>
    public double? UnknownThreshold => _model.Source.UnknownThreshold;

    /// <summary>Gets the name of the model's input.</summary>
    public string InputName => _layout.Input.Name;

    /// <summary>Gets the name of the model's output that contains the scores.</summary>
    public string OutputName => _layout.Output.Name;

    /// <summary>Gets the number of scores per image: one per class, or 1 for a binary classifier with a single output.</summary>
    public int ScoreCount => _layout.OutputLength;

    /// <summary>Gets the version of ONNX Runtime that runs the model.</summary>
    public string OnnxRuntimeVersion => _model.OnnxRuntimeVersion;

    /// <summary>
    /// Creates a preprocessor with the profile, the decoder and the limits of this classifier. It computes the tensor of the center crop.
    /// </summary>
    /// <returns>The preprocessor. It is independent of the classifier.</returns>
    public ImagePreprocessor CreatePreprocessor() => new(Profile, _pipeline.Decoder, _pipeline.Decoding);

    /// <summary>
    /// Releases the model without waiting for calls in progress. Batches in progress complete. Other calls complete, or throw
    /// <see cref="ObjectDisposedException"/> if they have not started to decode their image; later calls throw it.
    /// </summary>
    public void Dispose() => _model.Dispose();

    /// <summary>Gets the name of the output with the activation maps, <c>[N, classes, rows, columns]</c>; null if there is none.</summary>
    internal string? MapsName => _layout.Maps?.Name;

    /// <summary>Gets the batch size that the model requires; null if it is variable.</summary>
    internal int? FixedBatch => _layout.FixedBatch;

    /// <inheritdoc cref="LoadedModel.Export"/>
    internal byte[] ExportModel() => _model.Export();

    /// <summary>Gets whether the model has one output value for two classes.</summary>
    private bool IsBinary => _layout.OutputLength == 1;

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

    private int Limit(int topK)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        return Math.Min(topK, Labels.Count);
    }

    /// <summary>Creates the array that a call fills: all classes of a multi-label model, so that a threshold sees them.</summary>
    private Prediction[] NewPredictions(int topK) => new Prediction[IsMultiLabel ? Labels.Count : Limit(topK)];

    private Classification Result(Prediction[] predictions, int topK, StageTimings timings)
        => IsMultiLabel
            ? new Classification(predictions[..Limit(topK)], timings, UnknownThreshold, predictions)
            : new Classification(predictions, timings, UnknownThreshold);

    /// <summary>Turns the scores of an image in a slot into probabilities, averaged over its crops.</summary>
    /// <returns>The probabilities, valid until the slot is returned or run again.</returns>
    private Span<float> ToProbabilities(InferenceSlot slot, int position)
    {
        Span<float> scores = slot.Output(position);
        for (int start = 0; start < scores.Length; start += _layout.OutputLength)
        {
            ToProbabilities(scores.Slice(start, _layout.OutputLength));
        }

        Span<float> probabilities = ScoreMath.AverageCrops(scores, _layout.OutputLength);
        return IsBinary ? slot.ExpandBinary(probabilities[0]) : probabilities;
    }

    /// <summary>Turns the raw scores of one crop into probabilities, in place.</summary>
    private void ToProbabilities(Span<float> scores)
    {
        foreach (float score in scores)
        {
            _model.ThrowUnlessFinite(score, "score");
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
