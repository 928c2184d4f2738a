using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures decoding of photos on one thread, compared with bare calls of libturbojpeg: <c>decode-speed ZIP [--save FOLDER]</c>. The bare
/// calls write to one buffer that is allocated in advance, check nothing and reuse a decompressor.
/// </summary>
internal static unsafe class DecodeSpeed
{
    public const string Command = "decode-speed";

    private const int Photos = 50;
    private const int WarmUps = 3;
    private const int RoundCount = 51;

    public static void Run(string zip, string? save)
    {
        byte[][] files = PhotoArchive.Read(zip, Photos);
        LibJpegTurbo library = LibJpegTurbo.Load(null);
        using LibJpegTurbo.Decompressor decompressor = new(library);
        byte[] pixels = new byte[files.Max(SizeInPixels) * 3];
        SkiaSharpDecoder skia = new();
        LibJpegTurboDecoder turbo = new();
        double[][] times = Rounds.Measure(
            WarmUps,
            RoundCount,
            [
                () => Array.ForEach(files, file => Decode(library, decompressor, file, pixels)),
                () => Array.ForEach(files, file => Decode(turbo, file)),
                () => Array.ForEach(files, file => Decode(skia, file)),
            ]);
        string[] names = ["libturbojpeg alone", nameof(LibJpegTurboDecoder), nameof(SkiaSharpDecoder)];
        StringBuilder table = new("| | ms per photo | photos/s | best round, photos/s | time, relative |\n|---|---:|---:|---:|---:|\n");
        foreach ((string name, double[] time) in names.Zip(times))
        {
            double milliseconds = Rounds.Median(time) / files.Length;
            double relative = Rounds.Median(time.Zip(times[0], (own, bare) => own / bare));
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {name} | {milliseconds:F3} | {1000 / milliseconds:F0} | {1000 * files.Length / time.Min():F0} | {relative:F3} |\n");
        }

        Console.Write(table);
        if (save is not null)
        {
            string summary = string.Create(
                CultureInfo.InvariantCulture,
                $"{files.Length} photos of {files.Average(SizeInPixels) / 1e6:F2} megapixels and "
                    + $"{files.Average(file => file.Length) / 1e3:F0} KB on average; medians of {RoundCount} rounds, one thread.\n\n");
            ResultsFolder.Write(save, Command, $"-- {Command} PHOTOS.zip", summary + table);
        }
    }

    private static int SizeInPixels(byte[] file)
        => JpegStructure.TryRead(file, out JpegStructure jpeg)
            ? jpeg.Width * jpeg.Height
            : throw new InvalidOperationException("The archive contains a file that is not a plain JPEG image.");

    private static void Decode(IImageDecoder decoder, byte[] encoded)
    {
        using DecodedImage image = decoder.Decode(encoded);
    }

    private static void Decode(LibJpegTurbo library, LibJpegTurbo.Decompressor decompressor, byte[] encoded, byte[] pixels)
    {
        fixed (byte* file = encoded)
        fixed (byte* memory = pixels)
        {
            CULong length = new((nuint)encoded.Length);
            (int width, int height, int subsampling, int colorSpace) = (0, 0, 0, 0);
            nint handle = decompressor.DangerousGetHandle();
            const int Flags = LibJpegTurbo.AccurateDct | LibJpegTurbo.StopOnWarning;
            if (library.DecompressHeader(handle, file, length, &width, &height, &subsampling, &colorSpace) != 0
                || library.Decompress(handle, file, length, memory, width, width * 3, height, LibJpegTurbo.Rgb, Flags) != 0)
            {
                throw new InvalidOperationException("libturbojpeg reports an error or a warning.");
            }
        }
    }
}
