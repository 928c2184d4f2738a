using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures where the time of <c>Classify(path)</c> goes: <c>latency [ZIP] [--save FOLDER]</c> classifies JPEG files of 500x375 and runs
/// each stage alone, in alternation. The files are photos of the archive, or one drawn image.
/// </summary>
internal static class LatencyTable
{
    public const string Command = "latency";

    private const int Width = 500;
    private const int Height = 375;
    private const int MaxFiles = 16;
    private const int WarmUps = 3;
    private const int RoundCount = 101;

    private static readonly (string Name, QuantizedCase Case, ResNetVariant Variant)[] Models =
    [
        ("ResNet-50 fp32", new QuantizedCase("resnet50-v1-12", "float"), ResNetVariant.Parse("resnet50-v1-12")),
        ("ResNet-50 int8", new QuantizedCase("resnet50-v1-12", "zoo-int8"), ResNetVariant.Parse("resnet50-v1-12-int8")),
        ("embedded model", new QuantizedCase("resnet20-cifar10", "float"), ResNetVariant.Cifar10ResNet20),
    ];

    public static void Run(string? zip, string? save)
    {
        byte[][] files = zip is null
            ? [JpegFile.Encode(DrawnImage.Rgb(Width, Height), Width, Height)]
            : PhotoArchive.Read(zip, MaxFiles, Width, Height);
        if (files.Length == 0)
        {
            throw new InvalidOperationException($"'{zip}' contains no JPEG file of {Width}x{Height} pixels.");
        }

        string folder = Directory.CreateTempSubdirectory("resnet-net-latency-").FullName;
        try
        {
            string[] paths = [.. files.Select((_, i) => Path.Combine(folder, $"{i}.jpg"))];
            foreach ((string path, byte[] file) in paths.Zip(files))
            {
                File.WriteAllBytes(path, file);
            }

            IImageDecoder decoder = FastestDecoder();
            string table = Table([.. Models.Select(model => Measure(model.Case, model.Variant, decoder, files, paths, folder))]);
            Console.Write(table);
            if (save is not null)
            {
                string images = zip is null ? "one drawn JPEG file" : $"{files.Length} photos, which take turns,";
                string summary = $"Milliseconds, medians of {RoundCount} rounds; {images} of {Width}x{Height} pixels;\n"
                    + $"{decoder.GetType().Name}; default options, {Environment.ProcessorCount} threads.\n\n";
                ResultsFolder.Write(save, Command, $"-- {Command}{(zip is null ? "" : " PHOTOS.zip")}", summary + table);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static IImageDecoder FastestDecoder()
    {
        try
        {
            return new LibJpegTurboDecoder();
        }
        catch (ResNetException)
        {
            return new SkiaSharpDecoder();
        }
    }

    private static List<Sample> Measure(
        QuantizedCase model, ResNetVariant variant, IImageDecoder decoder, byte[][] files, string[] paths, string folder)
    {
        string path = Path.Combine(folder, $"{variant.Id}.onnx");
        model.Build().Save(path);
        ResNetClassifierOptions options = new() { Decoder = decoder, CacheOptimizedModel = false };
        using ResNetClassifier classifier = ResNetClassifier.Create(
            new ModelDefinition(path) { Profile = variant.Profile, Labels = variant.Labels }, options);
        using TensorRun run = model.Open(1, SessionSettings.For(options, CpuFeatures.HasInt8DotProduct));
        ImagePreprocessor preprocessor = new(variant.Profile, decoder);
        float[] tensor = new float[preprocessor.Length];
        List<Sample> samples = [];
        for (int round = -WarmUps; round < RoundCount; round++)
        {
            int file = (round + WarmUps) % files.Length;
            using DecodedImage image = decoder.Decode(files[file]);
            double read = TimeHot(() => EncodedFile.Read(paths[file], options.Decoding.MaxBytes).Dispose());
            double decode = TimeHot(() => decoder.Decode(files[file], options.Decoding).Dispose());
            double preprocess = TimeHot(() => preprocessor.Preprocess(image.Pixels, tensor));
            double inference = TimeHot(run.Once);
            Sample sample = Classify(classifier, paths[file], new Alone(read, decode, preprocess, inference));
            if (round >= 0)
            {
                samples.Add(sample);
            }
        }

        return samples;
    }

    private static Sample Classify(ResNetClassifier classifier, string path, Alone alone)
    {
        _ = classifier.Classify(path);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        Classification result = classifier.Classify(path);
        double total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return new Sample(alone, total, result.Timings, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    /// <summary>Returns the milliseconds of the second of two calls, whose code and data are in the caches.</summary>
    private static double TimeHot(Action action)
    {
        action();
        return Rounds.Time(action);
    }

    private static string Table(IReadOnlyList<List<Sample>> models)
    {
        StringBuilder table = new($"| | {string.Join(" | ", Models.Select(model => model.Name))} |\n");
        table.Append($"|---|{string.Concat(Models.Select(_ => "---:|"))}\n");
        Row("decode, alone", sample => sample.Alone.Decode);
        Row("preprocess, alone", sample => sample.Alone.Preprocess);
        Row("run of the model, alone", sample => sample.Alone.Run);
        Row("`Classify(path)`", sample => sample.Total);
        Row("– read the file (measured alone)", sample => sample.Alone.Read);
        Row("– decode", sample => sample.Timings.Decode.TotalMilliseconds - sample.Alone.Read);
        Row("– preprocess", sample => sample.Timings.Preprocess.TotalMilliseconds);
        Row("– run of the model", sample => sample.Timings.Inference.TotalMilliseconds);
        Row("– everything else", sample => sample.Total - sample.Stages);
        Row("`Classify(path)` / (decode + run, alone)", sample => sample.Total / (sample.Alone.Decode + sample.Alone.Run));
        Row("managed bytes", sample => sample.Bytes, "F0");
        return table.ToString();

        void Row(string name, Func<Sample, double> value, string format = "F3")
        {
            IEnumerable<string> cells = models.Select(
                samples => Rounds.Median(samples.Select(value)).ToString(format, CultureInfo.InvariantCulture));
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", cells)} |\n");
        }
    }

    /// <summary>Milliseconds of each stage on its own.</summary>
    private sealed record Alone(double Read, double Decode, double Preprocess, double Run);

    private sealed record Sample(Alone Alone, double Total, StageTimings Timings, long Bytes)
    {
        public double Stages => (Timings.Decode + Timings.Preprocess + Timings.Inference).TotalMilliseconds;
    }
}
