using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures the synthetic model of every variant: <c>variants [IDS] [--save FOLDER]</c> classifies with each in a separate process.
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

    public static async Task RunAsync(IReadOnlyList<string> ids, string? save)
    {
        StringBuilder table = new();
        Append(
            table,
            "| variant | MB | size difference, bytes | ms per image | images/s | peak MB |\n|---|---|---|---|---|---|\n");
        foreach (string id in ids.Count > 0 ? ids : [.. ZooModels.Ids, .. ResNetVariant.All.Where(v => v.IsImported).Select(v => v.Id)])
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
    /// <param name="id">The id of the variant.</param>
    /// <param name="root">The folder of the store.</param>
    /// <param name="facts">The size and the SHA-256 of each file of the synthetic model.</param>
    public static async Task PrintRowAsync(string id, string root, string[] facts)
    {
        ResNetVariant published = ResNetVariant.Parse(id);
        ResNetVariant variant = published with
        {
            Files =
            [
                .. published.Files.Zip(
                    facts.Chunk(2), (file, fact) => file with { Bytes = long.Parse(fact[0], Culture), Sha256 = fact[1] }),
            ],
        };
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
            $"| `{id}` | {variant.Bytes / 1e6:F1} | {variant.Bytes - published.Bytes} "
                + $"| {single:F1} | {rate:F1} | {peak:F0} |"));
    }

    /// <summary>Builds a synthetic model and imports it into a store.</summary>
    private static async Task<ResNetVariant> ImportSyntheticModelAsync(string id, string root)
    {
        ResNetVariant variant = ResNetVariant.Parse(id);
        string folder = Directory.CreateDirectory(Path.Combine(root, "new")).FullName;
        SaveSyntheticModel(variant, folder);
        variant = variant with
        {
            Files = [.. variant.Files.Select(f => f with { Bytes = BytesOf(folder, f), Sha256 = HashOf(folder, f) })],
        };
        ModelStore store = new(Options(variant, root));
        await store.ImportAsync(folder);
        await store.EnsureAsync(variant); // the measured process opens a model that is imported already
        Directory.Delete(folder, recursive: true);
        return variant;
    }

    private static void SaveSyntheticModel(ResNetVariant variant, string folder)
    {
        string path = Path.Combine(folder, variant.Files[0].Name);
        if (!variant.IsImported)
        {
            ZooModels.Build(variant.Id).Save(path);
            return;
        }

        (Caffe2Net init, Caffe2Net predict)
            = variant.Precision == ModelPrecision.Fp32 ? Caffe2Models.BuildFloat() : Caffe2Models.BuildQuantized();
        init.Save(path);
        predict.Save(Path.Combine(folder, variant.Files[1].Name));
    }

    private static long BytesOf(string folder, VariantFile file) => new FileInfo(Path.Combine(folder, file.Name)).Length;

    private static string HashOf(string folder, VariantFile file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(folder, file.Name));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static ModelStoreOptions Options(ResNetVariant variant, string root)
        => new() { RootFolder = root, LocalFolders = [], Sources = [], Offline = true, Catalog = [variant] };

    private static async Task<string> RowOfAsync(ResNetVariant variant, string root)
    {
        string[] arguments =
        [
            Environment.GetCommandLineArgs()[0],
            RowCommand,
            variant.Id,
            root,
            .. variant.Files.SelectMany(f => new[] { f.Bytes!.Value.ToString(Culture), f.Sha256! }),
        ];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"The process for {variant.Id} exited with code {process.ExitCode}.");
    }

    private static double Median(Func<double> run) => Rounds.Median(Enumerable.Range(0, Runs).Select(_ => run()));
}
