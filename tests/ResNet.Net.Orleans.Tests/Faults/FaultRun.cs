using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A job that the workers of several silos classify while a test disturbs them.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    public const int ShardSize = 20;

    // Shards that workers which died, or which wait for the next image, may still hold.
    private const int Held = 8 * ShardSize;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly List<SiloProcess> _all = [];
    private readonly ITestDatabase _database;
    private readonly GatedImages _images;
    private readonly int _count;
    private long _released;

    private FaultRun(ITestDatabase database, JobStore store, int count)
    {
        _database = database;
        Store = store;
        _count = count;
        _images = GatedImages.Create(_folder);
    }

    public JobStore Store { get; }

    public ClassificationJob Job { get; private set; } = null!;

    /// <summary>Gets the workers that run.</summary>
    public List<SiloProcess> Workers { get; } = [];

    public static async Task<FaultRun> CreateAsync(ITestDatabase database, int count, TimeSpan lease)
    {
        FaultRun run = new(database, await JobStore.OpenAsync(database.Location), count);
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        JobRequest request = new()
        {
            Source = run._images.Description,
            Model = JobModel.Of(classifier),
            Options = new JobOptions { ShardSize = ShardSize, TopK = 3, LeaseTime = lease, MaxAttempts = 1000 },
        };
        run.Job = await run.Store.CreateJobAsync(request, GatedImages.Names(count));
        return run;
    }

    /// <summary>Starts a silo on this machine.</summary>
    /// <param name="location">The database; null for its address on this machine.</param>
    public SiloProcess Start(string? location = null) => Start(location ?? _database.Location, IPAddress.Loopback.ToString());

    /// <summary>Starts a silo.</summary>
    /// <param name="location">The database.</param>
    /// <param name="address">The address of the silo.</param>
    /// <param name="prefix">What is put in front of the command.</param>
    public SiloProcess Start(string location, string address, params string[] prefix)
    {
        string name = $"worker {_all.Count.ToString(CultureInfo.InvariantCulture)}";
        SiloProcess worker = new(location, name, address, prefix);
        _all.Add(worker);
        Workers.Add(worker);
        return worker;
    }

    public void Kill(SiloProcess worker)
    {
        worker.Kill();
        Workers.Remove(worker);
    }

    /// <summary>Releases more images, and waits until nearly all of them have rows. Then the workers wait in their shards.</summary>
    public async Task AdvanceAsync(int images)
    {
        _released += images;
        _released.Should().BeLessThan(_count, "the job outlasts all faults");
        _images.Release(_released);
        await UntilAsync(async () => (await Store.GetStatusAsync(Job.Id)).Completed >= _released - Held, "there are new rows");
    }

    /// <summary>Releases images until a condition holds, so that workers become free to take other shards.</summary>
    public Task AdvanceUntilAsync(Func<Task<bool>> condition, string what)
        => UntilAsync(
            async () =>
            {
                if (await condition())
                {
                    return true;
                }

                await Task.Delay(200);
                await AdvanceAsync(ShardSize);
                return false;
            },
            what);

    /// <summary>Waits until a worker has a shard that it can't complete yet.</summary>
    public Task UntilHoldingAsync(SiloProcess worker)
        => UntilAsync(
            async () => await OpenShardsAsync(
                worker, string.Create(CultureInfo.InvariantCulture, $" AND first_image + image_count > {_released}")) > 0,
            $"{worker.Name} has a shard");

    /// <summary>Waits until other workers have taken all shards of a worker.</summary>
    public Task UntilTakenAsync(SiloProcess worker)
        => AdvanceUntilAsync(async () => await OpenShardsAsync(worker) == 0, $"others take the shards of {worker.Name}");

    public Task<long> OpenShardsAsync(SiloProcess worker, string condition = "")
        => _database.QueryAsync(
            $"SELECT COUNT(*) FROM resnet_shards WHERE state = 0 AND token IS NOT NULL AND worker = '{worker.Name}'{condition}");

    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Limit || Workers.Any(w => w.HasExited))
            {
                // The output of a process that has ended may be late.
                await Task.Delay(1000);
                throw new TimeoutException($"Not reached: {what}.\n{string.Join('\n', Workers)}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Releases all images, waits until all have rows, stops the silos, and compares all rows with a plain loop.</summary>
    public async Task FinishAsync()
    {
        _images.Release(_count);
        await UntilAsync(async () => (await Store.GetStatusAsync(Job.Id)).State == JobState.Completed, "the job is completed");
        Workers.ForEach(w => w.Terminate());
        foreach (SiloProcess worker in Workers)
        {
            await worker.WaitAsync();
        }

        (await _database.QueryAsync("SELECT COUNT(*) FROM resnet_results")).Should().Be(_count);
        (await _database.QueryAsync("SELECT SUM(written) FROM resnet_shards")).Should().Be(_count);
        await _images.ShouldHaveEveryRowAsync(Store, Job, _count);
    }

    /// <summary>Gets the number of log events of a kind in all processes.</summary>
    public int Count(string eventName) => _all.Sum(w => w.Count(eventName));

    public async ValueTask DisposeAsync()
    {
        foreach (SiloProcess worker in _all)
        {
            worker.Dispose();
        }

        await Store.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }
}
