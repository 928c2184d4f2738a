using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace ResNet.Net.Comparison;

/// <summary>
/// Runs the code of ONNX Runtime's C# tutorials: ImageSharp, a loop over the pixels into a <see cref="DenseTensor{T}"/>,
/// <c>session.Run</c>. Many images are classified with <see cref="Parallel"/>.
/// </summary>
internal sealed class TutorialPeer : IPeer
{
    /// <summary>The variant whose session has one thread per run, so that parallel runs do not compete.</summary>
    public const string TunedVariant = "tuned";

    private const int Side = 224;
    private const int ShortSide = 256;

    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Std = [0.229f, 0.224f, 0.225f];

    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly int _threads;

    public TutorialPeer(PeerArguments arguments)
    {
        _threads = arguments.Threads;
        using SessionOptions options = new() { IntraOpNumThreads = arguments.Variant == TunedVariant ? 1 : arguments.Threads };
        _session = new InferenceSession(arguments.Model, options);
        _input = _session.InputMetadata.Keys.First();
    }

    public static string OnnxRuntimeVersion => OrtEnv.Instance().GetVersionString();

    public string Preprocessing => Comparison.Preprocessing.PillowBilinear;

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["Microsoft.ML.OnnxRuntime"] = OnnxRuntimeVersion,
        ["SixLabors.ImageSharp"] = PackageVersion.Of(typeof(Image)),
    };

    public PeerPrediction[] Classify(string path) => Probabilities.Top5(Run(path));

    public void ClassifyAll(IReadOnlyList<string> paths)
        => Parallel.ForEach(paths, new ParallelOptions { MaxDegreeOfParallelism = _threads }, path => Classify(path));

    public float[] GetProbabilities(string path, string preprocessing) => Probabilities.Softmax(Run(path));

    public void Dispose() => _session.Dispose();

    private float[] Run(string path)
    {
        using Image<Rgb24> image = Image.Load<Rgb24>(path);
        double scale = (double)ShortSide / Math.Min(image.Width, image.Height);
        (int width, int height) = ((int)(image.Width * scale), (int)(image.Height * scale));
        Rectangle crop = new((width - Side) / 2, (height - Side) / 2, Side, Side);
        image.Mutate(context => context.Resize(width, height, KnownResamplers.Triangle).Crop(crop));
        DenseTensor<float> tensor = new([1, 3, Side, Side]);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                Rgb24 pixel = image[x, y];
                tensor[0, 0, y, x] = ((pixel.R / 255f) - Mean[0]) / Std[0];
                tensor[0, 1, y, x] = ((pixel.G / 255f) - Mean[1]) / Std[1];
                tensor[0, 2, y, x] = ((pixel.B / 255f) - Mean[2]) / Std[2];
            }
        }

        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
            _session.Run([NamedOnnxValue.CreateFromTensor(_input, tensor)]);
        return [.. results[0].AsEnumerable<float>()];
    }
}
