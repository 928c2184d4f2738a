namespace ResNet.Net.Orleans.Tests;

/// <summary>The clock of the database is set while workers hold shards.</summary>
public sealed class PostgresClockTests(PostgresServer server) : StoreTests(server), IClassFixture<PostgresServer>
{
    private static readonly JobOptions Options = new() { ShardSize = 10, LeaseTime = TimeSpan.FromMinutes(1) };

    [StoreFact]
    public async Task Lease_ClockSetForward_OnlyTheSecondWorkerWrites()
    {
        await using JobStore store = await OpenAsync();
        ShardLease first = (await store.LeaseShardAsync("first"))!;
        (await store.LeaseShardAsync("second")).Should().BeNull();

        await ClockOf.ShiftAsync(Database, "1 hour");

        ShardLease second = (await store.LeaseShardAsync("second"))!;
        (await store.RenewLeaseAsync(first)).Should().BeFalse();
        (await store.CompleteShardAsync(first, Rows(first, seed: 1))).Should().Be(ShardCompletion.LeaseLost);
        (await store.CompleteShardAsync(second, Rows(second, seed: 2))).Should().Be(ShardCompletion.Written);
        ShouldEqual(await ReadAsync(store, first.Job.Id), Rows(second, seed: 2));
    }

    [StoreFact]
    public async Task Lease_ClockSetBack_ShardOfADeadWorkerIsFree()
    {
        await using JobStore store = await OpenAsync();
        await store.LeaseShardAsync("dead");

        await ClockOf.ShiftAsync(Database, "-1 hour");

        ShardLease lease = (await store.LeaseShardAsync("second"))!;
        (await store.CompleteShardAsync(lease, Rows(lease))).Should().Be(ShardCompletion.Written);
    }

    [StoreFact]
    public async Task Lease_ClockSetBack_WorkerThatRenewsKeepsItsShard()
    {
        await using JobStore store = await OpenAsync();
        ShardLease lease = (await store.LeaseShardAsync("first"))!;

        await ClockOf.ShiftAsync(Database, "-30 seconds");
        (await store.LeaseShardAsync("second")).Should().BeNull("a small correction takes nothing away");
        await ClockOf.ShiftAsync(Database, "-1 hour");
        (await store.RenewLeaseAsync(lease)).Should().BeTrue();

        (await store.LeaseShardAsync("second")).Should().BeNull();
        (await store.CompleteShardAsync(lease, Rows(lease))).Should().Be(ShardCompletion.Written);
    }

    /// <summary>Creates a job of one shard in a store whose clock can be set.</summary>
    private async Task<JobStore> OpenAsync()
    {
        await ClockOf.ReplaceAsync(Database);
        JobStore store = await JobStore.OpenAsync(Database.Location);
        await store.CreateJobAsync(
            new JobRequest { Source = new("folder", "/images"), Model = Model, Options = Options }, Names(10).ToAsyncEnumerable());
        return store;
    }
}
