using System.Diagnostics;
using Amazon.S3;

namespace ResNet.Net.Orleans.Tests;

/// <summary>Sources that fail, hang, or are not there.</summary>
public abstract partial class WorkerTests
{
    [StoreFact]
    public async Task Run_FolderThatIsNotMounted_LeavesTheJobToOthers()
    {
        ImageSourceDescription missing = new(ImageSourceDescription.Folder, Path.Combine(images.FullPath, "missing"));
        ClassificationJob job = await Store.CreateJobAsync(
            new JobRequest { Source = missing, Model = JobModel.Of(images.Classifier) }, new[] { "a.png" }.ToAsyncEnumerable());

        await Worker(new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();

        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(0);
        (await Store.GetRefusalsAsync(job.Id)).Should().ContainSingle().Which.Reason.Should().Contain(missing.Location);
    }

    [StoreFact]
    public async Task Run_FolderThatIsEmptyHere_LeavesTheJobToOthers()
    {
        using TemporaryFolder folder = new();
        string[] names = [.. Enumerable.Range(0, 6).Select(i => $"image {i}.png")];
        ClassificationJob job = await CreateAsync(Folder(folder.FullPath), names, new JobOptions { ShardSize = 3, TopK = Top });
        RecordingLoggers logs = new();
        ShardWorker worker = Worker(new ShardWorkerOptions { StopWhenIdle = true, Name = "unmounted", LoggerFactory = logs });

        await worker.RunAsync();

        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(0);
        worker.ShardsClosed.Should().Be(0);
        logs.Of("JobRefused").Should().HaveCount(1);
        (await Database.QueryAsync("SELECT SUM(attempts) FROM resnet_shards")).Should().Be(1);
        JobRefusal refusal = (await Store.GetRefusalsAsync(job.Id)).Should().ContainSingle().Subject;
        refusal.Worker.Should().Be("unmounted");
        refusal.Reason.Should().Contain(folder.FullPath).And.Contain("3 images").And.Contain("'image 0.png'");

        // Mounted on another machine.
        foreach (string name in names)
        {
            File.Copy(Path.Combine(images.FullPath, "0", "image 0.png"), folder[name]);
        }

        await Worker(new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();

        List<ImageResult> rows = await Store.ReadResultsAsync(job.Id).ToListAsync();
        rows.Select(r => r.Name).Should().Equal(names);
        rows.Select(r => r.Error).Should().Equal(names.Select(_ => (string?)null));
    }

    [StoreFact]
    public async Task Run_RefusedJob_IsTriedAgainAfterTheRefusalTime_WhateverTheWallClockSays()
    {
        ImageSourceDescription missing = new(ImageSourceDescription.Folder, Path.Combine(images.FullPath, "missing"));
        await CreateAsync(missing, ["a.png"]);
        RecordingLoggers logs = new();
        NoWallClock clock = new();
        ShardWorkerOptions options = new() { StopWhenIdle = true, LoggerFactory = logs, RefusalTime = TimeSpan.FromHours(1) };
        ShardWorker worker = new(Store, _models, _sources, options) { Clock = clock };
        List<int> refusals = [];

        foreach (TimeSpan time in new[] { TimeSpan.Zero, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1) })
        {
            clock.Time += time;
            await worker.RunAsync();
            refusals.Add(logs.Of("JobRefused").Count);
        }

        refusals.Should().Equal(1, 1, 2, 2);
    }

    [StoreFact]
    public async Task Run_NamesWithControlCharacters_AreReplacedInReasonsAndLog()
    {
        using TemporaryFolder folder = new();
        const string Name = "a\u001b[31m\nfail: \u0007.png", Shown = "a?[31m?fail: ?.png";
        ClassificationJob refused = await CreateAsync(Folder(folder.FullPath), [Name, "b.png"]);
        ClassificationJob failed = await CreateAsync(Folder(folder.FullPath), [Name, "b.png"], new JobOptions { MaxAttempts = 1 });
        RecordingLoggers logs = new();

        await Worker(new ShardWorkerOptions { StopWhenIdle = true, LoggerFactory = logs }).RunAsync();

        logs.Of("JobRefused").Should().ContainSingle().Which.Message.Should().Contain(Shown);
        logs.Entries.Where(e => $"{e.Message}{e.Exception}".Any(char.IsControl)).Should().BeEmpty();
        (await Store.GetRefusalsAsync(refused.Id)).Should().ContainSingle().Which.Reason.Should().Contain(Shown);
        ImageResult row = (await Store.ReadResultsAsync(failed.Id).ToListAsync())[0];
        row.Error.Should().Contain($"'{Shown}'");
        row.Name.Should().Be(Name);
    }

    [StoreFact]
    public async Task Run_ServerThatIsDown_LeavesTheJobToOthers()
    {
        TestServer down = await TestServer.StartAsync([1]);
        await down.DisposeAsync();
        using TemporaryFolder folder = new();
        ImageSourceDescription list = new(ImageSourceDescription.List, folder.Write("list.txt", ""));
        ClassificationJob job = await CreateAsync(list, [$"{down.Address}/a.png", $"{down.Address}/b.png"]);
        using ImageSources sources = new(new ImageSourceOptions { Retries = 0 });

        await new ShardWorker(Store, _models, sources, new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();

        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(0);
        (await Store.GetRefusalsAsync(job.Id)).Should().ContainSingle()
            .Which.Reason.Should().Contain(list.Location).And.Contain("2 images");
    }

    [StoreFact]
    public async Task Run_BucketThatDeniesAccess_LeavesTheJobToOthers()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) => S3SourceTests.FailAsync(context, 403, "AccessDenied"));
        using IAmazonS3 client = S3SourceTests.ClientOf(server);
        using ImageSources sources = new(new ImageSourceOptions { S3Client = client });
        ClassificationJob job = await CreateAsync(ImageSourceDescription.Parse("s3://bucket/photos/"), ["photos/a.png", "photos/b.png"]);

