using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures images per second from JPEG files to labels by callers, threads of a run, batch size and decoding threads, and the default
/// methods beside them: <c>throughput-sweep [PHOTOS.zip] [--save FOLDER]</c>. The settings alternate within each round, so that other load
/// affects all of them. Figures are medians.
/// </summary>
internal static class ThroughputSweep
{
    public const string Command = "throughput-sweep";

    private const int Rounds = 5;

    private static readonly (string Name, string Case, int Images)[] Models =
    [
        ("ResNet-50 int8", "resnet50-v1-12 zoo-int8", 60),
        ("ResNet-18 int8", "resnet18-v1-7 qoperator", 120),
        ("resnet20-cifar10", "resnet20-cifar10 float", 400),
    ];

    public static async Task RunAsync(string? zip, string? save)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-sweep-").FullName;
        StringBuilder table = new();
        Append("| model | method | callers | threads of a run | batch | decoding threads | images/s | of the best | of the loop |\n");
        Append("|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
        try
        {
            string[] photos = Photos(zip, folder);
            foreach ((string name, string form, int images) in Models)
            {
                string[] paths = [.. Enumerable.Range(0, images).Select(i => photos[i % photos.Length])];
                await MeasureAsync(name, QuantizedCase.Parse(form), paths, folder, Append);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (save is not null)
        {
            ResultsFolder.Write(save, Command, $"-- {Command}", table.ToString());
        }

        void Append(string text)
        {
            table.Append(text);
            Console.Write(text);
        }
    }

    private static async Task MeasureAsync(
        string name, QuantizedCase model, string[] paths, string folder, Action<string> append)
    {
        string file = Path.Combine(folder, $"{model}.onnx");
        model.Build().Save(file);
        PreprocessingProfile profile = model.Model.EndsWith("cifar10", StringComparison.Ordinal)
            ? PreprocessingProfile.Cifar10
            : PreprocessingProfile.Mxnet;
        List<ResNetClassifier> classifiers = [];
        ResNetClassifier Create(ResNetClassifierOptions options)
        {
            classifiers.Add(ResNetClassifier.Create(
                new ModelDefinition(file) { Profile = profile }, options with { CacheOptimizedModel = false }));
            return classifiers[^1];
        }

        ResNetClassifier defaults = Create(new ResNetClassifierOptions());
        List<(string Text, Func<Task> Run)> settings =
        [
            ("`foreach` with `Classify`, defaults | | | | |", () => Task.Run(() => Array.ForEach(paths, p => defaults.Classify(p)))),
            ("`ClassifyManyAsync`, defaults | | | | |", () => defaults.ClassifyManyAsync(paths).CountAsync().AsTask()),
            ("`ClassifyBatch`, defaults | | | | |", () => Task.Run(() => defaults.ClassifyBatch(paths))),
        ];
        int cores = Environment.ProcessorCount;
        foreach ((int threads, bool spin) in ((int, bool)[])[(1, false), (cores, false), (cores, true)])
        {
            foreach ((int callers, int batch) in ((int, int)[])[(1, 1), (cores, 1), (2 * cores, 1), (1, 8), (cores, 8)])
            {
                ResNetClassifier classifier = Create(new ResNetClassifierOptions
                {
                    ExecutionMode = ExecutionMode.Latency,
                    Threads = threads,
                    AllowSpinning = spin,
                    BatchSize = batch,
                });
                string decoding = batch == 1 ? $"{callers}" : $"{callers} to {cores}";
                settings.Add((
                    $"callers of one session | {callers} | {threads}{(spin ? ", spinning" : "")} | {batch} | {decoding} |",
                    () => Task.Run(() => Process(classifier, paths, callers, batch))));
            }
        }

        double[][] rates = [.. settings.Select(_ => new double[Rounds])];
        for (int round = -1; round < Rounds; round++)
        {
            for (int i = 0; i < settings.Count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await settings[i].Run();
                rates[i][Math.Max(round, 0)] = paths.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        double[] medians = [.. rates.Select(r => r.Order().ElementAt(Rounds / 2))];
        for (int i = 0; i < settings.Count; i++)
        {
            double ofLoop = rates[i].Zip(rates[0], (rate, loop) => rate / loop).Order().ElementAt(Rounds / 2);
            append(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {settings[i].Text} {medians[i]:F1} | {medians[i] / medians.Max():F2} | {ofLoop:F2} |\n"));
        }

        classifiers.ForEach(c => c.Dispose());
    }

    private static void Process(ResNetClassifier classifier, string[] paths, int callers, int batch)
    {
        int next = 0;
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
        {
            int start;
            while ((start = Interlocked.Add(ref next, batch) - batch) < paths.Length)
            {
                if (batch == 1)
                {
                    _ = classifier.Classify(paths[start]);
                }
                else
                {
                    _ = classifier.ClassifyBatch(new ArraySegment<string>(paths, start, Math.Min(batch, paths.Length - start)));
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private static string[] Photos(string? zip, string folder)
    {
        if (zip is not null)
        {
            ZipFile.ExtractToDirectory(zip, folder);
            return [.. Directory.GetFiles(folder, "*.JPEG", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        }

        string path = Path.Combine(folder, "drawn.jpg");
        File.WriteAllBytes(path, JpegFile.Encode(DrawnImage.Rgb(500, 375), 500, 375));
        return [path];
    }
}
