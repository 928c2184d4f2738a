using BenchmarkDotNet.Attributes;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using SkiaSharp;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures decoded pixels to the input tensor with image libraries: an antialiased bilinear resize of the shorter side to 256, a center
/// crop to 224x224, and a loop that normalizes. All on one thread.
/// </summary>
public class LibrariesBenchmarks
{
    private const int Width = 500;
    private const int Height = 375;
    private const int Side = 224;
    private const int ScaledWidth = 341;
    private const int ScaledHeight = 256;
    private const int Left = (ScaledWidth - Side) / 2;
    private const int Top = (ScaledHeight - Side) / 2;

    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Std = [0.229f, 0.224f, 0.225f];

    private readonly AlignedBuffer _tensor = new(3 * Side * Side);
    private readonly PreprocessingScratch _scratch = new();
    private readonly Preprocessor _preprocessor = new(PreprocessingProfile.Torchvision);
    private byte[] _pixels = [];
    private Image<Rgb24>? _imageSharp;
    private SKBitmap? _skia;

    [GlobalSetup]
    public void SetUp()
    {
        _pixels = DrawnImage.Rgb(Width, Height);
        Configuration singleThreaded = new() { MaxDegreeOfParallelism = 1 };
        _imageSharp = Image.LoadPixelData<Rgb24>(singleThreaded, _pixels, Width, Height);
        _skia = new SKBitmap(Width, Height, SKColorType.Rgb888x, SKAlphaType.Opaque);
        Span<byte> target = _skia.GetPixelSpan();
        for (int i = 0; i < Width * Height; i++)
        {
            _pixels.AsSpan(3 * i, 3).CopyTo(target[(4 * i)..]);
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _tensor.Dispose();
        _imageSharp?.Dispose();
        _skia?.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void ResNetNet() => _preprocessor.Run(new PixelView(_pixels, Width, Height), _tensor.Span, _scratch);

    [Benchmark]
    public float[] ImageSharp()
    {
        using Image<Rgb24> crop = _imageSharp!.Clone(
            c => c.Resize(ScaledWidth, ScaledHeight, KnownResamplers.Triangle).Crop(new Rectangle(Left, Top, Side, Side)));
        float[] tensor = new float[3 * Side * Side];
        crop.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < Side; y++)
            {
                Span<Rgb24> row = rows.GetRowSpan(y);
                for (int x = 0; x < Side; x++)
                {
                    Write(tensor, x, y, row[x].R, row[x].G, row[x].B);
                }
            }
        });
        return tensor;
    }

    [Benchmark]
    public float[] SkiaSharp()
    {
        SKImageInfo info = new(ScaledWidth, ScaledHeight, SKColorType.Rgb888x, SKAlphaType.Opaque);
        using SKBitmap scaled = _skia!.Resize(info, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        ReadOnlySpan<byte> pixels = scaled.GetPixelSpan();
        float[] tensor = new float[3 * Side * Side];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                int i = 4 * (((Top + y) * ScaledWidth) + Left + x);
                Write(tensor, x, y, pixels[i], pixels[i + 1], pixels[i + 2]);
            }
        }

        return tensor;
    }

    private static void Write(float[] tensor, int x, int y, byte red, byte green, byte blue)
    {
        const int Plane = Side * Side;
        int i = (y * Side) + x;
        tensor[i] = ((red / 255f) - Mean[0]) / Std[0];
        tensor[Plane + i] = ((green / 255f) - Mean[1]) / Std[1];
        tensor[(2 * Plane) + i] = ((blue / 255f) - Mean[2]) / Std[2];
    }
}
