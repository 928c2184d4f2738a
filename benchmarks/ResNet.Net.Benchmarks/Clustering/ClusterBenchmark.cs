using System.Diagnostics;
using System.Globalization;
using System.Text;
using ResNet.Net.Orleans;
using ResNet.Net.Orleans.Tests;

namespace ResNet.Net.Benchmarks.Clustering;

/// <summary>
/// Measures what a cluster costs over a plain loop of <c>ClassifyManyAsync</c>, and the constants of the databases:
/// <c>cluster [--images N] [--workers N] [--shard-size N] [--save FOLDER]</c>. In every round, the same processes classify the same
/// images with the loop, and as workers on each database. The images are as small as images get, so that every other cost shows.
/// </summary>
internal sealed class ClusterBenchmark : IDisposable
{
    public const string Command = "cluster";
    public const string ImagesOption = "--images";
    public const string WorkersOption = "--workers";
    public const string ShardSizeOption = "--shard-size";
    public const int TopK = 5;

    private const int RoundCount = 5, Side = 32, TilesPerSide = 16;
    private const string LoopName = "loop";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private readonly string _folder = Directory.CreateTempSubdirectory("resnet-net-cluster-").FullName;
    private readonly List<ClusterProcess> _processes = [];
    private readonly Dictionary<string, List<Sample>> _samples = [];
    private readonly StringBuilder _report = new();
    private readonly int _images;
    private readonly int _shardSize;
    private readonly JobModel _model;

    private ClusterBenchmark(int images, int workers, int shardSize)
    {
        _images = images;
        _shardSize = shardSize;
        for (int i = 0; i < workers; i++)
        {
            _processes.Add(new ClusterProcess());
        }

        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        _model = JobModel.Of(classifier);
    }

    private string ListPath => Path.Combine(_folder, "list.txt");

    public static async Task RunAsync(string[] arguments, string? save)
    {
        int images = Number(ImagesOption, 100_000), workers = Number(WorkersOption, 2), shardSize = Number(ShardSizeOption, 1000);
        using ClusterBenchmark benchmark = new(images / RoundCount, workers, shardSize);
        await using PostgresProcess? postgres = PostgresProcess.IsInstalled ? PostgresProcess.OnFreePort() : null;
        if (postgres is not null)
        {
            await postgres.CreateAsync();
        }

        await benchmark.MeasureAsync(postgres);
        if (save is not null)
        {
            string options = string.Create(
                Culture, $"-- {Command} {ImagesOption} {images} {WorkersOption} {workers} {ShardSizeOption} {shardSize}");
            ResultsFolder.Write(save, Command, options, benchmark._report.ToString());
        }

        int Number(string option, int otherwise)
        {
            int index = Array.IndexOf(arguments, option);
            return index < 0 ? otherwise : int.Parse(arguments.ElementAtOrDefault(index + 1) ?? "", Culture);
        }
    }

