using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Comparison;

/// <summary>
/// Runs what no contestant can avoid: decoding and <c>RunWithBinding</c> on an input that is already in place, or <c>RunWithBinding</c>
/// alone. Many images are run on a session with one thread per run.
/// </summary>
internal sealed class FloorPeer : IPeer
{
    /// <summary>The variant that runs the model alone.</summary>
    public const string RunVariant = "run";

    private readonly PeerArguments _arguments;
    private readonly InferenceSession _session;
    private readonly BoundRun _run;
    private InferenceSession? _singleThreaded;

    public FloorPeer(PeerArguments arguments)
    {
        _arguments = arguments;
        _session = Open(arguments.Threads);
        _run = new BoundRun(_session);
    }

    public string Preprocessing => Comparison.Preprocessing.None;

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["Microsoft.ML.OnnxRuntime"] = TutorialPeer.OnnxRuntimeVersion,
    };

    public PeerPrediction[] Classify(string path)
    {
        Decode(path);
        _run.Once();
        return [];
    }

    public void ClassifyAll(IReadOnlyList<string> paths)
    {
        _singleThreaded ??= Open(1);
        Parallel.ForEach(
            paths,
            new ParallelOptions { MaxDegreeOfParallelism = _arguments.Threads },
            () => new BoundRun(_singleThreaded),
            (path, _, run) =>
            {
                Decode(path);
                run.Once();
                return run;
            },
            run => run.Dispose());
    }

    public float[] GetProbabilities(string path, string preprocessing) => [];

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _singleThreaded?.Dispose();
    }

    private void Decode(string path)
    {
        if (_arguments.Variant != RunVariant)
        {
            using DecodedImage image = ImageDecoding.Decode(
                ImageDecoding.Default, File.ReadAllBytes(path), new ImageDecodingOptions(), autoOrient: true);
        }
    }

    private InferenceSession Open(int threads)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads };
        return new InferenceSession(_arguments.Model, options);
    }
}