        await new ShardWorker(Store, _models, sources, new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();

        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(0);
        (await Store.GetRefusalsAsync(job.Id)).Should().ContainSingle()
            .Which.Reason.Should().Contain("s3://bucket/photos/").And.Contain("2 images").And.Contain("denied");
    }

    [StoreFact]
    public async Task Run_ImagesThatAreGone_FailAtTheLastAttempt()
    {
        using TemporaryFolder folder = new();
        string[] names = [.. Enumerable.Range(0, 5).Select(i => $"sub/image {i}.png")];
        Directory.CreateDirectory(Path.Combine(folder.FullPath, "sub"));
        ClassificationJob job = await CreateAsync(
            Folder(folder.FullPath), names, new JobOptions { ShardSize = 2, MaxAttempts = 3, TopK = Top });
        RecordingLoggers logs = new();
        ShardWorkerOptions options = new() { StopWhenIdle = true, LoggerFactory = logs, IdleTime = TimeSpan.FromMilliseconds(10) };

        // A worker that leaves the job alone for the moment can end.
        ShardWorker worker = Worker(options with { RefusalTime = TimeSpan.FromMilliseconds(1) });
        for (int runs = 0; runs < 100 && (await Store.GetStatusAsync(job.Id)).State != JobState.Completed; runs++)
        {
            await worker.RunAsync();
        }

        // The last shard has one image: that it is gone says nothing about the folder.
        logs.Of("JobRefused").Should().HaveCount(4);
        await ShouldHaveFailedAsync();

        (await Store.RetryFailuresAsync(job.Id)).Should().Be(5);
        await Worker(options).RunAsync();

        logs.Of("JobRefused").Should().HaveCount(4);
        await ShouldHaveFailedAsync();

        async Task ShouldHaveFailedAsync()
        {
            JobStatus status = await Store.GetStatusAsync(job.Id);
            (status.State, status.Completed, status.Failed, status.FailedShards).Should().Be((JobState.Completed, 5, 5, 0));
            List<ImageResult> rows = await Store.ReadResultsAsync(job.Id).ToListAsync();
            rows.Select(r => r.Error).Should().Equal(names.Select(n => $"Could not find file '{n}'."));
        }
    }

