using System.Collections.Concurrent;
using System.Globalization;

namespace ResNet.Net.Orleans.Tests;

public sealed class SqliteJobStoreTests(SqliteServer server) : JobStoreTests(server), IClassFixture<SqliteServer>;

public sealed class PostgresJobStoreTests(PostgresServer server) : JobStoreTests(server), IClassFixture<PostgresServer>;

public abstract partial class JobStoreTests(ITestServer server) : StoreTests(server)
{
    [StoreFact]
    public async Task CreateJob_ManyImages_CutsThemIntoShardsInOrder()
    {
        string[] names
            = [.. Names(23), "with\nline break", "ünïcode 🐱.png", "'; DROP TABLE resnet_jobs; --", new string('x', 5000), "a,b"];

        ClassificationJob job = await CreateAsync(names);

        job.Source.Should().Be(new ImageSourceDescription("folder", "/images"));
        job.Model.Should().Be(Model);
        job.Options.Should().Be(new JobOptions { ShardSize = 10 });
        ShardLease[] leases
            = [(await Store.LeaseShardAsync("a"))!, (await Store.LeaseShardAsync("a"))!, (await Store.LeaseShardAsync("b"))!];
        leases.Select(l => (l.Shard, l.Images.Count, l.Worker, l.Attempt)).Should()
            .Equal((0, 10, "a", 1), (1, 10, "a", 1), (2, 8, "b", 1));
        leases.SelectMany(l => l.Images).Should().Equal(names.Select((n, i) => new ShardImage(i, n)));
        (await Store.LeaseShardAsync("c")).Should().BeNull();
    }

