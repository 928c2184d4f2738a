namespace ResNet.Net.Orleans.Tests;

/// <summary>The base of tests that run with each database: one store, and rows that are made up.</summary>
public abstract class StoreTests(ITestServer server) : IAsyncLifetime
{
    protected static readonly JobModel Model = new("test", new string('a', 64), LabelSet.Cifar10, "profile, Center");

    protected ITestDatabase Database { get; private set; } = null!;

    protected JobStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await server.CreateAsync();
        Store = await JobStore.OpenAsync(Database.Location);
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }

    protected static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => $"folder/image{i}.png");

    protected async Task<ClassificationJob> CreateAsync(IEnumerable<string> names, JobOptions? options = null)
        => await Store.CreateJobAsync(
            new JobRequest { Source = new("folder", "/images"), Model = Model, Options = options ?? new JobOptions { ShardSize = 10 } },
            names.ToAsyncEnumerable());

    /// <summary>Makes up rows of a lease.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="seed">Gives other rows.</param>
    /// <param name="isFailed">Whether an image failed; null for none.</param>
    protected static ImageResult[] Rows(ShardLease lease, int seed = 0, Func<long, bool>? isFailed = null)
        => [.. lease.Images.Select(i => Row(i, lease.Job.Options.TopK, seed, isFailed?.Invoke(i.Index) == true))];

    protected static async Task<List<ImageResult>> ReadAsync(JobStore store, JobId job, bool failuresOnly = false)
    {
        List<ImageResult> rows = [];
        await foreach (ImageResult row in store.ReadResultsAsync(job, failuresOnly))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Completes all shards of all jobs.</summary>
    /// <returns>The rows by ascending index.</returns>
    protected async Task<ImageResult[]> CompleteAllAsync(int seed = 0, Func<long, bool>? isFailed = null)
    {
        List<ImageResult> rows = [];
        while (await Store.LeaseShardAsync("all") is ShardLease lease)
        {
            ImageResult[] some = Rows(lease, seed, isFailed);
            (await Store.CompleteShardAsync(lease, some)).Should().Be(ShardCompletion.Written);
            rows.AddRange(some);
        }

        return [.. rows.OrderBy(r => r.Index)];
    }

    /// <summary>Lets all leases run out.</summary>
    protected Task ExpireAsync() => Database.ExecuteAsync("UPDATE resnet_shards SET leased_until = 1 WHERE leased_until > 0");

    protected static void ShouldEqual(IReadOnlyList<ImageResult> actual, IReadOnlyList<ImageResult> expected)
    {
        actual.Should().HaveSameCount(expected);
        for (int i = 0; i < expected.Count; i++)
        {
            ImageResult a = actual[i], e = expected[i];
            (a.Index, a.Name, a.Sha256, a.Error, a.Timings).Should().Be((e.Index, e.Name, e.Sha256, e.Error, e.Timings));
            a.Predictions.Should().Equal(e.Predictions);
        }
    }

    private static ImageResult Row(ShardImage image, int top, int seed, bool isFailed)
    {
        if (isFailed)
        {
            return new ImageResult { Index = image.Index, Name = image.Name, Error = $"failed \"{image.Index}\", {seed}" };
        }

        Random random = new((int)image.Index + (seed * 1000));
        LabelSet labels = Model.Labels;
        int[] classes = [.. Enumerable.Range(0, labels.Count)];
        random.Shuffle(classes);
        byte[] hash = new byte[32];
        random.NextBytes(hash);
        return new ImageResult
        {
            Index = image.Index,
            Name = image.Name,
            Sha256 = Convert.ToHexStringLower(hash),
            Predictions =
            [
                .. classes.Take(top).Select(c => new Prediction(c, labels.GetSynsetId(c), labels[c], random.NextSingle()))
                    .OrderByDescending(p => p.Probability),
            ],

            // Quarters of a millisecond are exact as float32.
            Timings = new StageTimings(Time(), Time(), Time()),
        };

        TimeSpan Time() => TimeSpan.FromMilliseconds(random.Next(1, 1000) * 0.25);
    }
}