    [StoreFact]
    public async Task Run_ImagesThatAppearedSince_AreClassifiedByARetry()
    {
        ClassificationJob job = await Store.CreateJobAsync(
            new JobRequest { Source = Folder(), Model = JobModel.Of(images.Classifier), Options = new JobOptions { TopK = Top } },
            new[] { "0/image 0.png", "late.png", "1/image 1.png" }.ToAsyncEnumerable());
        ShardWorkerOptions options = new() { StopWhenIdle = true };
        await Worker(options).RunAsync();
        List<ImageResult> before = await Store.ReadResultsAsync(job.Id).ToListAsync();
        before.Select(r => r.Succeeded).Should().Equal(true, false, true);
        before[1].Error.Should().Contain("late.png");

        string late = Path.Combine(images.FullPath, "late.png");
        try
        {
            File.Copy(Path.Combine(images.FullPath, "2", "image 2.png"), late);
            (await Store.RetryFailuresAsync(job.Id)).Should().Be(1);
            await Worker(options).RunAsync();
            await ShouldEqualALoopAsync(job);
            (await Store.ReadResultsAsync(job.Id).ToListAsync()).Select(r => r.Succeeded).Should().Equal(true, true, true);
        }
        finally
        {
            File.Delete(late);
        }
    }

    /// <summary>As a network share whose server is gone.</summary>
    [StoreFact]
    public async Task Run_StorageThatHangs_LeavesTheJobToOthersAndBlocksNoMoreThreads()
    {
        using HangingSource source = new(_sources.Open(Folder()));
        using ImageSources sources = new(new ImageSourceOptions
        {
            Timeout = TimeSpan.FromMilliseconds(200),
            Custom = d => d.Kind == "hanging" ? source : null,
        });
        ClassificationJob job = await Store.CreateJobAsync(
            new JobRequest { Source = new("hanging", "."), Model = JobModel.Of(images.Classifier) }, source.ListAsync());
        RecordingLoggers logs = new();
        using CancellationTokenSource stop = new();
        Task running = new ShardWorker(Store, _models, sources, new ShardWorkerOptions
        {
            IdleTime = TimeSpan.FromMilliseconds(20),
            RefusalTime = TimeSpan.FromMilliseconds(50),
            LoggerFactory = logs,
        }).RunAsync(stop.Token);

        await UntilAsync(() => logs.Of("JobRefused").Count >= 1);
        int blocked = source.Blocked;
        await UntilAsync(() => logs.Of("JobRefused").Count >= 4);
        source.Blocked.Should().Be(blocked).And.BePositive();
        logs.Of("JobRefused")[^1].Message.Should().Contain("has not returned images of an earlier shard yet");
        source.Answer();
        await UntilAsync(() => logs.Of("ShardCompleted").Count == 1);
        await stop.CancelAsync();
        await running;
        (await Store.GetStatusAsync(job.Id)).State.Should().Be(JobState.Completed);
        (await Database.QueryAsync("SELECT SUM(attempts) FROM resnet_shards")).Should().Be(1, "a refusal is no attempt");

        async Task UntilAsync(Func<bool> condition)
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (!condition())
            {
                running.IsCompleted.Should().BeFalse();
                watch.Elapsed.Should().BeLessThan(TimeSpan.FromMinutes(1));
                await Task.Delay(10);
            }
        }
    }

    private sealed class NoWallClock : TimeProvider
    {
        public TimeSpan Time { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Time.Ticks;

        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("The wall clock can jump.");
    }

    /// <summary>Blocks every thread that opens an image until <see cref="Answer"/>.</summary>
    private sealed class HangingSource(IImageSource inner) : IImageSource, IDisposable
    {
        private readonly ManualResetEventSlim _answer = new();
        private int _blocked;

        /// <summary>Gets how many threads were blocked so far.</summary>
        public int Blocked => Volatile.Read(ref _blocked);

        public void Answer() => _answer.Set();

        public IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken = default) => inner.ListAsync(cancellationToken);

        public ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
        {
            if (!_answer.IsSet)
            {
                Interlocked.Increment(ref _blocked);
                _answer.Wait(CancellationToken.None);
            }

            return inner.OpenAsync(name, cancellationToken);
        }

        // Not the event: threads may still leave it.
        public void Dispose() => Answer();
    }
}
