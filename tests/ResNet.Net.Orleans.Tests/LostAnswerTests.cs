using System.Globalization;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A transaction takes effect, but the network loses the answer: the store finds out.</summary>
public sealed class PostgresLostAnswerTests(PostgresServer server) : StoreTests(server), IClassFixture<PostgresServer>
{
    [StoreFact]
    public async Task CompleteShard_AnswerLost_IsWrittenOnce()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        (CuttingProxy proxy, JobStore store) = await OpenThroughProxyAsync();
        ShardLease lease = (await store.LeaseShardAsync("a"))!;
        proxy.Arm();

        (await store.CompleteShardAsync(lease, Rows(lease))).Should().Be(ShardCompletion.Written);

        proxy.Cuts.Should().Be(1);
        ShouldEqual(await ReadAsync(Store, job.Id), Rows(lease));
        await CloseAsync(proxy, store);
    }

    [StoreFact]
    public async Task LeaseShard_AnswerLost_ReturnsTheSameLeaseWithoutAnotherAttempt()
    {
        await CreateAsync(Names(20));
        (CuttingProxy proxy, JobStore store) = await OpenThroughProxyAsync();
        proxy.Arm();

        ShardLease lease = (await store.LeaseShardAsync("a"))!;

        proxy.Cuts.Should().Be(1);
        (lease.Shard, lease.Attempt).Should().Be((0, 1));
        (await Database.QueryAsync("SELECT SUM(attempts) FROM resnet_shards")).Should().Be(1);
        (await store.CompleteShardAsync(lease, Rows(lease))).Should().Be(ShardCompletion.Written);
        await CloseAsync(proxy, store);
    }

    [StoreFact]
    public async Task LeaseShard_AnswerLostAhead_ReturnsTheSameLease()
    {
        await CreateAsync(Names(20));
        (CuttingProxy proxy, JobStore store) = await OpenThroughProxyAsync();
        proxy.Arm();

        ShardLease lease = (await store.LeaseShardAsync("a", isAhead: true))!;

        proxy.Cuts.Should().Be(1);
        (lease.Shard, lease.Attempt).Should().Be((0, 1));
        (await Database.QueryAsync("SELECT SUM(attempts) FROM resnet_shards")).Should().Be(0);
        proxy.Arm();
        (await store.StartShardAsync(lease)).Should().BeTrue();
        (await Database.QueryAsync("SELECT SUM(attempts) FROM resnet_shards")).Should().Be(1);
        await CloseAsync(proxy, store);
    }

    [StoreFact]
    public async Task CreateJob_EveryAnswerLost_CreatesOneJobWithAllImages()
    {
        (CuttingProxy proxy, JobStore store) = await OpenThroughProxyAsync();

        // One at a time: the job, two groups of shards, the end.
        using CancellationTokenSource arming = new();
        Task armer = Task.Run(async () =>
        {
            while (!arming.IsCancellationRequested && proxy.Cuts < 6)
            {
                proxy.Arm();
                await Task.Delay(1);
            }
        });
        ClassificationJob job = await store.CreateJobAsync(
            new JobRequest { Source = new("list", "x"), Model = Model, Options = new JobOptions { ShardSize = 2 } },
            Names(60).ToAsyncEnumerable());
        await arming.CancelAsync();
        await armer;
        proxy.Arm(0);

        proxy.Cuts.Should().BePositive();
        JobStatus status = (await Store.ListJobsAsync()).Should().ContainSingle().Subject;
        (status.Job.Id, status.Images, status.Shards, status.State).Should().Be((job.Id, 60, 30, JobState.Running));
        (await CompleteAllAsync()).Select(r => r.Name).Should().Equal(Names(60));
        await CloseAsync(proxy, store);
    }

    [StoreFact]
    public async Task CancelJob_AnswerLost_SaysThatItCanceled()
    {
        ClassificationJob job = await CreateAsync(Names(20));
        (CuttingProxy proxy, JobStore store) = await OpenThroughProxyAsync();
        proxy.Arm();

        (await store.CancelJobAsync(job.Id)).Should().BeTrue();

        proxy.Cuts.Should().Be(1);
        (await Store.CancelJobAsync(job.Id)).Should().BeFalse();
        await CloseAsync(proxy, store);
    }

    private static async Task CloseAsync(CuttingProxy proxy, JobStore store)
    {
        await store.DisposeAsync();
        proxy.Dispose();
    }

    private async Task<(CuttingProxy Proxy, JobStore Store)> OpenThroughProxyAsync()
    {
        int port = server.Port;
        CuttingProxy proxy = new(port);
        string location = Database.Location.Replace(
            $"Port={port.ToString(CultureInfo.InvariantCulture)}",
            $"Port={proxy.Port.ToString(CultureInfo.InvariantCulture)}",
            StringComparison.Ordinal);
        return (proxy, await JobStore.OpenAsync(location));
    }
}
