using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Orleans;

namespace ResNet.Net.Benchmarks.Clustering;

/// <summary>Measures what a database can do with prepared rows: the constants of estimates for large clusters.</summary>
/// <param name="RowsPerSecond">Rows per second by the number of concurrent writers.</param>
/// <param name="LeasesPerSecond">Leases per second of four concurrent workers.</param>
/// <param name="RenewalsPerSecond">Renewals per second of four concurrent workers.</param>
/// <param name="Rows">The number of rows that were written.</param>
internal sealed record StoreConstants(
    IReadOnlyDictionary<int, double> RowsPerSecond, double LeasesPerSecond, double RenewalsPerSecond, long Rows)
{
    public const int Concurrent = 4;
    public const int ShardSize = 1000;

    private const int Shards = 60, SmallShards = 2000;
    private static readonly int[] Writers = [1, 2, Concurrent];

    public static async Task<StoreConstants> MeasureAsync(JobStore store, JobModel model)
    {
        Dictionary<int, double> rates = [];
        foreach (int writers in Writers)
        {
            await CreateAsync(store, model, Shards * ShardSize, ShardSize);
            double seconds = await TimeAsync(writers, async () =>
            {
                while (await store.LeaseShardAsync("constants") is ShardLease lease)
                {
                    ImageResult[] rows = [.. lease.Images.Select(i => Row(i, model.Labels))];
                    if (await store.CompleteShardAsync(lease, rows) != ShardCompletion.Written)
                    {
                        throw new InvalidOperationException("A lease ran out while it was measured.");
                    }
                }
            });
            rates[writers] = Shards * ShardSize / seconds;
        }

        JobId small = await CreateAsync(store, model, SmallShards, 1);
        ShardLease[][] leases = new ShardLease[Concurrent][];
        int next = -1;
        double leasing = await TimeAsync(Concurrent, async () =>
        {
            List<ShardLease> own = [];
            int index = Interlocked.Increment(ref next);
            while (await store.LeaseShardAsync("constants") is ShardLease lease)
            {
                own.Add(lease);
            }

            leases[index] = [.. own];
        });
        next = -1;
        double renewing = await TimeAsync(Concurrent, async () =>
        {
            foreach (ShardLease lease in leases[Interlocked.Increment(ref next)])
            {
                await store.RenewLeaseAsync(lease);
            }
        });
        await store.CancelJobAsync(small);
        return new StoreConstants(rates, SmallShards / leasing, SmallShards / renewing, (long)Writers.Length * Shards * ShardSize);
    }

    /// <summary>Measures leases and the status of a job with a million open shards, which SQL makes of one.</summary>
    /// <returns>Leases per second of one worker, and the seconds of a status.</returns>
    public static async Task<(double LeasesPerSecond, double StatusSeconds)> MeasureManyShardsAsync(
        JobStore store, JobModel model, Func<string, Task> execute)
    {
        const int Leases = 1000;
        string job = (await CreateAsync(store, model, 1, 1)).ToString();
        string series = "generate_series(1, 1000000) i";
        await execute(
            "INSERT INTO resnet_shard_names (job, shard, names) "
            + $"SELECT job, i, names FROM resnet_shard_names, {series} WHERE job = {job}");
        await execute($"INSERT INTO resnet_shards (job, shard, first_image, image_count) SELECT {job}, i, i, 1 FROM {series}");
        await execute("ANALYZE");
        double seconds = await TimeAsync(1, async () =>
        {
            for (int i = 0; i < Leases; i++)
            {
                _ = await store.LeaseShardAsync("constants") ?? throw new InvalidOperationException("There is no open shard.");
            }
        });
        long start = Stopwatch.GetTimestamp();
        await store.GetStatusAsync(JobId.Parse(job, CultureInfo.InvariantCulture));
        return (Leases / seconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task<double> TimeAsync(int count, Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(work)));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<JobId> CreateAsync(JobStore store, JobModel model, int images, int shardSize)
        => (await store.CreateJobAsync(
            new JobRequest
            {
                Source = new ImageSourceDescription(ImageSourceDescription.Folder, "/images"),
                Model = model,
                Options = new JobOptions { ShardSize = shardSize, TopK = ClusterBenchmark.TopK, LeaseTime = TimeSpan.FromHours(1) },
            },
            Enumerable.Range(0, images).Select(i => $"2026/11/{i / 1000:D6}/photo-{i:D9}.jpg").ToAsyncEnumerable())).Id;

    private static ImageResult Row(ShardImage image, LabelSet labels) => new()
    {
        Index = image.Index,
        Name = image.Name,
        Sha256 = image.Index.ToString("x64", CultureInfo.InvariantCulture),
        Predictions =
        [
            .. Enumerable.Range(0, ClusterBenchmark.TopK)
                .Select(k => new Prediction(k, labels.GetSynsetId(k), labels[k], 0.8123457f / (k + 1))),
        ],
        Timings = new StageTimings(
            TimeSpan.FromMilliseconds(3.217), TimeSpan.FromMilliseconds(0.618), TimeSpan.FromMilliseconds(21.53)),
    };
}
