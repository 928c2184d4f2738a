using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures how throughput, time and memory depend on threads, callers, sessions, batch size, image size and model depth:
/// <c>scaling [--quick] [--save FOLDER]</c>. Every configuration is a process. The processes of a table take turns, so that other load
/// affects all of them.
/// </summary>
internal sealed class Scaling
{
    public const string Command = "scaling";
    public const string QuickOption = "--quick";

    private const string Fp32 = "resnet50-v1-12";
    private const string Int8 = "resnet50-v1-12-int8";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    // Multiply-adds in billions: He et al. 2015, table 1.
    private static readonly (string Model, double Work)[] Depths =
        [("resnet18-v1-7", 1.8), ("resnet34-v1-7", 3.6), ("resnet50-v1-7", 3.8), ("resnet101-v1-7", 7.6), ("resnet152-v1-7", 11.3)];

    private readonly bool _isQuick;
    private readonly string _folder;
    private readonly Dictionary<string, string> _models = [];
    private readonly StringBuilder _report = new();

    private Scaling(bool isQuick, string folder)
    {
        _isQuick = isQuick;
        _folder = folder;
    }

    private int RoundCount => _isQuick ? 2 : 5;

    private int Milliseconds => _isQuick ? 200 : 600;

    /// <summary>Gets 1, 2, 4 and so on up to the number of cores, and twice that number.</summary>
    private static int[] ThreadCounts
    {
        get
        {
            int cores = Environment.ProcessorCount;
            IEnumerable<int> powers = Enumerable.Range(0, 12).Select(power => 1 << power).Where(count => count < cores);
            return [.. powers, cores, 2 * cores];
        }
    }

