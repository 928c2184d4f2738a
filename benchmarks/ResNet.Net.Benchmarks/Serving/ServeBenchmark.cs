using System.Globalization;
using System.Text;

namespace ResNet.Net.Benchmarks.Serving;

/// <summary>
/// Measures the server on the loopback interface, with the library in the same process before and after each request kind:
/// <c>serve [--quick] [--only TEXT] [--save FOLDER]</c>. TEXT is part of a model's name and a request's name, as in the tables.
/// </summary>
internal static class ServeBenchmark
{
    public const string Command = "serve";
    public const string QuickOption = "--quick";
    public const string OnlyOption = "--only";

    private const string Details = "serve-concurrency";
    private const int SmallSide = 224, LargeWidth = 4000, LargeHeight = 3000;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private static readonly int[] Callers = [1, 2, 8, 16, 64];
    private static readonly int[] LargeCallers = [1, 2, 16];

    // At this number of callers, the queue is never empty, even with a model that takes less than a millisecond.
    private const int Saturating = 16;

    // So many requests give a 99th percentile.
    private const int LeastAtHalf = 300;

    private static readonly (string Name, QuantizedCase? Case, string Variant)[] Models =
    [
        ("ResNet-50 int8", new QuantizedCase("resnet50-v1-12", "zoo-int8"), "resnet50-v1-12-int8"),
        ("ResNet-18", new QuantizedCase("resnet18-v1-7", "float"), "resnet18-v1-7"),
        ("embedded model", null, ResNetVariant.Cifar10ResNet20.Id),
    ];

