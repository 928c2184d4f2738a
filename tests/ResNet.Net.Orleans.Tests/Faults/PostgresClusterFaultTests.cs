using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Orleans.Tests;

/// <summary>Three worker processes on PostgreSQL, and everything that can go wrong with them, their network and their database.</summary>
public sealed class PostgresClusterFaultTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int Seed = 20, Count = 8000;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(Seed);
    private FaultRun _run = null!;
    private ITestDatabase _database = null!;
    private CuttingProxy _proxy = null!;
    private int _dead;

    [StoreFact]
    public async Task Run_EveryFaultInTurn_WritesEveryImageOnceAndRight()
    {
        _database = await server.CreateAsync();
        await ClockOf.ReplaceAsync(_database);
        using CuttingProxy proxy = new(server.Port);
        _proxy = proxy;
        await using FaultRun run = _run = await FaultRun.CreateAsync(_database, Count, Lease);

        // The first workers are on this machine, the last one is beyond the proxy.
        run.Start();
        run.Start();
        SiloProcess remote = run.Start(Through(proxy));
        Func<Task>[] faults =
        [
            KillWorkerAsync, KillWorkerAsync, KillWorkerAndSetClockBackAsync, KillDatabaseAsync, KillDatabaseAsync,
            () => CutAsync(remote, isSilent: true), () => CutAsync(remote, isSilent: false),
            PauseAsync, PauseAsync, SetClockForwardAsync, RestartWorkerAsync,
        ];
        _random.Shuffle(faults);
        foreach (Func<Task> fault in faults)
        {
            await run.AdvanceAsync(NextCount());
            await fault();
        }

        await run.AdvanceAsync(NextCount());
        await run.FinishAsync();

        run.Count("LeaseLost").Should().BeGreaterThanOrEqualTo(4 - _dead, "two workers were cut off and two were stopped");
        run.Count("StoreUnavailable").Should().BePositive();
        run.Count("ShardFailed").Should().Be(0);
    }

    /// <summary>The lock of the shard must not outlast its lease for long.</summary>
    [StoreFact]
    public Task Complete_NetworkCutBeforeTheCommit_AnotherWorkerGetsTheShard()
        => AnotherWorkerGetsTheShardAsync(CuttingProxy.Commit, "idle in transaction");

    /// <summary>PostgreSQL has no time limit for rows that don't arrive.</summary>
    [StoreFact]
    public Task Complete_NetworkCutBeforeTheRows_AnotherWorkerGetsTheShard()
        => AnotherWorkerGetsTheShardAsync(CuttingProxy.Rows, "active");

    private async Task AnotherWorkerGetsTheShardAsync(string last, string state)
    {
        _database = await server.CreateAsync();
        using CuttingProxy proxy = new(server.Port);
        await using JobStore near = await JobStore.OpenAsync(_database.Location);
        await using JobStore far = await JobStore.OpenAsync(Through(proxy));
        ClassificationJob job = await near.CreateJobAsync(
            new JobRequest
            {
                Source = new("list", "x"),
                Model = new("test", new string('a', 64), LabelSet.Cifar10, "profile, Center"),
                Options = new JobOptions { LeaseTime = TimeSpan.FromMilliseconds(100) },
            },
            GatedImages.Names(10));
        ShardLease lost = (await far.LeaseShardAsync("far"))!;
        proxy.CutBefore(last);
        Task<ShardCompletion> completing = far.CompleteShardAsync(lost, Rows(lost, "far"));
        Stopwatch watch = Stopwatch.StartNew();
        while (!proxy.IsCut)
        {
            watch.Elapsed.Should().BeLessThan(TimeSpan.FromMinutes(1));
            await Task.Delay(1);
        }

        // The database waits for the client, with the shard locked.
        (await _database.QueryAsync(
            $"SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = '{state}' "
            + "AND wait_event = 'ClientRead' AND query LIKE 'COPY resnet_results%'")).Should().Be(1);
        ShardLease? lease;
        while ((lease = await near.LeaseShardAsync("near")) is null)
        {
            watch.Elapsed.Should().BeLessThan(TimeSpan.FromMinutes(1), "the session of the other worker ends");
            await Task.Delay(50);
        }

        (await near.CompleteShardAsync(lease, Rows(lease, "near"))).Should().Be(ShardCompletion.Written);
        proxy.Heal();
        (await completing).Should().Be(ShardCompletion.LeaseLost);
        (await near.ReadResultsAsync(job.Id).ToListAsync()).Select(r => r.Error).Should().Equal(Enumerable.Repeat("near", 10));
    }

    private static ImageResult[] Rows(ShardLease lease, string error)
        => [.. lease.Images.Select(i => new ImageResult { Index = i.Index, Name = i.Name, Error = error })];

    private string Through(CuttingProxy proxy) => _database.Location.Replace(
        $"Port={server.Port.ToString(CultureInfo.InvariantCulture)}",
        $"Port={proxy.Port.ToString(CultureInfo.InvariantCulture)}",
        StringComparison.Ordinal);

    // Not whole shards, so that a worker waits within one.
    private int NextCount() => (FaultRun.ShardSize * _random.Next(8, 12)) + _random.Next(1, FaultRun.ShardSize);

    /// <summary>Gets a worker that holds a shard, on this machine.</summary>
    private async Task<SiloProcess> VictimAsync()
    {
        List<SiloProcess> near = [.. _run.Workers.Where(w => w.Name != "worker 2")];
        SiloProcess victim = near[_random.Next(near.Count)];
        await _run.UntilHoldingAsync(victim);
        return victim;
    }

    private async Task KillWorkerAsync()
    {
        SiloProcess victim = await VictimAsync();
        _run.Kill(victim);
        (await _run.OpenShardsAsync(victim)).Should().BePositive();
        _run.Start();
        await _run.UntilTakenAsync(victim);
    }

    private async Task KillWorkerAndSetClockBackAsync()
    {
        SiloProcess victim = await VictimAsync();
        _run.Kill(victim);
        (await _run.OpenShardsAsync(victim)).Should().BePositive();
        _run.Start();
        await ClockOf.ShiftAsync(_database, "-1 hour");
        await _run.UntilTakenAsync(victim);
    }

    private async Task SetClockForwardAsync()
    {
        await VictimAsync();
        await ClockOf.ShiftAsync(_database, "1 hour");
    }

    private async Task KillDatabaseAsync()
    {
        await VictimAsync();
        await server.StopAllAsync();
        await Task.Delay(300);
        await server.StartAsync();
    }

    private async Task CutAsync(SiloProcess remote, bool isSilent)
    {
        await _run.UntilHoldingAsync(remote);
        int lost = remote.Count("LeaseLost");
        _proxy.Cut(isSilent);
        await _run.UntilTakenAsync(remote);
        _proxy.Heal();
        await _run.UntilAsync(() => Task.FromResult(remote.Count("LeaseLost") > lost), "the late worker finds its shard taken");
    }

    private async Task PauseAsync()
    {
        SiloProcess victim = await VictimAsync();
        int lost = victim.Count("LeaseLost");
        victim.Pause();
        await _run.UntilTakenAsync(victim);
        victim.Continue();
        _run.Workers.Remove(victim);
        await _run.UntilAsync(
            () => Task.FromResult(victim.Count("LeaseLost") > lost || victim.HasExited), "the late worker finds its shard taken");

        // It may find out a moment later that others declared it dead.
        await Task.Delay(500);
        if (!victim.HasExited)
        {
            _run.Workers.Add(victim);
            return;
        }

        // It stopped within a transaction, which took so long to end that the other silos declared this one dead.
        await victim.WaitAsync(exitCode: 1);
        victim.Count("SiloEnded").Should().BePositive(victim.ToString());
        _dead++;
        _run.Start();
    }

    /// <summary>A restart as an operator does it leaves no shard that waits for a lease.</summary>
    private async Task RestartWorkerAsync()
    {
        SiloProcess victim = await VictimAsync();
        _run.Start();
        _run.Workers.Remove(victim);
        victim.Terminate();
        await _run.AdvanceAsync(NextCount());
        await victim.WaitAsync();
        (await _run.OpenShardsAsync(victim)).Should().Be(0);
    }
}
