using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.OnnxRuntime;
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

    private static readonly PreprocessingProfile Profile = ResNetVariant.ResNet18Backbone.Profile;

    public static void Run(string path, string zip)
    {
        byte[][] files = Read(zip);
        ReadOnlyMemory<byte>[] calibration = [.. files.Where((_, i) => i % 2 == 0).Select(f => new ReadOnlyMemory<byte>(f))];
        byte[][] compared = [.. files.Where((_, i) => i % 2 == 1)];
        OnnxModel model = OnnxModel.Load(path);
        Console.WriteLine($"{calibration.Length} images calibrate, {compared.Length} are compared.\n");
        Console.WriteLine("| form | layers | MB | mean cosine | least cosine | same nearest neighbor, % | ms (median) |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|");
        CalibrationSet images = CalibrationSet.FromEncoded(calibration, Profile);
        QuantizationResult[] quantized =
        [
            .. Enum.GetValues<QuantizationFormat>().Select(
                format => ResNetQuantizer.Quantize(model, images, new QuantizationOptions { Format = format, SqnrImages = 0 })),
        ];
        (float[][] Features, double[] Milliseconds)[] runs = Run([model, .. quantized.Select(q => q.Model)], compared);
        Print("float", 0, new FileInfo(path).Length, runs[0].Features, runs[0]);
        foreach ((QuantizationResult result, (float[][] Features, double[] Milliseconds) run) in quantized.Zip(runs.Skip(1)))
        {
            Print($"{result.Report.Options.Format}", result.Report.Layers.Count, result.Report.QuantizedBytes, runs[0].Features, run);
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

    // The models run alternately, so that other load on the machine affects all of them.
    private static (float[][] Features, double[] Milliseconds)[] Run(OnnxModel[] models, byte[][] files)
    {
        Preprocessor preprocessor = new(Profile);
        PreprocessingScratch scratch = new();
        SessionSettings settings = new() { IntraOpThreads = 1 };
        OrtSession[] sessions = [.. models.Select(m => OrtSession.FromMemory(m.ToArray(), m.Graph.Name, settings))];
        using AlignedBuffer buffer = new(3 * Profile.Crop.Width * Profile.Crop.Height);
        using OrtValue tensor = buffer.CreateTensor([1, 3, Profile.Crop.Height, Profile.Crop.Width]);
        (float[][] Features, double[] Milliseconds)[] runs =
            [.. models.Select(_ => (new float[files.Length][], new double[files.Length]))];
        for (int i = 0; i < files.Length; i++)
        {
            using DecodedImage image = ImageDecoding.Default.Decode(files[i]);
            preprocessor.Run(image.Pixels, buffer.Span, scratch);
            for (int m = 0; m < sessions.Length; m++)
            {
                NamedTensor input = new(sessions[m].Inputs[0].Name, tensor);
                long start = Stopwatch.GetTimestamp();
                runs[m].Features[i] = sessions[m].RunToArray([input], sessions[m].Outputs[0].Name).Values;
                runs[m].Milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        Array.ForEach(sessions, s => s.Dispose());
        Array.ForEach(runs, run => Array.Sort(run.Milliseconds));
        return runs;
    }

    private static void Print(string form, int layers, long bytes, float[][] exact, (float[][] Features, double[] Milliseconds) run)
    {
        (float[][] rounded, double[] times) = run;
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
