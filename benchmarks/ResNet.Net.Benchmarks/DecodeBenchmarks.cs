using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Decodes drawn JPEG files (quality 90, 4:2:0) at full and reduced size (<see cref="PreprocessingProfile.ShrinkOnLoad"/>).
/// Requires libturbojpeg.
/// </summary>
public class DecodeBenchmarks
{
    private static readonly ImageDecodingOptions Options = new();
    private static readonly ResizeRule Resize = PreprocessingProfile.Torchvision.Resize;

    private readonly SkiaSharpDecoder _skia = new();
    private readonly LibJpegTurboDecoder _turbo = new();
    private byte[] _file = [];

    /// <summary>The widths of a web photo, a small and a full camera photo; the aspect ratio is 4:3.</summary>
    [Params(500, 1632, 4000)]
    public int Width { get; set; }

    private int Height => Width * 3 / 4;

    [GlobalSetup]
    public void SetUp()
    {
        _file = JpegFile.Encode(DrawnImage.Rgb(Width, Height), Width, Height);
        Console.WriteLine($"// {Width}x{Height}: {_file.Length} bytes");
    }

    [Benchmark(Baseline = true)]
    public void SkiaSharp() => Decode(_skia, null);

    [Benchmark]
    public void SkiaSharpShrunk() => Decode(_skia, Resize);

    [Benchmark]
    public void LibJpegTurbo() => Decode(_turbo, null);

    [Benchmark]
    public void LibJpegTurboShrunk() => Decode(_turbo, Resize);

    private void Decode(IImageDecoder decoder, ResizeRule? shrinkFor)
    {
        using DecodedImage image = ImageDecoding.Decode(decoder, _file, Options, autoOrient: true, shrinkFor);
    }
}
