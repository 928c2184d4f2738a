using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Quantizes the ResNet-18 backbone of ML.NET and compares its features with the float model's: <c>quantized-features MODEL ZIP</c>. Every
/// second image of the archive calibrates, and the others are compared.
/// </summary>
internal static class QuantizedFeatures
{
    public const string Command = "quantized-features";

    // CNTK's mean image, averaged per channel: BGR in [0, 255].
    private static readonly PreprocessingProfile Profile = PreprocessingProfile.Torchvision with
    {
        Name = "CNTK",
        Channels = ChannelOrder.Bgr,
        Range = ValueRange.ZeroTo255,
        Mean = new ChannelValues(103.06f, 115.90f, 123.15f),
        Std = new ChannelValues(1, 1, 1),
    };

    public static void Run(string path, string zip)
    {
        byte[][] files = Read(zip);
        ReadOnlyMemory<byte>[] calibration = [.. files.Where((_, i) => i % 2 == 0).Select(f => new ReadOnlyMemory<byte>(f))];
        byte[][] compared = [.. files.Where((_, i) => i % 2 == 1)];
        OnnxModel model = OnnxModel.Load(path);
        Console.WriteLine($"{calibration.Length} images calibrate, {compared.Length} are compared.\n");
        Console.WriteLine("| form | layers | MB | mean cosine | least cosine | same nearest neighbor, % | ms (median) |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        (float[][] exact, double[] exactTimes) = Features(model, compared);
        Print("float", 0, new FileInfo(path).Length, exact, exact, exactTimes);
        foreach (QuantizationFormat format in Enum.GetValues<QuantizationFormat>())
        {
            QuantizationOptions options = new() { Format = format, SqnrImages = 0 };
            QuantizationResult result = ResNetQuantizer.Quantize(model, CalibrationSet.FromEncoded(calibration, Profile), options);
            (float[][] rounded, double[] times) = Features(result.Model, compared);
            Print(format.ToString(), result.Report.Layers.Count, result.Report.QuantizedBytes, exact, rounded, times);
        }
    }

    private static byte[][] Read(string zip)
    {
        using ZipArchive archive = ZipFile.OpenRead(zip);
        return [.. archive.Entries.Where(e => e.Length > 0).OrderBy(e => e.FullName, StringComparer.Ordinal).Select(entry =>
        {
            using MemoryStream file = new();
            using Stream stream = entry.Open();
            stream.CopyTo(file);
            return file.ToArray();
        })];
    }

    private static (float[][] Features, double[] Milliseconds) Features(OnnxModel model, byte[][] files)
    {
        Preprocessor preprocessor = new(Profile);
        PreprocessingScratch scratch = new();
        using OrtSession session = OrtSession.FromMemory(model.ToArray(), model.Graph.Name, new SessionSettings { IntraOpThreads = 1 });
        using AlignedBuffer buffer = new(3 * Profile.Crop.Width * Profile.Crop.Height);
        using Microsoft.ML.OnnxRuntime.OrtValue tensor = buffer.CreateTensor([1, 3, Profile.Crop.Height, Profile.Crop.Width]);
        List<double> times = [];
        float[][] features = [.. files.Select(file =>
        {
            using DecodedImage image = ImageDecoding.Default.Decode(file);
            preprocessor.Run(image.Pixels, buffer.Span, scratch);
            long start = Stopwatch.GetTimestamp();
            float[] values = session.RunToArray([new NamedTensor(session.Inputs[0].Name, tensor)], session.Outputs[0].Name).Values;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return values;
        })];
        return (features, [.. times.Order()]);
    }

    private static void Print(string form, int layers, long bytes, float[][] exact, float[][] rounded, double[] times)
    {
        double[] cosines = [.. exact.Zip(rounded, Cosine)];
        int same = Enumerable.Range(0, exact.Length).Count(i => Nearest(exact, i) == Nearest(rounded, i));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {form} | {layers} | {bytes / 1e6:F1} | {cosines.Average():F4} | {cosines.Min():F4} | {100.0 * same / exact.Length:F0} | "
                + $"{times[times.Length / 2]:F1} |"));
    }

    private static int Nearest(float[][] features, int image)
        => Enumerable.Range(0, features.Length).Where(i => i != image).MaxBy(i => Cosine(features[image], features[i]));

    private static double Cosine(float[] a, float[] b)
    {
        double product = 0, lengthOfA = 0, lengthOfB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            lengthOfA += (double)a[i] * a[i];
            lengthOfB += (double)b[i] * b[i];
        }

        return product / Math.Sqrt(lengthOfA * lengthOfB);
    }
}