    public void Dispose()
    {
        foreach (ClusterProcess process in _processes)
        {
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task MeasureAsync(PostgresProcess? postgres)
    {
        WriteImages();
        List<(string Name, string Location, int Workers, PostgresProcess? Server)> runs = [];
        foreach (int workers in ((int[])[1, _processes.Count]).Distinct())
        {
            runs.Add(("SQLite", Path.Combine(_folder, "jobs.db"), workers, null));
            if (postgres is not null)
            {
                runs.Add(("PostgreSQL", postgres.ConnectionString("jobs"), workers, postgres));
            }
        }

        if (postgres is not null)
        {
            await postgres.CreateDatabaseAsync("jobs");
            await postgres.CreateDatabaseAsync("constants");
        }

        // The first round is for the runtime, which optimizes the code, and is not recorded.
        for (int round = -1; round < RoundCount; round++)
        {
            Add(LoopName, await LoopAsync(), round);
            foreach ((string name, string location, int workers, PostgresProcess? server) in runs)
            {
                Add($"{name}, {workers.ToString(Culture)}", await WorkAsync(location, workers, server), round);
            }
        }

        ReportRuns();
        await ReportConstantsAsync(postgres);
    }

    private void WriteImages()
    {
        int width = Side * TilesPerSide;
        byte[] drawing = DrawnImage.Rgb(width, width);
        string[] paths = new string[TilesPerSide * TilesPerSide];
        for (int i = 0; i < paths.Length; i++)
        {
            byte[] tile = new byte[Side * Side * 3];
            int left = i % TilesPerSide * Side, top = i / TilesPerSide * Side;
            for (int y = 0; y < Side; y++)
            {
                drawing.AsSpan((((top + y) * width) + left) * 3, Side * 3).CopyTo(tile.AsSpan(y * Side * 3));
            }

            paths[i] = Path.Combine(_folder, $"{i.ToString(Culture)}.jpg");
            File.WriteAllBytes(paths[i], JpegFile.Encode(tile, Side, Side));
        }

        File.WriteAllLines(ListPath, Enumerable.Range(0, _images).Select(i => paths[i % paths.Length]));
    }

    private async Task<Sample> LoopAsync()
    {
        long start = Stopwatch.GetTimestamp();
        (long images, double processor) = await _processes[0].RunAsync(ClusterChild.Loop, ListPath);
        return SampleOf(images, processor, Stopwatch.GetElapsedTime(start), 0);
    }

    private async Task<Sample> WorkAsync(string location, int workers, PostgresProcess? server)
    {
        await using (JobStore store = await JobStore.OpenAsync(location))
        {
            JobRequest request = new()
            {
                Source = new ImageSourceDescription(ImageSourceDescription.List, ListPath),
                Model = _model,
                Options = new JobOptions { TopK = TopK, ShardSize = _shardSize },
            };
            await store.CreateJobAsync(request, File.ReadLines(ListPath).ToAsyncEnumerable());
        }

        double before = server is null ? 0 : ServerTime.SecondsOf(server.Id);
        long start = Stopwatch.GetTimestamp();
        (long Images, double Processor)[] results
            = await Task.WhenAll(_processes.Take(workers).Select(p => p.RunAsync(ClusterChild.Work, location)));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        double database = server is null ? 0 : ServerTime.SecondsOf(server.Id) - before;
        return SampleOf(results.Sum(r => r.Images), results.Sum(r => r.Processor), time, database);
    }

    private Sample SampleOf(long images, double processor, TimeSpan time, double database)
        => images == _images
            ? new Sample(images / time.TotalSeconds, processor * 1e6 / images, database * 1e6 / images)
            : throw new InvalidOperationException($"{images} of {_images} images were classified.");

    private void Add(string name, Sample sample, int round)
    {
        Console.WriteLine(string.Create(
            Culture, $"{name}: {sample.Rate:F0} images/s, {sample.Processor:F1} + {sample.Database:F1} µs of processors per image"));
        if (round >= 0)
        {
            if (!_samples.TryGetValue(name, out List<Sample>? samples))
            {
                _samples[name] = samples = [];
            }

            samples.Add(sample);
        }
    }

    private void ReportRuns()
    {
        _report.Append(
            Culture,
            $"Embedded model in throughput mode, JPEG files of {Side}x{Side}, shards of {_shardSize}.\n"
                + $"{RoundCount} rounds of {_images} images, in which all runs take turns. Ratios are medians of the ratios within "
                + $"a round.\nTimes are processor time per image.\n\n");
        _report.Append(
            "| run | images/s | of the loop | worker, µs | of the loop | database server, µs |\n|---|---:|---:|---:|---:|---:|\n");
        List<Sample> loop = _samples[LoopName];
        foreach ((string name, List<Sample> samples) in _samples)
        {
            string run = name == LoopName ? "`ClassifyManyAsync` in a loop" : $"{name} worker(s)";
            double rate = Median(samples.Select(s => s.Rate)), processor = Median(samples.Select(s => s.Processor));
            double rates = Median(samples.Zip(loop, (s, l) => s.Rate / l.Rate));
            double costs = Median(samples.Zip(loop, (s, l) => s.Processor / l.Processor));
            _report.Append(
                Culture,
                $"| {run} | {rate:F0} | {rates:F3} | {processor:F1} | {costs:F3} | {Median(samples.Select(s => s.Database)):F1} |\n");
        }
    }

    private async Task ReportConstantsAsync(PostgresProcess? postgres)
    {
        string path = Path.Combine(_folder, "constants.db");
        List<(string Name, StoreConstants Constants, double Bytes)> databases = [];
        StoreConstants sqlite = await MeasureAsync(path);
        databases.Add(("SQLite", sqlite, new FileInfo(path).Length / (double)sqlite.Rows));
        if (postgres is not null)
        {
            StoreConstants constants = await MeasureAsync(postgres.ConnectionString("constants"));
            long bytes = await postgres.QueryAsync("constants", "SELECT pg_total_relation_size('resnet_results')");
            databases.Add(("PostgreSQL", constants, bytes / (double)constants.Rows));
        }

        _report.Append(
            "\n## Databases on this machine, with prepared rows\n\n"
            + "| database | rows/s, 1 writer | 2 writers | 4 writers | leases/s | renewals/s | bytes per row |\n"
            + "|---|---:|---:|---:|---:|---:|---:|\n");
        foreach ((string name, StoreConstants c, double bytes) in databases)
        {
            _report.Append(
                Culture,
                $"| {name} | {c.RowsPerSecond[1]:F0} | {c.RowsPerSecond[2]:F0} | {c.RowsPerSecond[StoreConstants.Concurrent]:F0} "
                    + $"| {c.LeasesPerSecond:F0} | {c.RenewalsPerSecond:F0} | {bytes:F0} |\n");
        }

        if (postgres is not null)
        {
            await using JobStore store = await JobStore.OpenAsync(postgres.ConnectionString("constants"));
            (double leases, double status) = await StoreConstants.MeasureManyShardsAsync(
                store, _model, sql => postgres.ExecuteAsync("constants", sql));
            _report.Append(
                Culture,
                $"\nPostgreSQL, a job of a million open shards: {leases:F0} leases/s of one worker, {status:F2} s for its status.\n");
            Extrapolate(databases[^1].Constants, databases[^1].Bytes);
        }

        Console.WriteLine(_report);
    }

    private async Task<StoreConstants> MeasureAsync(string location)
    {
        await using JobStore store = await JobStore.OpenAsync(location);
        return await StoreConstants.MeasureAsync(store, _model);
    }

    /// <summary>Arithmetic with the measured constants, not a measurement.</summary>
    private void Extrapolate(StoreConstants constants, double bytes)
    {
        const double Machines = 100, Images = 1e9, HeldShards = 2, RenewalsPerMinute = 3;
        double rate = Median(_samples[LoopName].Select(s => s.Rate));
        double rows = Machines * rate, capacity = constants.RowsPerSecond.Values.Max();
        double shards = rows / StoreConstants.ShardSize, renewals = Machines * HeldShards * RenewalsPerMinute / 60;
        _report.Append(
            Culture,
            $"""

            ## {Machines:F0} machines and a billion images: arithmetic

            From the figures above: machines like this one with the embedded model, and PostgreSQL on one more.

            | | |
            |---|---:|
            | images/s of {Machines:F0} machines | {rows:F0} |
            | hours for a billion images, if the database keeps up | {Images / rows / 3600:F1} |
            | rows/s, of what the database can write | {rows / capacity:P0} |
            | leases/s, of what the database can grant | {shards / constants.LeasesPerSecond:P2} |
            | renewals/s, {HeldShards:F0} shards per machine, of what it can do | {renewals / constants.RenewalsPerSecond:P2} |
            | machines of this speed at which the database is the limit | {capacity / rate:F0} |
            | images/s per machine up to which {Machines:F0} machines are not limited by it | {capacity / Machines:F0} |
            | GB of a billion rows with their index | {Images * bytes / 1e9:F0} |

            """);
    }

    private static double Median(IEnumerable<double> values) => Rounds.Median(values);

    /// <param name="Rate">Images per second.</param>
    /// <param name="Processor">Microseconds of processors per image in the workers.</param>
    /// <param name="Database">Microseconds of processors per image in the server of the database.</param>
    private sealed record Sample(double Rate, double Processor, double Database);
}
