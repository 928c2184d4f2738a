using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;

namespace ResNet.Net.Orleans.Tests;

public sealed class SqliteSiloTests(SqliteServer server, WorkerImages images)
    : SiloTests(server, images), IClassFixture<SqliteServer>, IClassFixture<WorkerImages>;

public sealed class PostgresSiloTests(PostgresServer server, WorkerImages images)
    : SiloTests(server, images), IClassFixture<PostgresServer>, IClassFixture<WorkerImages>;

/// <summary>Silos as hosts in this process, and their membership in the database.</summary>
public abstract class SiloTests(ITestServer server, WorkerImages images) : StoreTests(server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [StoreFact]
    public async Task Notify_TwoIdleSilos_ClassifyTheJobWithoutPolling()
    {
        using IHost first = await StartAsync("first"), second = await StartAsync("second");
        IGrainFactory grains = first.Services.GetRequiredService<IGrainFactory>();
        JobId none = (await CreateAsync([])).Id;
        JobProgress progress = await UntilAsync(grains, none, p => p.Workers.Count == 2);
        (await Store.GetSilosAsync()).Should().HaveCount(2);
        progress.Workers.Select(w => w.Name).Should().Equal("first", "second");
        foreach (IHost host in (IHost[])[first, second])
        {
            HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            health.Status.Should().Be(HealthStatus.Healthy);
        }

        // Workers look for shards once an hour here.
        string[] names = [.. Directory.GetFiles(images.FullPath, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(images.FullPath, f))];
        ClassificationJob job = await CreateAsync(names);
        await grains.GetGrain<IJobGrain>(job.Id.Value).NotifyAsync();
        progress = await UntilAsync(grains, job.Id, p => p.State == JobState.Completed);
        await first.StopAsync();
        await second.StopAsync();

        (progress.Images, progress.Completed, progress.Failed).Should().Be((240, 240, 24));
        (await Store.GetStatusAsync(job.Id)).LeasedShards.Should().Be(0);
        (await Store.GetSilosAsync()).Should().BeEmpty();
        List<ClassificationOutcome> expected = await images.LoopAsync(names, 1);
        List<ImageResult> rows = await Store.ReadResultsAsync(job.Id).ToListAsync();
        rows.Should().HaveCount(240);
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].Name.Should().Be(names[i]);
            rows[i].Predictions.Should().Equal(expected[i].Succeeded ? expected[i].Value.Predictions : []);
        }
    }

    [StoreFact]
    public async Task Silo_WithoutAddress_JoinsAtTheFirstAddressOfTheMachine()
    {
        using IHost silo = await StartAsync("only", isAddressSet: false);

        (await Store.GetSilosAsync()).Should().ContainSingle().Which.Name.Should().Be("only");
        await silo.StopAsync();
    }

    [StoreFact]
    public async Task JobGrain_ActsOnTheDatabase()
    {
        using IHost silo = await StartAsync("only", hasWorker: false);
        IGrainFactory grains = silo.Services.GetRequiredService<IGrainFactory>();
        ClassificationJob job = await CreateAsync(["a.png", "b.png"]);
        ShardLease lease = (await Store.LeaseShardAsync("test"))!;
        await Store.CompleteShardAsync(
            lease, [.. lease.Images.Select(i => new ImageResult { Index = i.Index, Name = i.Name, Error = "no" })]);
        IJobGrain grain = grains.GetGrain<IJobGrain>(job.Id.Value);

        (await grain.RetryFailuresAsync()).Should().Be(2);
        (await grain.GetProgressAsync()).State.Should().Be(JobState.Running);
        (await grain.CancelAsync()).Should().BeTrue();
        (await grain.CancelAsync()).Should().BeFalse();
        (await Store.GetStatusAsync(job.Id)).State.Should().Be(JobState.Canceled);
        Func<Task> unknown = () => grains.GetGrain<IJobGrain>(999).GetProgressAsync();
        await unknown.Should().ThrowAsync<KeyNotFoundException>();
        await silo.StopAsync();
    }

    [StoreFact]
    public async Task Silo_DeclaredDeadByOthers_EndsItsApplicationWithAnError()
    {
        RecordingLoggers logs = new();
        using IHost dead = await StartAsync("dead", logs: logs), other = await StartAsync("other", hasWorker: false);
        Task running = dead.WaitForShutdownAsync();
        MembershipTable table = new(Store);
        bool isWritten = false;
        while (!isWritten)
        {
            MembershipTableData read = await table.ReadAll();
            (MembershipEntry entry, string etag) = read.Members.Single(m => m.Item1.SiloName == "dead").ToValueTuple();
            entry.Status = SiloStatus.Dead;
            isWritten = await table.UpdateRow(entry, etag, read.Version.Next());
        }

        Func<Task> ending = () => running.WaitAsync(Limit);

        (await ending.Should().ThrowAsync<ResNetException>()).WithMessage("The silo left the cluster: *Start the process again.");
        logs.Of("SiloEnded").Should().ContainSingle();
        (await Store.GetSilosAsync()).Select(s => s.Name).Should().Equal("other");
        await other.StopAsync();
    }

    [StoreFact]
    public async Task Membership_ManyWritersOfOneVersion_OneWins()
    {
        MembershipTable table = new(Store);
        TableVersion next = (await table.ReadAll()).Version.Next();
        MembershipEntry[] entries = [.. Enumerable.Range(1, 8).Select(Entry)];

        bool[] inserted = await Task.WhenAll(entries.Select(e => table.InsertRow(e, next)));
        MembershipTableData after = await table.ReadAll();

        inserted.Count(i => i).Should().Be(1);
        after.Version.Version.Should().Be(1);
        after.Members.Should().ContainSingle().Which.Item1.SiloAddress.Should().Be(entries[Array.IndexOf(inserted, true)].SiloAddress);
    }

    [StoreFact]
    public async Task Membership_Update_ReplacesTheRowOnlyOnTheVersionThatWasRead()
    {
        MembershipTable table = new(Store);
        MembershipEntry entry = Entry(1), other = Entry(2);
        (await table.InsertRow(entry, (await table.ReadAll()).Version.Next())).Should().BeTrue();
        MembershipTableData read = await table.ReadRow(entry.SiloAddress);
        DateTime at = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(other.SiloAddress, at);

        (await table.InsertRow(entry, read.Version.Next())).Should().BeFalse("it is there");
        (await table.UpdateRow(other, "0", read.Version.Next())).Should().BeFalse("it isn't there");
        (await table.UpdateRow(entry, read.Members[0].Item2, read.Version.Next())).Should().BeTrue();
        (await table.UpdateRow(entry, read.Members[0].Item2, read.Version.Next())).Should().BeFalse("the version is old");
        MembershipEntry written = (await table.ReadAll()).Members.Single().Item1;
        (written.Status, written.SiloName, written.HostName, written.ProxyPort)
            .Should().Be((SiloStatus.Dead, entry.SiloName, entry.HostName, entry.ProxyPort));
        written.SuspectTimes.Should().Equal(Tuple.Create(other.SiloAddress, at));

        await table.CleanupDefunctSiloEntries(DateTimeOffset.UtcNow.AddHours(-1));
        (await table.ReadAll()).Members.Should().ContainSingle("it was seen lately");
        await table.CleanupDefunctSiloEntries(DateTimeOffset.UtcNow.AddHours(1));
        (await table.ReadAll()).Members.Should().BeEmpty();
    }

    [StoreFact]
    public async Task Silos_ThatWereNotSeenLately_DoNotCount()
    {
        MembershipTable table = new(Store);
        MembershipEntry entry = Entry(1);
        await table.InsertRow(entry, (await table.ReadAll()).Version.Next());
        (await Store.GetSilosAsync()).Should().ContainSingle().Which.Name.Should().Be(entry.SiloName);

        await Database.ExecuteAsync("UPDATE resnet_silos SET seen_at = seen_at - 31000");
        (await Store.GetSilosAsync()).Should().BeEmpty();
        await table.UpdateIAmAlive(entry);
        (await Store.GetSilosAsync()).Should().ContainSingle();
    }

    private static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1000 + number), number),
        Status = SiloStatus.Active,
        SiloName = $"silo {number}",
        HostName = "host",
        ProxyPort = number,
        StartTime = DateTime.UtcNow,
        IAmAliveTime = DateTime.UtcNow,
    };

    private static async Task<JobProgress> UntilAsync(IGrainFactory grains, JobId job, Func<JobProgress, bool> condition)
    {
        using CancellationTokenSource limit = new(Limit);
        while (true)
        {
            JobProgress progress = await grains.GetGrain<IJobGrain>(job.Value).GetProgressAsync();
            if (condition(progress))
            {
                return progress;
            }

            await Task.Delay(50, limit.Token);
        }
    }

    private async Task<ClassificationJob> CreateAsync(IEnumerable<string> names)
        => await Store.CreateJobAsync(
            new JobRequest
            {
                Source = new ImageSourceDescription(ImageSourceDescription.Folder, images.FullPath),
                Model = JobModel.Of(images.Classifier),
                Options = new JobOptions { ShardSize = 15, TopK = 1 },
            },
            names.ToAsyncEnumerable());

    private async Task<IHost> StartAsync(string name, bool hasWorker = true, ILoggerFactory? logs = null, bool isAddressSet = true)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(logs ?? NullLoggerFactory.Instance);
        builder.UseOrleans(silo => silo.Configure<ClusterMembershipOptions>(o => o.TableRefreshTimeout = TimeSpan.FromSeconds(1)));
        builder.AddResNetCluster(Store, new ResNetClusterOptions
        {
            Address = isAddressSet ? IPAddress.Loopback : null,
            Port = 0,
            HasWorker = hasWorker,
            Worker = new ShardWorkerOptions { Name = name, IdleTime = TimeSpan.FromHours(1) },
        });
        IHost host = builder.Build();
        await host.StartAsync().WaitAsync(Limit);
        return host;
    }
}
