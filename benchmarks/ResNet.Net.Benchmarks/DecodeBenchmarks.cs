using BenchmarkDotNet.Attributes;
using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Imaging.Interop;

namespace ResNet.Net.Benchmarks;

/// <summary>JPEG files (quality 90, 4:2:0) to pixels: libvips, libturbojpeg, and both at a reduced size (PreprocessingProfile.ShrinkOnLoad).</summary>
public class DecodeBenchmarks
{
    private static readonly ImageDecodingOptions Options = new();
    private static readonly ResizeRule Resize = PreprocessingProfile.Torchvision.Resize;

    private readonly VipsDecoder _vips = new();
    private TurboJpegDecoder? _turbo;
    private byte[] _file = [];

    /// <summary>A web photo, a small and a full photo of a camera; 4:3.</summary>
    [Params(500, 1632, 4000)]
    public int Width { get; set; }

    private int Height => Width * 3 / 4;

    [GlobalSetup]
    public void SetUp()
    {
        _file = JpegFile.Encode(DrawnPicture.Rgb(Width, Height), Width, Height);
        TurboJpegApi api = TurboJpegApi.Load() ?? throw new InvalidOperationException("libturbojpeg is not on this machine.");
        _turbo = new TurboJpegDecoder(api, _vips);
        Console.WriteLine($"// {Width}x{Height}: {_file.Length} bytes");
    }

    [Benchmark(Baseline = true)]
    public void Libvips() => Decode(_vips, null);

    [Benchmark]
    public void Libturbojpeg() => Decode(_turbo!, null);

    [Benchmark]
    public void LibvipsShrunk() => Decode(_vips, Resize);

    [Benchmark]
    public void LibturbojpegShrunk() => Decode(_turbo!, Resize);

    private void Decode(IImageDecoder decoder, ResizeRule? shrinkFor)
    {
        using DecodedImage image = decoder.Decode(_file, Options, autoOrient: true, shrinkFor);
    }
}
