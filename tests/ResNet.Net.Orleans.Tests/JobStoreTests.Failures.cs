namespace ResNet.Net.Orleans.Tests;

public abstract partial class JobStoreTests
{
    [StoreFact]
    public async Task ReleaseShard_OnStop_DoesNotCountAsAnAttempt()
    {
        await CreateAsync(Names(10), new JobOptions { MaxAttempts = 2 });
        for (int i = 0; i < 5; i++)
        {
            ShardLease lease = (await Store.LeaseShardAsync("a"))!;
            lease.Attempt.Should().Be(1);
            await Store.ReleaseShardAsync(lease);
            await Store.ReleaseShardAsync(lease);
        }
    }

    [StoreFact]
    public async Task LeaseShard_AfterTooManyFailures_GivesTheShardUp()
    {
        ClassificationJob job = await CreateAsync(Names(15), new JobOptions { ShardSize = 10, MaxAttempts = 3 });
        for (int i = 1; i <= 3; i++)
        {
            ShardLease lease = (await Store.LeaseShardAsync("a"))!;
            (lease.Shard, lease.Attempt).Should().Be((0, i));
            await Store.ReleaseShardAsync(lease, $"failure\0 {i}");
        }

        ShardLease other = (await Store.LeaseShardAsync("a"))!;
        other.Shard.Should().Be(1);
        await Store.CompleteShardAsync(other, Rows(other));

        const string Reason = "3 attempts on the shard of this image failed. failure\uFFFD 3";
        (await Store.GetFailedShardsAsync(job.Id)).Should().Equal(new FailedShard(0, 0, 10, 3, Reason));
        List<ImageResult> rows = await ReadAsync(Store, job.Id);
        rows.Select(r => (r.Index, r.Name, r.Error)).Should().Equal(
            Names(15).Select((n, i) => ((long)i, n, i < 10 ? Reason : null)));
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.FailedShards, status.Failed, status.Succeeded).Should().Be((JobState.Completed, 1, 10, 5));
    }

    [StoreFact]
    public async Task LeaseShard_WorkersThatVanish_CountAsFailures()
    {
        ClassificationJob job = await CreateAsync(Names(10), new JobOptions { MaxAttempts = 2 });
        await Store.LeaseShardAsync("first");
        await ExpireAsync();
        await Store.LeaseShardAsync("second");
        await ExpireAsync();

        (await Store.LeaseShardAsync("third")).Should().BeNull();
        (await Store.GetFailedShardsAsync(job.Id)).Should().ContainSingle().Which.Reason
            .Should().Be("2 attempts on the shard of this image failed. The worker 'second' did not answer.");
    }

    [StoreFact]
    public async Task LeaseShard_Ahead_IsAnAttemptOnlyWhenItIsStarted()
    {
        ClassificationJob job = await CreateAsync(Names(10), new JobOptions { MaxAttempts = 2 });
        for (int i = 0; i < 3; i++)
        {
            (await Store.LeaseShardAsync("vanishes", isAhead: true))!.Attempt.Should().Be(1);
            await ExpireAsync();
        }

        await Store.ReleaseShardAsync((await Store.LeaseShardAsync("stops", isAhead: true))!);
        ShardLease first = (await Store.LeaseShardAsync("first", isAhead: true))!;
        (await Store.StartShardAsync(first)).Should().BeTrue();
        (await Store.StartShardAsync(first)).Should().BeTrue("it is the same lease");
        await ExpireAsync();
        ShardLease second = (await Store.LeaseShardAsync("second", isAhead: true))!;
        (first.Attempt, second.Attempt).Should().Be((1, 2));
        (await Store.StartShardAsync(first)).Should().BeFalse("another worker has the shard");
        (await Store.StartShardAsync(second)).Should().BeTrue();
        await ExpireAsync();

        (await Store.LeaseShardAsync("third", isAhead: true)).Should().BeNull();
        (await Store.GetFailedShardsAsync(job.Id)).Should().ContainSingle().Which.Should().Be(
            new FailedShard(0, 0, 10, 2, "2 attempts on the shard of this image failed. The worker 'second' did not answer."));
    }

    [StoreFact]
    public async Task RetryFailures_SomeImagesFailed_ClassifiesOnlyThemAndKeepsTheirRowsUntilThen()
    {
        ClassificationJob job = await CreateAsync(Names(35));
        ImageResult[] before = await CompleteAllAsync(isFailed: i => i is 3 or 4 or 25);

        (await Store.RetryFailuresAsync(job.Id)).Should().Be(3);
        JobStatus during = await Store.GetStatusAsync(job.Id);
        (during.State, during.Completed, during.Failed, during.OpenShards).Should().Be((JobState.Running, 32, 0, 2));
        ShouldEqual(await ReadAsync(Store, job.Id), before);

        ShardLease first = (await Store.LeaseShardAsync("a"))!, second = (await Store.LeaseShardAsync("a"))!;
        first.Images.Select(i => i.Index).Should().Equal(3, 4);
        second.Images.Select(i => i.Index).Should().Equal(25);
        (await Store.LeaseShardAsync("a")).Should().BeNull();
        ImageResult[] firstRows = Rows(first, 1, i => i == 4), secondRows = Rows(second, 1);
        (await Store.CompleteShardAsync(first, firstRows)).Should().Be(ShardCompletion.Written);
        (await Store.CompleteShardAsync(first, firstRows)).Should().Be(ShardCompletion.Written, "it is the same lease");
        (await Store.CompleteShardAsync(second, secondRows)).Should().Be(ShardCompletion.Written);

        ImageResult[] expected = [.. before];
        foreach (ImageResult row in firstRows.Concat(secondRows))
        {
            expected[row.Index] = row;
        }

        ShouldEqual(await ReadAsync(Store, job.Id), expected);
        ShouldEqual(await ReadAsync(Store, job.Id, failuresOnly: true), [expected[4]]);
        JobStatus after = await Store.GetStatusAsync(job.Id);
        (after.State, after.Completed, after.Failed).Should().Be((JobState.Completed, 35, 1));
        (await Store.RetryFailuresAsync(job.Id)).Should().Be(1);
    }

    [StoreFact]
    public async Task RetryFailures_CanceledMeanwhile_LosesNoRow()
    {
        ClassificationJob job = await CreateAsync(Names(20));
        ImageResult[] before = await CompleteAllAsync(isFailed: i => i % 3 == 0);
        await Store.RetryFailuresAsync(job.Id);
        ShardLease lease = (await Store.LeaseShardAsync("a"))!;

        (await Store.CancelJobAsync(job.Id)).Should().BeTrue();

        (await Store.CompleteShardAsync(lease, Rows(lease, 1))).Should().Be(ShardCompletion.LeaseLost);
        ShouldEqual(await ReadAsync(Store, job.Id), before);
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.Completed, status.Failed).Should().Be((JobState.Canceled, 20, 7));
        await FluentActions.Awaiting(() => Store.RetryFailuresAsync(job.Id)).Should().ThrowAsync<InvalidOperationException>();
    }

    [StoreFact]
    public async Task RetryFailures_ShardThatWasGivenUp_ClassifiesAllOfIt()
    {
        ClassificationJob job = await CreateAsync(Names(10), new JobOptions { MaxAttempts = 1 });
        await Store.ReleaseShardAsync((await Store.LeaseShardAsync("a"))!, "crash");
        (await Store.LeaseShardAsync("a")).Should().BeNull();
        (await Store.GetStatusAsync(job.Id)).FailedShards.Should().Be(1);

        (await Store.RetryFailuresAsync(job.Id)).Should().Be(10);
        ShardLease again = (await Store.LeaseShardAsync("a"))!;
        again.Attempt.Should().Be(1);
        (await Store.CompleteShardAsync(again, Rows(again))).Should().Be(ShardCompletion.Written);

        ShouldEqual(await ReadAsync(Store, job.Id), Rows(again));
        (await Store.GetFailedShardsAsync(job.Id)).Should().BeEmpty();
    }

    [StoreFact]
    public async Task RetryFailures_WhileWorkersClose_MissesNoFailure()
    {
        ClassificationJob job = await CreateAsync(Names(200), new JobOptions { ShardSize = 5 });
        Task<ImageResult[]> closing = Task.Run(() => CompleteAllAsync(isFailed: i => i % 5 == 0));
        for (int i = 0; i < 10; i++)
        {
            await Store.RetryFailuresAsync(job.Id);
        }

        // A retry may have opened shards again after the last look of the worker.
        await closing;
        await CompleteAllAsync(isFailed: i => i % 5 == 0);

        List<ImageResult> rows = await ReadAsync(Store, job.Id);
        rows.Select(r => (r.Index, r.Succeeded)).Should().Equal(Enumerable.Range(0, 200).Select(i => ((long)i, i % 5 != 0)));
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.Completed, status.Failed).Should().Be((200, 40));
    }
}
