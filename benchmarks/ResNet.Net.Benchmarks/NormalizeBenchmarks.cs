using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the conversion of 224x224 packed RGB bytes to normalized planes, compared with a copy of the resulting 602,112 bytes.
/// </summary>
public class NormalizeBenchmarks
{
    private readonly AlignedBuffer _source = new(3 * 224 * 224);
    private readonly AlignedBuffer _tensor = new(3 * 224 * 224);
    private readonly PreprocessingScratch _scratch = new();
    private readonly byte[] _pixels = DrawnImage.Rgb(224, 224);
    private Dictionary<SimdWidth, Preprocessor> _preprocessors = [];

    [GlobalSetup]
    public void SetUp()
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision with { Resize = ResizeRule.Squash(224, 224) };
        _preprocessors = SimdSelection.Supported.ToDictionary(
            width => width, width => new Preprocessor(profile, CropSampling.Center, width));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _source.Dispose();
        _tensor.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Memcpy() => _source.Span.CopyTo(_tensor.Span);

    [Benchmark]
    public object NaiveLoops() => NaivePreprocessing.Normalize(_pixels);

    [Benchmark]
    public void Scalar() => Run(SimdWidth.Scalar);

    [Benchmark]
    public void Vector128() => Run(SimdWidth.Vector128);

    [Benchmark]
    public void Vector256() => Run(SimdWidth.Vector256);

    [Benchmark]
    public void Vector512() => Run(SimdWidth.Vector512);

    private void Run(SimdWidth width) => _preprocessors[width].Run(new PixelView(_pixels, 224, 224), _tensor.Span, _scratch);
}
