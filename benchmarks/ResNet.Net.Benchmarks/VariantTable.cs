using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the synthetic model of every file of the zoo: <c>variants [--save FOLDER]</c> classifies with each in a separate process.
/// Memory is the peak of the process; the time is the median of single runs, the throughput that of <c>ClassifyManyAsync</c>.
/// </summary>
internal static class VariantTable
{
    public const string Command = "variants";
    public const string RowCommand = "variant-row";

    private const int Runs = 21;
    private const int Images = 40;
    private const int Rates = 3;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static async Task RunAsync(string? save)
    {
        StringBuilder table = new();
        Append(
            table,
            "| variant | MB | size difference, bytes | ms per image | images/s | peak MB |\n|---|---|---|---|---|---|\n");
        foreach (string id in ZooModels.Ids)
        {
            string root = Directory.CreateTempSubdirectory("resnet-net-variants-").FullName;
            try
            {
                ResNetVariant variant = await ImportSyntheticModelAsync(id, root);
                Append(table, await RowOfAsync(variant, root));
            }
            finally
            {
                Directory.Delete(root, recursive: true);
            }
        }

        if (save is not null)
        {
            ResultsFolder.Write(save, "variants", $"-- {Command}", table.ToString());
        }

        static void Append(StringBuilder table, string text)
        {
            table.Append(text);
            Console.Write(text);
        }
    }

    /// <summary>Classifies and prints one row; runs in a separate process.</summary>
    public static async Task PrintRowAsync(string id, string root, long bytes, string sha256)
    {
        ResNetVariant variant = ResNetVariant.Parse(id).WithFile(bytes, sha256);
        ResNetClassifierOptions options = new() { Store = new ModelStore(Options(variant, root)) };
        using ResNetClassifier classifier = ResNetClassifier.Create(variant, options);
        const int Side = 256;
        byte[] pixels = DrawnImage.Rgb(Side, Side);
        double single = Median(
            () => classifier.Classify(new PixelView(pixels, Side, Side, PixelFormat.Rgb24)).Timings.Inference.TotalMilliseconds);
        InputImage image = InputImage.FromPixels(pixels, Side, Side, PixelFormat.Rgb24);
        List<double> rates = [];
        for (int round = 0; round <= Rates; round++)
        {
            long start = Stopwatch.GetTimestamp();
            int count = await classifier.ClassifyManyAsync(Enumerable.Repeat(image, Images)).CountAsync(o => o.Value.Predictions.Count > 0);
            rates.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        // The first round includes the second session's startup.
        double rate = Rounds.Median(rates.Skip(1));
        double peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        Console.WriteLine(string.Create(
            Culture,
            $"| `{id}` | {bytes / 1e6:F1} | {bytes - ResNetVariant.Parse(id).Bytes} "
                + $"| {single:F1} | {rate:F1} | {peak:F0} |"));
    }

    /// <summary>Builds a synthetic model and imports it into a store.</summary>
    public static async Task<ResNetVariant> ImportSyntheticModelAsync(string id, string root)
    {
        string file = Path.Combine(root, $"{id}.onnx");
        ZooModels.Build(id).Save(file);
        ResNetVariant variant = ResNetVariant.Parse(id);
        await using (FileStream stream = File.OpenRead(file))
        {
            variant = variant.WithFile(stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)));
        }

        await new ModelStore(Options(variant, root)).ImportAsync(file);
        File.Delete(file);
        return variant;
    }

    public static ModelStoreOptions Options(ResNetVariant variant, string root)
        => new() { RootFolder = root, LocalFolders = [], Sources = [], Offline = true, Catalog = [variant] };

    private static async Task<string> RowOfAsync(ResNetVariant variant, string root)
    {
        string[] arguments =
            [Environment.GetCommandLineArgs()[0], RowCommand, variant.Id, root, variant.Bytes!.Value.ToString(Culture), variant.Files[0].Sha256!];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"The process for {variant.Id} exited with code {process.ExitCode}.");
    }

    private static double Median(Func<double> run) => Rounds.Median(Enumerable.Range(0, Runs).Select(_ => run()));
}
