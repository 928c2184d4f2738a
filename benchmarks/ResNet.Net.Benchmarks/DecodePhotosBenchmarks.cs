using System.IO.Compression;
using BenchmarkDotNet.Attributes;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Decodes the first 50 photos of the ZIP archive in RESNET_NET_PHOTOS; reports the time per photo. Requires libturbojpeg.
/// </summary>
public class DecodePhotosBenchmarks
{
    private const int Photos = 50;
    private static readonly ImageDecodingOptions Options = new();

    private readonly SkiaSharpDecoder _skia = new();
    private readonly LibJpegTurboDecoder _turbo = new();
    private byte[][] _files = [];

    [GlobalSetup]
    public void SetUp()
    {
        string path = Environment.GetEnvironmentVariable("RESNET_NET_PHOTOS")
            ?? throw new InvalidOperationException("Set RESNET_NET_PHOTOS to a ZIP archive of JPEG files.");
        using ZipArchive archive = ZipFile.OpenRead(path);
        _files = [.. archive.Entries.Where(entry => entry.Length > 0).Take(Photos).Select(Read)];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Photos)]
    public void SkiaSharp() => Decode(_skia);

    [Benchmark(OperationsPerInvoke = Photos)]
    public void LibJpegTurbo() => Decode(_turbo);

    private static byte[] Read(ZipArchiveEntry entry)
    {
        byte[] file = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(file);
        return file;
    }

    private void Decode(IImageDecoder decoder)
    {
        foreach (byte[] file in _files)
        {
            using DecodedImage image = ImageDecoding.Decode(decoder, file, Options, autoOrient: true);
        }
    }
}
