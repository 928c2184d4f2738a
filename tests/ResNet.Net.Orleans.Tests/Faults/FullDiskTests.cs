namespace ResNet.Net.Orleans.Tests;

/// <summary>The disk of the database is full for a while. Skipped where no file system can be mounted.</summary>
public sealed class FullDiskTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int Count = 4000, ShardSize = 50;

    [DiskFact(needsPostgres: false)]
    public async Task Run_DiskOfSqliteFull_WritesEveryImageOnceAfterwards()
    {
        using SmallDisk disk = new();
        await RunAsync(disk, Path.Combine(disk.FullPath, "jobs.db"));
    }

    [DiskFact(needsPostgres: true)]
    public async Task Run_DiskOfPostgresFull_WritesEveryImageOnceAfterwards()
    {
        using SmallDisk disk = new();
        ITestDatabase database = await server.CreateAsync(disk.FullPath);
        await RunAsync(disk, database.Location);
    }

    private static async Task RunAsync(SmallDisk disk, string location)
    {
        using TemporaryFolder folder = new();
        GatedImages images = GatedImages.Create(folder);
        RecordingLoggers logs = new();
        JobStoreOptions options = new() { RetryTime = TimeSpan.FromMilliseconds(300), LoggerFactory = logs };
        await using JobStore store = await JobStore.OpenAsync(location, options);
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using JobModelProvider models = new();
        using ImageSources sources = new(new ImageSourceOptions { Custom = d => new GatedImages(d.Location) });
        JobRequest request = new()
        {
            Source = images.Description,
            Model = JobModel.Of(classifier),
            Options = new JobOptions { ShardSize = ShardSize, TopK = 3 },
        };
        ClassificationJob job = await store.CreateJobAsync(request, GatedImages.Names(Count));
        ShardWorker worker = new(store, models, sources, new ShardWorkerOptions { StopWhenIdle = true, LoggerFactory = logs });
        Task running = worker.RunAsync();
        images.Release(4 * ShardSize);
        await UntilAsync(() => worker.ShardsClosed > 0);

        disk.Fill();
        ForgetCatalog(disk);
        disk.Fill();
        images.Release(Count);
        Task<JobStore> opening = JobStore.OpenAsync(location);
        await UntilAsync(() => logs.Of("StoreUnavailable").Count > 3);

        worker.ImagesWritten.Should().BeLessThan(Count);
        running.IsCompleted.Should().BeFalse();
        disk.Free();
        await running;
        await (await opening).DisposeAsync();
        await images.ShouldHaveEveryRowAsync(store, job, Count);

        async Task UntilAsync(Func<bool> condition)
        {
            while (!condition())
            {
                running.IsCompleted.Should().BeFalse("the worker goes on");
                await Task.Delay(5);
            }
        }
    }

    /// <summary>Deletes the file that PostgreSQL writes for a new connection if it is missing, which then fails it.</summary>
    private static void ForgetCatalog(SmallDisk disk)
    {
        foreach (string path in Directory.GetFiles(disk.FullPath, "pg_internal.init", SearchOption.AllDirectories))
        {
            File.Delete(path);
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class DiskFactAttribute : FactAttribute
    {
        public DiskFactAttribute(bool needsPostgres)
            => Skip = SmallDisk.MissingReason ?? (needsPostgres ? PostgresServer.MissingReason : null);
    }
}