    [StoreFact]
    public async Task CreateJob_MoreShardsThanACommit_StoresAllAndReportsProgress()
    {
        List<long> reports = [];

        ClassificationJob job = await Store.CreateJobAsync(
            new JobRequest { Source = new("list", "x"), Model = Model, Options = new JobOptions { ShardSize = 2 }, Name = "large" },
            Names(75).ToAsyncEnumerable(),
            new SynchronousProgress(reports.Add));

        reports.Should().Equal(32, 64, 75);
        job.Name.Should().Be("large");
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.Images, status.Shards, status.OpenShards, status.State).Should().Be((75, 38, 38, JobState.Running));
        (await CompleteAllAsync()).Select(r => r.Name).Should().Equal(Names(75));
    }

    [StoreFact]
    public async Task CreateJob_WithoutImages_IsCompleted()
    {
        ClassificationJob job = await CreateAsync([]);

        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.Images, status.Shards, status.Remaining).Should().Be((JobState.Completed, 0, 0, TimeSpan.Zero));
        (await ReadAsync(Store, job.Id)).Should().BeEmpty();
    }

    [StoreFact]
    public async Task CreateJob_SourceFailsInTheMiddle_CancelsTheJob()
    {
        IEnumerable<string> Failing()
        {
            foreach (string name in Names(500))
            {
                yield return name;
            }

            throw new IOException("gone");
        }

        await FluentActions.Awaiting(() => CreateAsync(Failing())).Should().ThrowAsync<IOException>().WithMessage("gone");

        JobStatus status = (await Store.ListJobsAsync()).Should().ContainSingle().Subject;
        (status.State, status.OpenShards).Should().Be((JobState.Canceled, 0));
        (await Store.LeaseShardAsync("a")).Should().BeNull();
    }

    [StoreFact]
    public async Task CreateJob_CanceledWhileListing_EndsTheSubmission()
    {
        async IAsyncEnumerable<string> Listing()
        {
            foreach (string name in Names(400))
            {
                if (name == "folder/image350.png")
                {
                    (await Store.CancelJobAsync((await Store.ListJobsAsync())[0].Job.Id)).Should().BeTrue();
                }

                yield return name;
            }
        }

        await FluentActions.Awaiting(() => Store.CreateJobAsync(
            new JobRequest { Source = new("list", "x"), Model = Model, Options = new JobOptions { ShardSize = 10 } }, Listing()))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*canceled*");

        (await Store.LeaseShardAsync("a")).Should().BeNull();
        JobStatus status = (await Store.ListJobsAsync()).Should().ContainSingle().Subject;
        (status.State, status.Images).Should().Be((JobState.Canceled, 320));
    }

    [StoreFact]
    public async Task LeaseShard_WhileListing_TakesTheFirstShards()
    {
        ShardLease? early = null;
        async IAsyncEnumerable<string> Listing()
        {
            foreach (string name in Names(200))
            {
                if (name == "folder/image190.png")
                {
                    early = await Store.LeaseShardAsync("early");
                    (await Store.GetStatusAsync(early!.Job.Id)).State.Should().Be(JobState.Submitting);
                }

                yield return name;
            }
        }

        ClassificationJob job = await Store.CreateJobAsync(
            new JobRequest { Source = new("list", "x"), Model = Model, Options = new JobOptions { ShardSize = 10 } }, Listing());

        early!.Images.Select(i => i.Name).Should().Equal(Names(10));
        early.Job.Id.Should().Be(job.Id);
    }

    [StoreFact]
    public async Task LeaseShard_ManyWorkersAtOnce_GetEachShardOnce()
    {
        await CreateAsync(Names(60), new JobOptions { ShardSize = 1 });
        ConcurrentBag<int> taken = [];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            while (await Store.LeaseShardAsync($"worker {w}") is ShardLease lease)
            {
                taken.Add(lease.Shard);
            }
        })));

        taken.Order().Should().Equal(Enumerable.Range(0, 60));
    }

    [StoreFact]
    public async Task LeaseShard_RefusedJob_TakesTheNextJob()
    {
        ClassificationJob first = await CreateAsync(Names(5)), second = await CreateAsync(Names(5));

        ShardLease? lease = await Store.LeaseShardAsync("a", [first.Id]);
        await Store.RecordRefusalAsync(first.Id, "a", "older");
        await Store.RecordRefusalAsync(first.Id, "a", "other model");

        lease!.Job.Id.Should().Be(second.Id);
        (await Store.LeaseShardAsync("a", [first.Id])).Should().BeNull();
        (await Store.LeaseShardAsync("b"))!.Job.Id.Should().Be(first.Id);
        (await Store.GetRefusalsAsync(first.Id)).Select(r => (r.Worker, r.Reason)).Should().Equal(("a", "other model"));
    }

    [StoreFact]
    public async Task CompleteShard_LateWorker_WritesNothing()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        ShardLease late = (await Store.LeaseShardAsync("late"))!;
        (await Store.LeaseShardAsync("other")).Should().BeNull("the lease has not run out");
        await ExpireAsync();

        ShardLease other = (await Store.LeaseShardAsync("other"))!;
        ImageResult[] rows = Rows(other, seed: 2);

        (other.Shard, other.Attempt).Should().Be((0, 2));
        (await Store.RenewLeaseAsync(late)).Should().BeFalse();
        (await Store.CompleteShardAsync(late, Rows(late, seed: 1))).Should().Be(ShardCompletion.LeaseLost, "while the other works");
        (await ReadAsync(Store, job.Id)).Should().BeEmpty();
        (await Store.CompleteShardAsync(other, rows)).Should().Be(ShardCompletion.Written);
        (await Store.CompleteShardAsync(late, Rows(late, seed: 1))).Should().Be(ShardCompletion.LeaseLost, "after the other");
        ShouldEqual(await ReadAsync(Store, job.Id), rows);
    }

    [StoreFact]
    public async Task CompleteShard_LeaseRanOutButNobodyTookIt_Writes()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        ShardLease lease = (await Store.LeaseShardAsync("a"))!;
        await ExpireAsync();

        (await Store.CompleteShardAsync(lease, Rows(lease))).Should().Be(ShardCompletion.Written);
        ShouldEqual(await ReadAsync(Store, job.Id), Rows(lease));
    }

    [StoreFact]
    public async Task RenewLease_BeforeItRunsOut_KeepsTheShard()
    {
        await CreateAsync(Names(10));
        ShardLease lease = (await Store.LeaseShardAsync("a"))!;
        await ExpireAsync();

        (await Store.RenewLeaseAsync(lease)).Should().BeTrue();
        (await Store.LeaseShardAsync("b")).Should().BeNull();
    }

    [StoreFact]
    public async Task LeaseShard_ShortLease_RunsOutByTheClockOfTheDatabase()
    {
        await CreateAsync(Names(10), new JobOptions { LeaseTime = TimeSpan.FromMilliseconds(1) });
        ShardLease first = (await Store.LeaseShardAsync("a"))!;

        ShardLease? second;
        while ((second = await Store.LeaseShardAsync("b")) is null)
        {
            await Task.Delay(1);
        }

        (second.Shard, second.Attempt, second.Worker).Should().Be((first.Shard, 2, "b"));
    }

    [StoreFact]
    public async Task CompleteShard_Again_ChangesNothing()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        ShardLease lease = (await Store.LeaseShardAsync("a"))!;

        ShardCompletion[] completions
            = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Store.CompleteShardAsync(lease, Rows(lease))));

        completions.Should().HaveCount(6).And.OnlyContain(c => c == ShardCompletion.Written);
        ShouldEqual(await ReadAsync(Store, job.Id), Rows(lease));
        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(10);
    }

    [StoreFact]
    public async Task CompleteShard_TwoWorkersAtOnce_OneWrites()
    {
        ClassificationJob job = await CreateAsync(Names(200), new JobOptions { ShardSize = 5, MaxAttempts = 10 });
        while (await Store.LeaseShardAsync("first") is ShardLease first)
        {
            await ExpireAsync();
            Task<ShardCompletion> completing = Task.Run(() => Store.CompleteShardAsync(first, Rows(first)));
            ShardLease? second = await Store.LeaseShardAsync("second");

            // Either the first closed its shard in time, or the second has it.
            bool isTaken = second?.Shard == first.Shard;
            (await completing).Should().Be(isTaken ? ShardCompletion.LeaseLost : ShardCompletion.Written);
            if (isTaken)
            {
                (await Store.CompleteShardAsync(second!, Rows(second!))).Should().Be(ShardCompletion.Written);
            }
            else if (second is not null)
            {
                await Store.ReleaseShardAsync(second);
            }
        }

        (await ReadAsync(Store, job.Id)).Select(r => r.Name).Should().Equal(Names(200));
        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(200);
    }

    [StoreFact]
    public async Task CompleteShard_FailsInTheMiddle_WritesNothing()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        ShardLease lease = (await Store.LeaseShardAsync("a"))!;

        // The eighth row violates the key, after seven were inserted and the shard was closed in the same transaction.
        await Database.ExecuteAsync($"INSERT INTO resnet_results (job, image, path) VALUES ({job.Id}, 7, 'intruder')");
        await FluentActions.Awaiting(() => Store.CompleteShardAsync(lease, Rows(lease))).Should().ThrowAsync<JobStoreException>();

        (await Database.QueryAsync("SELECT COUNT(*) FROM resnet_results")).Should().Be(1);
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.OpenShards, status.LeasedShards, status.Completed).Should().Be((1, 1, 0));
        await Database.ExecuteAsync("DELETE FROM resnet_results");
        (await Store.CompleteShardAsync(lease, Rows(lease))).Should().Be(ShardCompletion.Written);
        ShouldEqual(await ReadAsync(Store, job.Id), Rows(lease));
    }

    [StoreFact]
    public async Task CompleteShard_RowsOfOtherImages_IsRejected()
    {
        await CreateAsync(Names(20));
        ShardLease lease = (await Store.LeaseShardAsync("a"))!, other = (await Store.LeaseShardAsync("a"))!;

        await FluentActions.Awaiting(() => Store.CompleteShardAsync(lease, Rows(other))).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => Store.CompleteShardAsync(lease, Rows(lease)[..9])).Should().ThrowAsync<ArgumentException>();
    }

    [StoreFact]
    public async Task CancelJob_InTheMiddle_KeepsRowsAndDiscardsWorkInProgress()
    {
        ClassificationJob job = await CreateAsync(Names(30));
        ShardLease first = (await Store.LeaseShardAsync("a"))!, second = (await Store.LeaseShardAsync("a"))!;
        await Store.CompleteShardAsync(first, Rows(first));

        (await Store.CancelJobAsync(job.Id)).Should().BeTrue();

        (await Store.RenewLeaseAsync(second)).Should().BeFalse();
        (await Store.CompleteShardAsync(second, Rows(second))).Should().Be(ShardCompletion.LeaseLost);
        (await Store.LeaseShardAsync("a")).Should().BeNull();
        ShouldEqual(await ReadAsync(Store, job.Id), Rows(first));
        (await Store.CancelJobAsync(job.Id)).Should().BeFalse();
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.Completed, status.OpenShards, status.LeasedShards).Should().Be((JobState.Canceled, 10, 0, 0));
    }

    [StoreFact]
    public async Task CancelJob_Completed_ChangesNothing()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        await CompleteAllAsync();

        (await Store.CancelJobAsync(job.Id)).Should().BeFalse();
        (await Store.GetStatusAsync(job.Id)).State.Should().Be(JobState.Completed);
    }

    [StoreFact]
    public async Task LeaseShard_NamesThatSomeoneDeleted_BlockNoOtherShard()
    {
        ClassificationJob job = await CreateAsync(Names(30), new JobOptions { ShardSize = 10, MaxAttempts = 1 });
        await Database.ExecuteAsync("DELETE FROM resnet_shard_names WHERE shard = 0");

        ShardLease lease = (await Store.LeaseShardAsync("a"))!;
        lease.Shard.Should().Be(1);
        await Store.CompleteShardAsync(lease, Rows(lease));
        await ExpireAsync();
        await CompleteAllAsync();

        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.Completed, status.Failed, status.FailedShards).Should().Be((JobState.Completed, 30, 10, 1));
        (await Store.GetFailedShardsAsync(job.Id)).Single().Reason.Should().Be("The names of its images are missing.");
    }

    [StoreFact]
    public async Task DeleteJob_Ended_LeavesNothingOfIt_AndOtherJobsAlone()
    {
        ClassificationJob other = await CreateAsync(Names(10));
        ImageResult[] rows = await CompleteAllAsync();
        ClassificationJob job = await CreateAsync(Names(60));
        await Store.LeaseShardAsync("a");
        ShardLease late = (await Store.LeaseShardAsync("a"))!;
        await Store.RecordRefusalAsync(job.Id, "b", "no model");
        await FluentActions.Awaiting(() => Store.DeleteJobAsync(job.Id)).Should()
            .ThrowAsync<InvalidOperationException>().WithMessage("*in progress. Cancel it first.");
        await Store.CancelJobAsync(job.Id);

        await Store.DeleteJobAsync(job.Id);

        await FluentActions.Awaiting(() => Store.GetStatusAsync(job.Id)).Should().ThrowAsync<KeyNotFoundException>();
        await FluentActions.Awaiting(() => Store.DeleteJobAsync(job.Id)).Should().ThrowAsync<KeyNotFoundException>();
        (await Store.CompleteShardAsync(late, Rows(late))).Should().Be(ShardCompletion.LeaseLost);
        (await Store.RenewLeaseAsync(late)).Should().BeFalse();
        foreach (string table in (string[])["results", "shard_names", "shards", "refusals", "labels", "jobs"])
        {
            (await Database.QueryAsync($"SELECT COUNT(*) FROM resnet_{table} WHERE job <> {other.Id}")).Should().Be(0, table);
        }

        ShouldEqual(await ReadAsync(Store, other.Id), rows);
        (await CreateAsync(Names(1))).Id.Value.Should().BeGreaterThan(job.Id.Value, "an id is not used again");
    }

    [StoreFact]
    public async Task DeleteJob_ManyShards_TakesSeveralTransactions()
    {
        ClassificationJob job = await CreateAsync(Names(10), new JobOptions { ShardSize = 10_000 });
        for (int i = 1; i < 16; i++)
        {
            await Database.ExecuteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO resnet_shards (job, shard, first_image, image_count) VALUES ({job.Id}, {i}, {i * 10}, 10)"));
        }

        await Store.CancelJobAsync(job.Id);
        await Store.DeleteJobAsync(job.Id);

        (await Database.QueryAsync("SELECT COUNT(*) FROM resnet_shards")).Should().Be(0);
        (await Store.ListJobsAsync()).Should().BeEmpty();
    }

    [StoreFact]
    public async Task Status_WhileWorkersWork_CountsShardsImagesAndWorkers()
    {
        ClassificationJob earlier = await CreateAsync(Names(3)), job = await CreateAsync(Names(45));
        await Store.CancelJobAsync(earlier.Id);
        ShardLease done = (await Store.LeaseShardAsync("a"))!;
        await Store.LeaseShardAsync("a");
        await Store.LeaseShardAsync("b");
        await Task.Delay(5);
        await Store.CompleteShardAsync(done, Rows(done, 0, i => i < 4));

        JobStatus status = await Store.GetStatusAsync(job.Id);

        (status.State, status.Images, status.Completed, status.Failed, status.Succeeded).Should().Be((JobState.Running, 45, 10, 4, 6));
        (status.Shards, status.OpenShards, status.LeasedShards, status.FailedShards, status.Workers).Should().Be((5, 4, 2, 0, 2));
        status.ImagesPerSecond.Should().BePositive();
        status.Remaining.Should().Be(TimeSpan.FromSeconds(35 / status.ImagesPerSecond!.Value));
        status.LastClosedAt.Should().BeOnOrAfter(status.StartedAt!.Value);
        (await Store.ListJobsAsync()).Select(s => s.Job.Id).Should().Equal(job.Id, earlier.Id);
    }

    [StoreFact]
    public async Task Status_UnknownJob_IsAnError()
    {
        JobId unknown = new(987654);

        await FluentActions.Awaiting(() => Store.GetStatusAsync(unknown)).Should()
            .ThrowAsync<KeyNotFoundException>().WithMessage("*987654*");
        await FluentActions.Awaiting(() => Store.CancelJobAsync(unknown)).Should().ThrowAsync<KeyNotFoundException>();
        await FluentActions.Awaiting(() => Store.DeleteJobAsync(unknown)).Should().ThrowAsync<KeyNotFoundException>();
        await FluentActions.Awaiting(() => Store.RetryFailuresAsync(unknown)).Should().ThrowAsync<KeyNotFoundException>();
        await FluentActions.Awaiting(() => ReadAsync(Store, unknown)).Should().ThrowAsync<KeyNotFoundException>();
    }

    [StoreFact]
    public async Task ReadResults_MoreRowsThanAPage_ReturnsThemInOrder()
    {
        ClassificationJob job = await CreateAsync(Names(25_000), new JobOptions { ShardSize = 6000, TopK = 2 });
        ImageResult[] expected = await CompleteAllAsync(isFailed: i => i % 1000 == 5);

        List<ImageResult> rows = await ReadAsync(Store, job.Id);

        rows.Should().HaveCount(25_000);
        ShouldEqual([.. rows.Where(r => r.Index % 97 == 5)], [.. expected.Where(r => r.Index % 97 == 5)]);
        rows.Select(r => r.Index).Should().Equal(expected.Select(r => r.Index));
        (await ReadAsync(Store, job.Id, failuresOnly: true)).Should().HaveCount(25);
    }

    [StoreFact]
    public async Task ReadResults_TextWithNullCharacters_IsStored()
    {
        ClassificationJob job = await CreateAsync(["a\0b"]);
        ShardLease lease = (await Store.LeaseShardAsync("a\0"))!;

        await Store.CompleteShardAsync(lease, [new ImageResult { Index = 0, Name = lease.Images[0].Name, Error = "bad\0" }]);

        (await ReadAsync(Store, job.Id)).Select(r => (r.Name, r.Error)).Should().Equal(("a\uFFFDb", "bad\uFFFD"));
    }

    [StoreFact]
    public async Task Predictions_View_NamesTheBestClass()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        ImageResult[] rows = await CompleteAllAsync(isFailed: i => i == 3);

        foreach (ImageResult row in rows)
        {
            string where = row.Succeeded ? $"label = '{row.Predictions[0].Label}'" : "label IS NULL AND error IS NOT NULL";
            (await Database.QueryAsync(
                $"SELECT COUNT(*) FROM resnet_predictions "
                + $"WHERE job = {job.Id} AND image = {row.Index} AND path = '{row.Name}' AND {where}"))
                .Should().Be(1);
        }
    }

    [StoreFact]
    public async Task Store_DatabaseUnavailable_WaitsAndGoesOn()
    {
        ClassificationJob job = await CreateAsync(Names(10));
        ShardLease lease = (await Store.LeaseShardAsync("a"))!;
        await Database.StopAsync();

        Task<ShardCompletion> completing = Store.CompleteShardAsync(lease, Rows(lease));
        await Task.Delay(300);
        completing.IsCompleted.Should().BeFalse();
        await Database.StartAsync();

        (await completing).Should().Be(ShardCompletion.Written);
        ShouldEqual(await ReadAsync(Store, job.Id), Rows(lease));
    }

    [StoreFact]
    public async Task Store_DatabaseUnavailableForTooLong_IsATransientError()
    {
        await CreateAsync(Names(10));
        RecordingLoggers logs = new();
        await using JobStore impatient
            = await JobStore.OpenAsync(Database.Location, new JobStoreOptions { RetryTime = TimeSpan.Zero, LoggerFactory = logs });
        await Database.StopAsync();

        JobStoreException error
            = (await FluentActions.Awaiting(() => impatient.LeaseShardAsync("a")).Should().ThrowAsync<JobStoreException>()).Which;

        error.IsTransient.Should().BeTrue();
        await Database.StartAsync();
        (await impatient.LeaseShardAsync("a")).Should().NotBeNull();
        logs.Entries.Should().BeEmpty("an operation that is not repeated only throws");
    }

    private sealed class SynchronousProgress(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