    public static void Run(bool isQuick, string? save)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-scaling-").FullName;
        try
        {
            Scaling scaling = new(isQuick, folder);
            scaling.MeasureThreads();
            scaling.MeasureCallers();
            scaling.MeasureBatches();
            scaling.MeasureImageSizes();
            scaling.MeasureDepths();
            if (save is not null)
            {
                string summary = $"JPEG file in memory to label, {LatencyTable.FastestDecoder().GetType().Name}, synthetic models;\n"
                    + $"medians of {scaling.RoundCount} rounds of {scaling.Milliseconds} ms. MB is the resident memory of the process.\n"
                    + "Images have 500x375 pixels, unless a table says otherwise.\n";
                string arguments = $"-- {Command}{(isQuick ? $" {QuickOption}" : "")}";
                ResultsFolder.Write(save, Command, arguments, summary + scaling._report);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void MeasureThreads()
    {
        string image = Draw(500, 375);
        ScalingSetup Setup(string model, int threads) => new(model, Model(model), image, threads, 1, 1, 1);
        ScalingSample[] samples = Measure([.. ThreadCounts.SelectMany(n => (ScalingSetup[])[Setup(Fp32, n), Setup(Int8, n)])]);
        Start(
            "Threads of one run",
            "| threads | ResNet-50 fp32, images/s | ResNet-50 int8, images/s | ResNet-50 fp32, MB | ResNet-50 int8, MB |");
        AppendPairs(ThreadCounts, samples);
    }

    private void MeasureCallers()
    {
        string image = Draw(500, 375);
        ScalingSetup Setup(int callers, int sessions) => new(Int8, Model(Int8), image, 1, sessions, callers, 1);
        ScalingSample[] samples = Measure([.. ThreadCounts.SelectMany(n => (ScalingSetup[])[Setup(n, 1), Setup(n, n)])]);
        Start(
            "Concurrent callers, one thread per run",
            "| callers | one classifier, images/s | one classifier each, images/s | one classifier, MB | one classifier each, MB |");
        AppendPairs(ThreadCounts, samples);
    }

    private void MeasureBatches()
    {
        string image = Draw(500, 375);
        int[] batches = _isQuick ? [1, 8] : [1, 2, 4, 8, 16, 32];
        ScalingSetup Setup(string model, int batch) => new(model, Model(model), image, Environment.ProcessorCount, 1, 1, batch);
        ScalingSample[] samples = Measure([.. batches.SelectMany(n => (ScalingSetup[])[Setup(Fp32, n), Setup(Int8, n)])]);
        Start(
            "Images per call of `ClassifyBatch`",
            "| batch | ResNet-50 fp32, images/s | ResNet-50 int8, images/s | ResNet-50 fp32, MB | ResNet-50 int8, MB |");
        AppendPairs(batches, samples);
    }

    private void MeasureImageSizes()
    {
        double[] sizes = _isQuick ? [0.1, 2, 8] : [0.1, 0.5, 2, 8, 20, 50];
        (int Width, int Height)[] sides = [.. sizes.Select(size => (Width: 4 * (int)Math.Round(Math.Sqrt(size * 1e6 / 12)), 0))
            .Select(side => (side.Width, side.Width * 3 / 4))];
        ScalingSample[] samples = Measure(
        [
            .. sides.Select(side => new ScalingSetup(
                Int8, Model(Int8), Draw(side.Width, side.Height), Environment.ProcessorCount, 1, 1, 1)),
        ]);
        Start(
            "Image size",
            "| megapixels | decode, ms | preprocess, ms | decode, ms per megapixel | preprocess, ms per megapixel | MB |");
        for (int i = 0; i < sizes.Length; i++)
        {
            double megapixels = sides[i].Width * sides[i].Height / 1e6;
            (_, double decode, double preprocess, double memory) = samples[i];
            Append(string.Create(
                Culture,
                $"| {sizes[i]} | {decode:F2} | {preprocess:F2} | {decode / megapixels:F2} | {preprocess / megapixels:F2} | {memory:F0} |"));
        }
    }

    private void MeasureDepths()
    {
        string image = Draw(500, 375);
        (string Model, double Work)[] depths = _isQuick ? Depths[..3] : Depths;
        ScalingSample[] samples = Measure(
            [.. depths.Select(depth => new ScalingSetup(depth.Model, Model(depth.Model), image, Environment.ProcessorCount, 1, 1, 1))]);
        Start(
            "Model depth",
            "| model | billion multiply-adds | ms per image | ms per billion multiply-adds | MB |");
        foreach (((string model, double work), ScalingSample sample) in depths.Zip(samples))
        {
            double milliseconds = 1000 / sample.Throughput;
            string name = $"ResNet-{model["resnet".Length..model.IndexOf('-', StringComparison.Ordinal)]}";
            Append(string.Create(
                Culture, $"| {name} | {work:F1} | {milliseconds:F1} | {milliseconds / work:F2} | {sample.Memory:F0} |"));
        }
    }

    /// <summary>Starts all processes and runs them in turn.</summary>
    /// <returns>The medians of each process.</returns>
    private ScalingSample[] Measure(IReadOnlyList<ScalingSetup> setups)
    {
        List<Process> processes = [];
        try
        {
            processes.AddRange(setups.Select(Start));
            List<ScalingSample>[] samples = [.. setups.Select(_ => new List<ScalingSample>())];
            for (int round = -1; round < RoundCount; round++)
            {
                for (int i = 0; i < processes.Count; i++)
                {
                    ScalingSample sample = Measure(processes[i]);
                    if (round >= 0)
                    {
                        samples[i].Add(sample);
                    }
                }
            }

            return [.. samples.Select(ScalingSample.Median)];
        }
        finally
        {
            foreach (Process process in processes)
            {
                process.StandardInput.Close(); // ends the process
                process.WaitForExit();
                process.Dispose();
            }
        }
    }

    private ScalingSample Measure(Process process)
    {
        process.StandardInput.WriteLine(Milliseconds.ToString(Culture));
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine() is string line
            ? ScalingSample.Parse(line)
            : throw new InvalidOperationException("The child process ended early.");
    }

    private static Process Start(ScalingSetup setup)
    {
        string program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        ProcessStartInfo start = new(program, [.. host, .. setup.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private string Model(string id)
    {
        if (!_models.TryGetValue(id, out string? path))
        {
            path = Path.Combine(_folder, $"{id}.onnx");
            ZooModels.Build(id).Save(path);
            _models.Add(id, path);
        }

        return path;
    }

    /// <summary>Draws a JPEG file. Large images repeat a part of one megapixel, because drawing takes long.</summary>
    private string Draw(int width, int height)
    {
        string path = Path.Combine(_folder, $"{width}x{height}.jpg");
        if (!File.Exists(path))
        {
            (int tileWidth, int tileHeight) = (Math.Min(width, 1152), Math.Min(height, 864));
            byte[] tile = DrawnImage.Rgb(tileWidth, tileHeight);
            byte[] pixels = new byte[width * height * 3];
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = tile.AsSpan(y % tileHeight * tileWidth * 3, tileWidth * 3);
                for (int x = 0; x < width; x += tileWidth)
                {
                    row[..(Math.Min(tileWidth, width - x) * 3)].CopyTo(pixels.AsSpan(((y * width) + x) * 3));
                }
            }

            File.WriteAllBytes(path, JpegFile.Encode(pixels, width, height));
        }

        return path;
    }

    /// <summary>Appends one row per number; each has two samples, whose throughputs come first.</summary>
    private void AppendPairs(int[] numbers, ScalingSample[] samples)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            (ScalingSample first, ScalingSample second) = (samples[2 * i], samples[(2 * i) + 1]);
            Append(string.Create(
                Culture,
                $"| {numbers[i]} | {first.Throughput:F1} | {second.Throughput:F1} | {first.Memory:F0} | {second.Memory:F0} |"));
        }
    }

    private void Start(string title, string header)
    {
        Append($"\n## {title}\n\n{header}");
        Append($"|{string.Concat(Enumerable.Repeat("---:|", header.Count(c => c == '|') - 1))}");
    }

    private void Append(string line)
    {
        _report.Append(line).Append('\n');
        Console.WriteLine(line);
    }
}
