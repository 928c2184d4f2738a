using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures images per second from JPEG files to labels by callers, threads of a run, and batch size:
/// <c>throughput-sweep [PHOTOS.zip] [--save FOLDER]</c>. The settings alternate within each round, so that other load affects all of them.
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

    public static void Run(string? zip, string? save)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-sweep-").FullName;
        StringBuilder table = new();
        Append("| model | callers | threads per run | batch | spinning | images/s (median) | of the best |\n|---|---:|---:|---:|---|---:|---:|\n");
        try
        {
            string[] photos = Photos(zip, folder);
            foreach ((string name, string form, int images) in Models)
            {
                string[] paths = [.. Enumerable.Range(0, images).Select(i => photos[i % photos.Length])];
                Measure(name, QuantizedCase.Parse(form), paths, folder, Append);
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

    private static void Measure(string name, QuantizedCase model, string[] paths, string folder, Action<string> append)
    {
        string file = Path.Combine(folder, $"{model}.onnx");
        model.Build().Save(file);
        List<(string Text, ResNetClassifier Classifier, Action Run)> settings = [];
        int cores = Environment.ProcessorCount;
        foreach (int threads in ((int[])[1, cores]).Distinct())
        {
            foreach (bool spin in threads == 1 ? [false] : (bool[])[false, true])
            {
                foreach ((int callers, int batch) in ((int, int)[])[(1, 1), (cores, 1), (2 * cores, 1), (1, 8), (cores, 8)])
                {
                    ResNetClassifier classifier = ResNetClassifier.Create(
                        new ModelDefinition(file) { Profile = model.Model.EndsWith("cifar10", StringComparison.Ordinal) ? PreprocessingProfile.Cifar10 : PreprocessingProfile.Mxnet },
                        new ResNetClassifierOptions { Threads = threads, AllowSpinning = spin, BatchSize = batch, CacheOptimizedModel = false });
                    string text = $"| {name} | {callers} | {threads} | {batch} | {(spin ? "yes" : "no")} |";
                    settings.Add((text, classifier, () => Process(classifier, paths, callers, batch)));
                }
            }
        }

        double[][] rates = [.. settings.Select(_ => new double[Rounds])];
        for (int round = -1; round < Rounds; round++)
        {
            for (int i = 0; i < settings.Count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                settings[i].Run();
                rates[i][Math.Max(round, 0)] = paths.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        double[] medians = [.. rates.Select(r => r.Order().ElementAt(Rounds / 2))];
        for (int i = 0; i < settings.Count; i++)
        {
            append(string.Create(CultureInfo.InvariantCulture, $"{settings[i].Text} {medians[i]:F1} | {medians[i] / medians.Max():F2} |\n"));
            settings[i].Classifier.Dispose();
        }
    }

    private static void Process(ResNetClassifier classifier, string[] paths, int callers, int batch)
    {
        int next = 0;
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
        {
            while (true)
            {
                int start = Interlocked.Add(ref next, batch) - batch;
                if (start >= paths.Length)
                {
                    return;
                }

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
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }
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