    public static async Task RunAsync(bool isQuick, string? only, string? save)
    {
        string folder = Directory.CreateTempSubdirectory("resnet-net-serve-").FullName;
        Tables tables = new();
        try
        {
            string small = Draw(Path.Combine(folder, "small.jpg"), SmallSide, SmallSide);
            string large = Draw(Path.Combine(folder, "large.jpg"), LargeWidth, LargeHeight);
            double seconds = isQuick ? 0.5 : 1;
            foreach ((string name, QuantizedCase? model, string variantId) in Models)
            {
                string path = model is null ? "" : Path.Combine(folder, $"{variantId}.onnx");
                model?.Build().Save(path);
                PreprocessingProfile profile = ResNetVariant.Parse(variantId).Profile;
                using ServeProcess server = await ServeProcess.StartAsync(variantId, path);
                using ServeRequests requests = new(server);
                await requests.UntilReadyAsync();
                string tensor = ServeRequests.WriteTensor(small, profile);
                Subject subject = new(name, server, requests, profile, seconds, tables);
                List<(string Image, string Kind, string File, int[] Callers)> rows =
                [
                    ("tensor", ServeRequests.Tensor, tensor, Callers),
                    ("tensor", ServeRequests.GrpcTensor, tensor, Callers),
                    ("224x224", ServeRequests.Infer, small, Callers),
                    ("224x224", ServeRequests.Classify, small, Callers),
                    ("224x224", ServeRequests.Grpc, small, Callers),
                ];
                if (name == Models[0].Name)
                {
                    rows.Add(("4000x3000", ServeRequests.Infer, large, LargeCallers));
                    rows.Add(("4000x3000", ServeRequests.Grpc, large, LargeCallers));
                }

                foreach ((string image, string kind, string file, int[] callers) in rows)
                {
                    if (only is null || $"{name} {image} {kind}".Contains(only, StringComparison.Ordinal))
                    {
                        await subject.MeasureAsync(image, kind, file, callers);
                    }
                }
            }

            Console.WriteLine(tables.Summary);
            if (save is not null)
            {
                ResultsFolder.Write(save, Command, $"-- {Command}", tables.Summary);
                ResultsFolder.Write(save, Details, $"-- {Command}", tables.Concurrency);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Draw(string path, int width, int height)
    {
        File.WriteAllBytes(path, JpegFile.Encode(DrawnImage.Rgb(width, height), width, height));
        return path;
    }

    /// <summary>Measures the requests to one server.</summary>
    private sealed class Subject(
        string model, ServeProcess server, ServeRequests requests, PreprocessingProfile profile, double seconds, Tables tables)
    {
        public async Task MeasureAsync(string image, string kind, string file, int[] callers)
        {
            Func<Task> send = await requests.CreateAsync(kind, file, profile);
            // Until the runtime has optimized the code of this request.
            _ = await ServeLoad.ClosedAsync(server, send, Saturating, seconds);
            (double Rate, double Cores) before = await server.LibraryAsync(file, seconds);
            Dictionary<int, LoadResult> results = [];
            foreach (int count in callers)
            {
                results[count] = await ServeLoad.ClosedAsync(server, send, count, seconds);
            }

            (double Rate, double Cores) after = await server.LibraryAsync(file, seconds);
            Func<Task> read = await requests.CreateAsync(kind, file, profile, isTransport: true);
            _ = await ServeLoad.ClosedAsync(server, read, Saturating, seconds / 2);
            LoadResult transport = await ServeLoad.ClosedAsync(server, read, Saturating, seconds);
            double rate = results[Saturating].Rate / 2;
            LoadResult half = await ServeLoad.OpenAsync(server, send, rate, Math.Clamp(LeastAtHalf / rate, 3 * seconds, 8 * seconds));
            Floor floor = new((before.Rate + after.Rate) / 2, (before.Rate + after.Rate) / (before.Cores + after.Cores));
            tables.Add(model, image, kind, floor, results, transport, half);
        }
    }

    /// <summary>Represents the library alone: images per second, and per processor second.</summary>
    private sealed record Floor(double Rate, double PerProcessorSecond);

    private sealed class Tables
    {
        private const string Columns
            = "| model | image | request | callers | requests/s | of the library | per processor second, of the library "
            + "| client, cores | p50 ms | p95 ms | p99 ms | failed |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";

        private readonly StringBuilder _saturated = new(
            "| model | image | request | library, images/s | transport alone, requests/s | server, requests/s | of the library "
            + "| bound by the transport | per processor second, of the library | client, cores |\n"
            + "|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n");

        private readonly StringBuilder _half = new(
            "| model | image | request | requests/s | p50 ms | p95 ms | p99 ms | p99 / p50 | failed |\n"
            + "|---|---|---|---:|---:|---:|---:|---:|---:|\n");

        private readonly StringBuilder _concurrency = new(Columns);

        public string Concurrency => _concurrency.ToString();

        public string Summary => $"## Saturated, {Saturating} callers\n\n{_saturated}\n## Half of that load\n\n{_half}";

        public void Add(
            string model,
            string image,
            string kind,
            Floor floor,
            Dictionary<int, LoadResult> results,
            LoadResult transport,
            LoadResult half)
        {
            LoadResult full = results[Saturating];
            foreach ((int callers, LoadResult r) in results)
            {
                string row = string.Create(
                    Culture,
                    $"| {model} | {image} | {kind} | {callers} | {r.Rate:F1} | {r.Rate / floor.Rate:F2} | {PerProcessor(r, floor):F2} "
                        + $"| {r.ClientCores:F2} | {r.P50:F1} | {r.P95:F1} | {r.P99:F1} | {r.Failures} |\n");
                _concurrency.Append(row);
                Console.Write(row);
            }

            _saturated.Append(
                Culture,
                $"| {model} | {image} | {kind} | {floor.Rate:F1} | {transport.Rate:F1} | {full.Rate:F1} | {full.Rate / floor.Rate:F2} "
                    + $"| {transport.Rate / (transport.Rate + floor.Rate):F2} | {PerProcessor(full, floor):F2} "
                    + $"| {full.ClientCores:F2} |\n");
            string line = string.Create(
                Culture,
                $"| {model} | {image} | {kind} | {half.Rate:F1} | {half.P50:F1} | {half.P95:F1} | {half.P99:F1} "
                    + $"| {half.P99 / half.P50:F1} | {half.Failures} |\n");
            _half.Append(line);
            Console.Write(line);
        }

        private static double PerProcessor(LoadResult result, Floor floor)
            => result.Rate / result.ServerCores / floor.PerProcessorSecond;
    }
}
