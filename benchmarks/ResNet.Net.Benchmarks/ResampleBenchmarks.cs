using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>Measures resampling and cropping, by vector width: the fused pass without normalization.</summary>
public class ResampleBenchmarks
{
    private readonly AlignedBuffer _tensor = new(3 * 224 * 224);
    private readonly PreprocessingScratch _scratch = new();
    private readonly Normalization _normalization = new(PreprocessingProfile.Torchvision);
    private byte[] _pixels = [];

    /// <summary>The widths of a web photo, a small and a full camera photo; the aspect ratio is 4:3.</summary>
    [Params(500, 1632, 4000)]
    public int Width { get; set; }

    private int Height => Width * 3 / 4;

    [GlobalSetup]
    public void SetUp() => _pixels = DrawnImage.Rgb(Width, Height);

    [GlobalCleanup]
    public void CleanUp() => _tensor.Dispose();

    [Benchmark(Baseline = true)]
    public void PillowScalar() => Pillow(SimdWidth.Scalar);

    [Benchmark]
    public void Pillow128() => Pillow(SimdWidth.Vector128);

    [Benchmark]
    public void Pillow256() => Pillow(SimdWidth.Vector256);

    [Benchmark]
    public void Pillow512() => Pillow(SimdWidth.Vector512);

    [Benchmark]
    public void OpenCvScalar() => OpenCv(SimdWidth.Scalar);

    [Benchmark]
    public void OpenCv128() => OpenCv(SimdWidth.Vector128);

    [Benchmark]
    public void OpenCv256() => OpenCv(SimdWidth.Vector256);

    [Benchmark]
    public void OpenCv512() => OpenCv(SimdWidth.Vector512);

    [Benchmark]
    public void PillowBicubicScalar() => PillowBicubic(SimdWidth.Scalar);

    [Benchmark]
    public void PillowBicubic128() => PillowBicubic(SimdWidth.Vector128);

    [Benchmark]
    public void PillowBicubic256() => PillowBicubic(SimdWidth.Vector256);

    [Benchmark]
    public void PillowBicubic512() => PillowBicubic(SimdWidth.Vector512);

    [Benchmark]
    public void OpenCvAreaScalar() => Area(SimdWidth.Scalar);

    [Benchmark]
    public void OpenCvArea128() => Area(SimdWidth.Vector128);

    [Benchmark]
    public void OpenCvArea256() => Area(SimdWidth.Vector256);

    [Benchmark]
    public void OpenCvArea512() => Area(SimdWidth.Vector512);

    private void Pillow(SimdWidth width)
    {
        WithoutNormalization kernels = WithoutNormalization.For(width);
        PixelView source = new(_pixels, Width, Height);
        ResizePlan plan = ResizePlan.Create(PreprocessingProfile.Torchvision, source);
        PillowResampler<PillowBilinearFilter>.Resample(source, plan, Writer(kernels), kernels, _scratch);
    }

    private void PillowBicubic(SimdWidth width)
    {
        WithoutNormalization kernels = WithoutNormalization.For(width);
        PixelView source = new(_pixels, Width, Height);
        ResizePlan plan = ResizePlan.Create(PreprocessingProfile.Torchvision, source);
        PillowResampler<PillowBicubicFilter>.Resample(source, plan, Writer(kernels), kernels, _scratch);
    }

    private void Area(SimdWidth width)
    {
        WithoutNormalization kernels = WithoutNormalization.For(width);
        PixelView source = new(_pixels, Width, Height);
        ResizePlan plan = ResizePlan.Create(PreprocessingProfile.Mxnet, source);
        OpenCvArea.Resample(source, plan, Writer(kernels), kernels, _scratch);
    }

    private void OpenCv(SimdWidth width)
    {
        WithoutNormalization kernels = WithoutNormalization.For(width);
        PixelView source = new(_pixels, Width, Height);
        ResizePlan plan = ResizePlan.Create(PreprocessingProfile.Mxnet, source);
        OpenCvBilinear.Resample(source, plan, Interpolation.OpenCvBilinear, Writer(kernels), kernels, _scratch);
    }

    private TensorWriter Writer(PreprocessingKernels kernels) => new(_tensor.Span, 224, 224, _normalization, kernels);
}
