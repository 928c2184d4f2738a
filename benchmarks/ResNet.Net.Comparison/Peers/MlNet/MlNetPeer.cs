using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Image;
using Microsoft.ML.Transforms.Onnx;

namespace ResNet.Net.Comparison;

/// <summary>
/// Runs ML.NET's image pipeline: <c>LoadImages</c>, <c>ResizeImages</c>, <c>ExtractPixels</c>, <c>ApplyOnnxModel</c>. One image goes
/// through a prediction engine, many through <c>Transform</c>.
/// </summary>
/// <remarks>
/// The pipeline has no crop after the resize and one mean and scale for all channels, so its probabilities are not comparable.
/// </remarks>
internal sealed class MlNetPeer : IPeer
{
    public const string ScoreColumn = "scores";

    private const int Side = 224;
    private const float Mean = 255 * 0.449f;
    private const float Scale = 1 / (255 * 0.226f);

    private readonly MLContext _context = new(seed: 1);
    private readonly TransformerChain<ColumnCopyingTransformer> _pipeline;
    private readonly PredictionEngine<ImageRow, ScoreRow> _engine;

    public MlNetPeer(PeerArguments arguments)
    {
        (string input, string output) = Names(arguments.Model);
        OnnxOptions options = new()
        {
            ModelFile = arguments.Model,
            InputColumns = [input],
            OutputColumns = [output],
            ShapeDictionary = new Dictionary<string, int[]> { [input] = [1, 3, Side, Side], [output] = [1, 1000] },
            IntraOpNumThreads = arguments.Threads,
        };
        EstimatorChain<ColumnCopyingTransformer> estimator = _context.Transforms.LoadImages("image", "", nameof(ImageRow.Path))
            .Append(_context.Transforms.ResizeImages("image", Side, Side, "image", ImageResizingEstimator.ResizingKind.IsoCrop))
            .Append(_context.Transforms.ExtractPixels(input, "image", interleavePixelColors: false, offsetImage: Mean, scaleImage: Scale))
            .Append(_context.Transforms.ApplyOnnxModel(options))
            .Append(_context.Transforms.CopyColumns(ScoreColumn, output));
        _pipeline = estimator.Fit(_context.Data.LoadFromEnumerable(Array.Empty<ImageRow>()));
        _engine = _context.Model.CreatePredictionEngine<ImageRow, ScoreRow>(_pipeline);
    }

    public string Preprocessing => Comparison.Preprocessing.Own;

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["Microsoft.ML"] = PackageVersion.Of(typeof(MLContext)),
        ["Microsoft.ML.OnnxRuntime"] = OrtEnv.Instance().GetVersionString(),
        ["SkiaSharp"] = PackageVersion.Of(typeof(SkiaSharp.SKBitmap)),
    };

    public PeerPrediction[] Classify(string path) => Probabilities.Top5(Run(path));

    public void ClassifyAll(IReadOnlyList<string> paths)
    {
        IDataView rows = _context.Data.LoadFromEnumerable(paths.Select(path => new ImageRow { Path = path }));
        foreach (float[] scores in _pipeline.Transform(rows).GetColumn<float[]>(ScoreColumn))
        {
            Probabilities.Top5(scores);
        }
    }

    public float[] GetProbabilities(string path, string preprocessing) => Probabilities.Softmax(Run(path));

    public void Dispose()
    {
        _engine.Dispose();
        _pipeline.Dispose();
    }

    private float[] Run(string path) => _engine.Predict(new ImageRow { Path = path }).Scores;

    private static (string Input, string Output) Names(string model)
    {
        using InferenceSession session = new(model);
        return (session.InputMetadata.Keys.First(), session.OutputMetadata.Keys.First());
    }
}
