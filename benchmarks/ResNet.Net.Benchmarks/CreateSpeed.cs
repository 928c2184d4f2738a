using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures loading with and without the stored optimized graph: <c>create-speed [ROUNDS]</c> builds the synthetic models of three
/// variants and starts a process for each measurement. Then it measures the effect of additional outputs and of a fixed batch dimension.
/// </summary>
internal static class CreateSpeed
{
    public const string Command = "create-speed", ChildCommand = "create-speed-child";

    // What the model returns.
    private const string Scores = "scores", Features = "features", Maps = "maps";

    private static readonly string[] Variants = ["resnet50-v1-7", "resnet50-v1-12", "resnet152-v1-7"];

    public static void Run(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-create-").FullName;
        try
        {
            foreach (string id in Variants.Where(ZooModels.Ids.Contains))
            {
                string path = Path.Combine(folder, $"{id}.onnx");
                ZooModels.Build(id).Save(path);
                Console.WriteLine($"{id}, {new FileInfo(path).Length} bytes");
                Print("  read", Repeat(rounds, () => Time(() => File.ReadAllBytes(path))));
                Print("  SHA-256", Repeat(rounds, () => Time(() => SHA256.HashData(File.ReadAllBytes(path)))));
                MeasureStartups("  create without stored graph", rounds, path, folder, "off");
                MeasureStartups("  create and store the graph", rounds, path, folder, "store");
                MeasureStartups("  create with stored graph", rounds, path, folder, "warm");
            }

            string resnet50 = Path.Combine(folder, "resnet50-v1-7.onnx");
            string fixedBatch = Path.Combine(folder, "fixed.onnx");
            OnnxModel model = OnnxModel.Load(resnet50);
            model.Graph.FeedInputs.First().Shape = [1, 3, 224, 224];
            model.Graph.Outputs[0].Shape = [1, 1000];
            model.Save(fixedBatch);
            string replaceable = Path.Combine(folder, "replaceable.onnx");
            model = OnnxModel.Load(resnet50);
            model.IrVersion = 4;
            model.Save(replaceable);
            Console.WriteLine("runs of resnet50-v1-7");
            MeasureStartups("  scores only", rounds, resnet50, folder, "off");
            MeasureStartups("  features only", rounds, resnet50, folder, "off", Features);
            MeasureStartups("  with activation maps", rounds, resnet50, folder, "off", Maps);
            MeasureStartups("  batch dimension fixed to 1", rounds, fixedBatch, folder, "off");
            MeasureStartups("  IR version 4, weights among the inputs", rounds, replaceable, folder, "off");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Loads a model, processes an image, and prints the milliseconds of loading, of the first run and of the best run, and the peak memory
    /// in MiB.
    /// </summary>
    public static void RunChild(string path, string storeFolder, string mode, string outputs)
    {
        ModelStore store = new(new ModelStoreOptions { RootFolder = storeFolder, LocalFolders = [], Offline = true });
        ModelDefinition definition = new(path) { Profile = PreprocessingProfile.Mxnet };
        byte[] pixels = DrawnImage.Rgb(256, 256);
        double create;
        double[] runs;
        long start = Stopwatch.GetTimestamp();
        if (outputs == Features)
        {
            ResNetEmbedderOptions options = new() { Store = store, CacheOptimizedModel = mode != "off" };
            using ResNetEmbedder embedder = ResNetEmbedder.Create(definition, options);
            create = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            float[] embedding = new float[embedder.Dimension];
            runs = Repeat(20, () => Time(() => embedder.Embed(new PixelView(pixels, 256, 256), embedding)));
        }
        else
        {
            ResNetClassifierOptions options = new()
            {
                Store = store,
                CacheOptimizedModel = mode != "off",
                ActivationMaps = outputs == Maps,
            };
            using ResNetClassifier classifier = ResNetClassifier.Create(definition, options);
            create = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Prediction[] best = new Prediction[1];
            runs = Repeat(20, () => Time(() => classifier.Classify(new PixelView(pixels, 256, 256), best)));
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{create:F1} {runs[0]:F1} {runs.Min():F1} {Process.GetCurrentProcess().PeakWorkingSet64 >> 20}"));
    }

    private static void MeasureStartups(
        string name, int rounds, string path, string folder, string mode, string outputs = Scores)
    {
        string storeFolder = Path.Combine(folder, "store");
        if (mode == "warm")
        {
            _ = Start(path, storeFolder, mode, outputs);
        }

        double[][] figures = new double[rounds][];
        for (int round = 0; round < rounds; round++)
        {
            if (mode == "store" && Directory.Exists(storeFolder))
            {
                Directory.Delete(storeFolder, recursive: true);
            }

            figures[round] = Start(path, storeFolder, mode, outputs);
        }

        double Median(int column) => figures.Select(f => f[column]).Order().ElementAt(rounds / 2);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: create {Median(0):F0} ms ({figures.Min(f => f[0]):F0} to {figures.Max(f => f[0]):F0}), first run "
                    + $"{Median(1):F0} ms, best run {figures.Min(f => f[2]):F1} ms, peak {Median(3):F0} MiB"));
    }

    private static double[] Start(string path, string storeFolder, string mode, string outputs)
    {
        string program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] arguments = [.. host, ChildCommand, path, storeFolder, mode, outputs];
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? [.. line.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"The child process exited with code {process.ExitCode}.");
    }

    private static void Print(string name, double[] times)
        => Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {times.Order().ElementAt(times.Length / 2):F0} ms ({times.Min():F0} to {times.Max():F0})"));

    private static double[] Repeat(int rounds, Func<double> measure) => [.. Enumerable.Range(0, rounds).Select(_ => measure())];

    private static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
