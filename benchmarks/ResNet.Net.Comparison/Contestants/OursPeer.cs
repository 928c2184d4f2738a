using System.Reflection;

namespace ResNet.Net.Comparison;

/// <summary>Runs this library with its defaults: <c>Classify</c> for one image, <c>ClassifyManyAsync</c> for many.</summary>
internal sealed class OursPeer : IPeer
{
    /// <summary>The variant that decodes with libturbojpeg.</summary>
    public const string TurboVariant = "turbo";

    private readonly string _model;
    private readonly ResNetClassifierOptions _options;
    private readonly ResNetClassifier _classifier;
    private (string Preprocessing, ResNetClassifier Classifier)? _reference;

    public OursPeer(PeerArguments arguments)
    {
        _model = arguments.Model;
        _options = new ResNetClassifierOptions { Decoder = arguments.Variant == TurboVariant ? new LibJpegTurboDecoder() : null };
        _classifier = ResNetClassifier.Create(new ModelDefinition(_model), _options);
    }

    public string Preprocessing => Comparison.Preprocessing.PillowBilinear;

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["ResNet.Net"] = typeof(ResNetClassifier).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0],
        ["Microsoft.ML.OnnxRuntime"] = TutorialPeer.OnnxRuntimeVersion,
        ["SkiaSharp"] = PackageVersion.Of(typeof(SkiaSharp.SKBitmap)),
    };

    public PeerPrediction[] Classify(string path) => [.. _classifier.Classify(path).Predictions.Select(Convert)];

    public void ClassifyAll(IReadOnlyList<string> paths) => ClassifyAllAsync(paths).GetAwaiter().GetResult();

    public float[] GetProbabilities(string path, string preprocessing)
    {
        if (_reference?.Preprocessing != preprocessing)
        {
            _reference?.Classifier.Dispose();
            ModelDefinition definition = new(_model) { Profile = Profile(preprocessing) };
            _reference = (preprocessing, ResNetClassifier.Create(definition, _options));
        }

        return
        [
            .. _reference.Value.Classifier.Classify(path, topK: int.MaxValue).Predictions
                .OrderBy(prediction => prediction.ClassIndex).Select(prediction => prediction.Probability),
        ];
    }

    public void Dispose()
    {
        _reference?.Classifier.Dispose();
        _classifier.Dispose();
    }

    private static PeerPrediction Convert(Prediction prediction) => new(prediction.ClassIndex, prediction.Probability);

    private static PreprocessingProfile Profile(string preprocessing) => PreprocessingProfile.Torchvision with
    {
        Name = preprocessing,
        Interpolation = preprocessing == Comparison.Preprocessing.OpenCvBilinear
            ? Interpolation.OpenCvBilinear
            : Interpolation.PillowBilinear,
        Crop = new CropRule(224, 224, CropRounding.Floor),
    };

    private async Task ClassifyAllAsync(IReadOnlyList<string> paths)
    {
        int count = 0;
        await foreach (ClassificationOutcome outcome in _classifier.ClassifyManyAsync(paths))
        {
            _ = outcome.Value.Best;
            count++;
        }

        if (count != paths.Count)
        {
            throw new InvalidOperationException($"{count} of {paths.Count} images have a result.");
        }
    }
}
