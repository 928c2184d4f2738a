using OpenCvSharp;
using OpenCvSharp.Dnn;

namespace ResNet.Net.Comparison;

/// <summary>
/// Runs OpenCV's DNN module through OpenCvSharp. For many images, the next ones are decoded while the network runs.
/// </summary>
internal sealed unsafe class OpenCvSharpPeer : IPeer
{
    private const int Side = 224;
    private const int ShortSide = 256;

    private static readonly double[] Mean = [0.485, 0.456, 0.406];
    private static readonly double[] Std = [0.229, 0.224, 0.225];

    private readonly OpenCvSharp.Dnn.Net _net;

    public OpenCvSharpPeer(PeerArguments arguments)
    {
        Cv2.SetNumThreads(arguments.Threads);
        _net = CvDnn.ReadNetFromOnnx(arguments.Model) ?? throw new InvalidOperationException("OpenCV returns no network.");
    }

    public string Preprocessing => Comparison.Preprocessing.OpenCvBilinear;

    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        ["OpenCvSharp4"] = PackageVersion.Of(typeof(Cv2)),
        ["OpenCV"] = Cv2.GetVersionString() ?? "",
    };

    public PeerPrediction[] Classify(string path)
    {
        using Mat input = Preprocess(path);
        return Probabilities.Top5(Run(input));
    }

    public void ClassifyAll(IReadOnlyList<string> paths)
    {
        Task<Mat> next = Task.Run(() => Preprocess(paths[0]));
        for (int i = 0; i < paths.Count; i++)
        {
            using Mat input = next.GetAwaiter().GetResult();
            if (i + 1 < paths.Count)
            {
                string path = paths[i + 1];
                next = Task.Run(() => Preprocess(path));
            }

            Probabilities.Top5(Run(input));
        }
    }

    public float[] GetProbabilities(string path, string preprocessing)
    {
        using Mat input = Preprocess(path);
        return Probabilities.Softmax(Run(input));
    }

    public void Dispose() => _net.Dispose();

    private static Mat Preprocess(string path)
    {
        using Mat image = Cv2.ImRead(path, ImreadModes.Color);
        double scale = (double)ShortSide / Math.Min(image.Width, image.Height);
        using Mat resized = new();
        Cv2.Resize(image, resized, new Size((int)(image.Width * scale), (int)(image.Height * scale)), 0, 0, InterpolationFlags.Linear);
        using Mat crop = new(resized, new Rect((resized.Width - Side) / 2, (resized.Height - Side) / 2, Side, Side));
        Scalar mean = new(255 * Mean[0], 255 * Mean[1], 255 * Mean[2]);
        Mat input = CvDnn.BlobFromImage(crop, 1 / 255.0, new Size(Side, Side), mean, swapRB: true, crop: false);

        // BlobFromImage has one scale for all channels.
        for (int channel = 0; channel < 3; channel++)
        {
            using Mat plane = Mat.FromPixelData(Side, Side, MatType.CV_32FC1, input.Ptr(0, channel));
            plane.ConvertTo(plane, -1, 1 / Std[channel]);
        }

        return input;
    }

    private float[] Run(Mat input)
    {
        _net.SetInput(input);
        using Mat output = _net.Forward();
        return new Span<float>((void*)output.Data, (int)output.Total()).ToArray();
    }
}
