using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures decoded pixels to the input tensor: resample, crop and normalize in one pass, by vector width. As in the classifier, the tensor
/// is in aligned native memory.
/// </summary>
public class FusedBenchmarks
{
    private readonly AlignedBuffer _tensor = new(3 * 224 * 224);
    private readonly PreprocessingScratch _scratch = new();
    private byte[] _pixels = [];
    private Dictionary<SimdWidth, Preprocessor> _pillow = [];
    private Preprocessor? _openCv;
    private Preprocessor? _openCvFloat;

    /// <summary>The widths of a web photo, a small and a full camera photo; the aspect ratio is 4:3.</summary>
    [Params(500, 1632, 4000)]
    public int Width { get; set; }

    private int Height => Width * 3 / 4;

    [GlobalSetup]
    public void SetUp()
    {
        _pixels = DrawnImage.Rgb(Width, Height);
        _pillow = SimdSelection.Supported.ToDictionary(
            width => width, width => new Preprocessor(PreprocessingProfile.Torchvision, CropSampling.Center, width));
        _openCv = new Preprocessor(PreprocessingProfile.Mxnet);
        _openCvFloat = new Preprocessor(PreprocessingProfile.OnnxRuntimeNotebook);
    }

    [GlobalCleanup]
    public void CleanUp() => _tensor.Dispose();

    [Benchmark(Baseline = true)]
    public object NaiveLoops() => NaivePreprocessing.Run(_pixels, Width, Height);

    [Benchmark]
    public void PillowScalar() => Run(_pillow[SimdWidth.Scalar]);

    [Benchmark]
    public void Pillow128() => Run(_pillow[SimdWidth.Vector128]);

    [Benchmark]
    public void Pillow256() => Run(_pillow[SimdWidth.Vector256]);

    [Benchmark]
    public void Pillow512() => Run(_pillow[SimdWidth.Vector512]);

    [Benchmark]
    public void OpenCv() => Run(_openCv!);

    [Benchmark]
    public void OpenCvFloat() => Run(_openCvFloat!);

    private void Run(Preprocessor preprocessor) => preprocessor.Run(new PixelView(_pixels, Width, Height), _tensor.Span, _scratch);
}
