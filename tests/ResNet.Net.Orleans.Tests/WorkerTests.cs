using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ResNet.Net.Orleans.Tests;

public sealed class SqliteWorkerTests(SqliteServer server, WorkerImages images)
    : WorkerTests(server, images), IClassFixture<SqliteServer>, IClassFixture<WorkerImages>;

public sealed class PostgresWorkerTests(PostgresServer server, WorkerImages images)
    : WorkerTests(server, images), IClassFixture<PostgresServer>, IClassFixture<WorkerImages>;

public abstract partial class WorkerTests(ITestServer server, WorkerImages images) : StoreTests(server)
{
    private const int Top = 3;

    private readonly ImageSources _sources = images.Sources;
    private readonly JobModelProvider _models = images.Models;

    [StoreFact]
    public async Task Run_Folder_WritesWhatAPlainLoopReturns()
    {
        ClassificationJob job = await CreateAsync();
        RecordingLoggers logs = new();
        ShardWorker worker = Worker(new ShardWorkerOptions { StopWhenIdle = true, LoggerFactory = logs });

        await worker.RunAsync();

        (worker.ImagesWritten, worker.ShardsClosed).Should().Be((240, 16));
        logs.Of("ShardCompleted").Should().HaveCount(16);
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.Completed, status.Failed, status.LeasedShards).Should().Be((JobState.Completed, 240, 24, 0));
        await ShouldEqualALoopAsync(job);
    }

    [StoreFact]
    public async Task Run_Traced_EveryShardIsAnActivity_AndTheParentOfItsImages()
    {
        string name = Guid.NewGuid().ToString();
        ConcurrentQueue<Activity> stopped = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = s => s.Name is ClusterTelemetry.ActivitySourceName or ResNetTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        ClassificationJob job = await CreateAsync();

        await Worker(new ShardWorkerOptions { StopWhenIdle = true, Name = name }).RunAsync();

        Activity[] shards = [.. stopped.Where(a => name.Equals(a.GetTagItem("resnet.worker"))).OrderBy(a => a.GetTagItem("resnet.shard"))];
        shards.Select(a => a.OperationName).Should().HaveCount(16).And.AllBe("classify shard");
        shards.Select(a => a.GetTagItem("resnet.job")).Should().AllBeEquivalentTo(job.Id.Value);
        shards.Select(a => a.GetTagItem("resnet.shard")).Should().Equal(Enumerable.Range(0, 16).Cast<object>());
        shards.Select(a => a.GetTagItem("resnet.images")).Should().AllBeEquivalentTo(15);
        shards.Sum(a => (int)a.GetTagItem("resnet.images.failed")!).Should().Be(24);
        shards.Select(a => a.Status).Should().AllBeEquivalentTo(ActivityStatusCode.Unset);
        stopped.Where(a => a.Source.Name == ResNetTelemetry.ActivitySourceName && shards.Any(s => s.SpanId == a.ParentSpanId))
            .Sum(a => a.GetTagItem("resnet.images") as int? ?? 1).Should().Be(240);
    }

    [StoreFact]
    public async Task Run_ThreeWorkersAtOnce_WriteEveryImageOnce()
    {
        ClassificationJob job = await CreateAsync(new JobOptions { ShardSize = 7, TopK = Top });
        ShardWorker[] workers
            = [.. Enumerable.Range(0, 3).Select(i => Worker(new ShardWorkerOptions { StopWhenIdle = true, Name = $"worker {i}" }))];

        await Task.WhenAll(workers.Select(w => w.RunAsync()));

        workers.Sum(w => w.ImagesWritten).Should().Be(240);
        await ShouldEqualALoopAsync(job);
    }

    [StoreFact]
    public async Task Run_DatabaseStopsInTheMiddle_WritesEveryImageOnce()
    {
        ClassificationJob job = await CreateAsync(new JobOptions { ShardSize = 5, TopK = Top });
        JobStoreOptions options = new() { RetryTime = TimeSpan.FromMilliseconds(200) };
        await using JobStore first = await JobStore.OpenAsync(Database.Location, options);
        await using JobStore second = await JobStore.OpenAsync(Database.Location, options);
        ShardWorkerOptions settings = new() { StopWhenIdle = true, IdleTime = TimeSpan.FromMilliseconds(50) };
        Task[] running =
        [
            new ShardWorker(first, _models, _sources, settings).RunAsync(), new ShardWorker(second, _models, _sources, settings).RunAsync(),
        ];
        for (int stops = 0; stops < 2; stops++)
        {
            long before = (await Store.GetStatusAsync(job.Id)).Completed;
            while ((await Store.GetStatusAsync(job.Id)).Completed < Math.Min(before + 20, 240))
            {
                await Task.Delay(1);
            }

            await Database.StopAsync();
            await Task.Delay(500);
            running.Should().OnlyContain(r => !r.IsFaulted);
            await Database.StartAsync();
        }

        await Task.WhenAll(running);

        await ShouldEqualALoopAsync(job);
    }

    [StoreFact]
    public async Task Run_Stopped_GivesItsShardsBackAndAnotherWorkerFinishes()
    {
        ClassificationJob job = await CreateAsync(new JobOptions { ShardSize = 60, TopK = Top });
        using CancellationTokenSource stop = new();
        ShardWorker worker = Worker(new ShardWorkerOptions { StopTime = TimeSpan.Zero });
        Task running = worker.RunAsync(stop.Token);
        while ((await Store.GetStatusAsync(job.Id)).LeasedShards == 0)
        {
            await Task.Delay(1);
        }

        await stop.CancelAsync();
        await running;

        JobStatus status = await Store.GetStatusAsync(job.Id);
        status.LeasedShards.Should().Be(0);
        (await Database.QueryAsync("SELECT COALESCE(SUM(attempts), 0) FROM resnet_shards WHERE state = 0")).Should().Be(0);
        await Worker(new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();
        await ShouldEqualALoopAsync(job);
    }

    [StoreFact]
    public async Task Run_StoppedWithTime_FinishesItsShard()
    {
        ClassificationJob job = await CreateAsync(new JobOptions { ShardSize = 60, TopK = Top });
        using CancellationTokenSource stop = new();
        ShardWorker worker = Worker(new ShardWorkerOptions { StopTime = TimeSpan.FromMinutes(5) });
        Task running = worker.RunAsync(stop.Token);
        while ((await Store.GetStatusAsync(job.Id)).LeasedShards == 0)
        {
            await Task.Delay(1);
        }

        await stop.CancelAsync();
        await running;

        JobStatus status = await Store.GetStatusAsync(job.Id);
        status.LeasedShards.Should().Be(0);
        status.Completed.Should().Be(worker.ImagesWritten);
    }

    /// <summary>A machine that dies in a shard must not use up the attempts of the next one.</summary>
    [StoreFact]
    public async Task Run_NextShardTakenAhead_IsNoAttemptBeforeItBegins()
    {
        // Images in the last quarter of a shard, when its worker takes the next one.
        const int Shard = 40;
        GatedSource source = new(_sources.Open(Folder()), 36, 76);
        using ImageSources sources = new(new ImageSourceOptions { Custom = d => d.Kind == "gated" ? source : null });
        ClassificationJob job = await Store.CreateJobAsync(
            new JobRequest
            {
                Source = new("gated", "."),
                Model = JobModel.Of(images.Classifier),
                Options = new JobOptions { ShardSize = Shard, TopK = Top },
            },
            source.ListAsync());
        Task running = new ShardWorker(Store, _models, sources, new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();

        await UntilLeasedAsync(1);
        (await AttemptsAsync(0), await AttemptsAsync(1)).Should().Be((1, 0));
        source.Open(36);
        await UntilLeasedAsync(2);
        (await AttemptsAsync(1), await AttemptsAsync(2)).Should().Be((1, 0));
        source.Open(76);
        await running;
        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(240);

        async Task UntilLeasedAsync(int shard)
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (await CountAsync(shard, "token IS NOT NULL") == 0 || await CountAsync(shard - 1, "attempts > 0") == 0)
            {
                watch.Elapsed.Should().BeLessThan(TimeSpan.FromMinutes(1), "the worker takes shard {0} ahead", shard);
                await Task.Delay(10);
            }
        }

        Task<long> CountAsync(int shard, string condition) => Database.QueryAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT COUNT(*) FROM resnet_shards WHERE shard = {shard} AND {condition}"));

        Task<long> AttemptsAsync(int shard) => Database.QueryAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT attempts FROM resnet_shards WHERE shard = {shard}"));
    }

    [StoreFact]
    public async Task Run_JobCanceledInTheMiddle_WritesNoMoreRows()
    {
        ClassificationJob job = await CreateAsync(new JobOptions { ShardSize = 5, TopK = Top, LeaseTime = TimeSpan.FromMilliseconds(30) });
        using CancellationTokenSource stop = new();
        Task running = Worker(new ShardWorkerOptions()).RunAsync(stop.Token);
        while ((await Store.GetStatusAsync(job.Id)).Completed == 0)
        {
            await Task.Delay(1);
        }

        await Store.CancelJobAsync(job.Id);
        long after = await Database.QueryAsync("SELECT COUNT(*) FROM resnet_results");
        await stop.CancelAsync();
        await running;

        (await Database.QueryAsync("SELECT COUNT(*) FROM resnet_results")).Should().Be(after);
    }

    [StoreFact]
    public async Task Run_MachineWithAnotherModelFile_LeavesTheJobToOthers()
    {
        JobModel model = JobModel.Of(images.Classifier);
        ClassificationJob other = await CreateAsync(model: new JobModel(model.Id, new string('0', 64), model.Labels, model.Preprocessing));
        ClassificationJob unknown = await CreateAsync(model: new JobModel("mine", model.Sha256, model.Labels, model.Preprocessing));
        ClassificationJob own = await CreateAsync();
        RecordingLoggers logs = new();

        await Worker(new ShardWorkerOptions { StopWhenIdle = true, Name = "odd", LoggerFactory = logs }).RunAsync();

        await ShouldEqualALoopAsync(own);
        (await Store.GetStatusAsync(other.Id)).Completed.Should().Be(0);
        JobRefusal refusal = (await Store.GetRefusalsAsync(other.Id)).Should().ContainSingle().Subject;
        refusal.Worker.Should().Be("odd");
        refusal.Reason.Should().Contain(model.Sha256).And.Contain(new string('0', 64));
        (await Store.GetRefusalsAsync(unknown.Id)).Should().ContainSingle().Which.Reason.Should().Contain("mine");
        logs.Of("JobRefused").Should().HaveCount(2);
        (await Database.QueryAsync($"SELECT SUM(attempts) FROM resnet_shards WHERE job <> {own.Id}")).Should().Be(0);
    }

    [StoreFact]
    public async Task Run_ProviderWithTheWrongModel_WritesNothing()
    {
        JobModel model = JobModel.Of(images.Classifier);
        ClassificationJob job = await CreateAsync(model: new JobModel(model.Id, new string('0', 64), model.Labels, model.Preprocessing));

        await new ShardWorker(Store, new Careless(images.Classifier), _sources, new ShardWorkerOptions { StopWhenIdle = true }).RunAsync();

        (await Store.GetStatusAsync(job.Id)).Completed.Should().Be(0);
        (await Store.GetRefusalsAsync(job.Id)).Should().ContainSingle();
    }

    [StoreFact]
    public async Task Run_ModelThatFails_UsesUpTheAttemptsAndGivesTheShardUp()
    {
        ClassificationJob job = await CreateAsync(new JobOptions { ShardSize = 1000, MaxAttempts = 2 });
        ResNetClassifier disposed = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        disposed.Dispose();
        RecordingLoggers logs = new();

        await new ShardWorker(
            Store, new Careless(disposed), _sources, new ShardWorkerOptions { StopWhenIdle = true, LoggerFactory = logs }).RunAsync();

        logs.Of("ShardFailed").Should().HaveCount(2);
        JobStatus status = await Store.GetStatusAsync(job.Id);
        (status.State, status.FailedShards, status.Failed).Should().Be((JobState.Completed, 1, 240));
    }

    private static ImageSourceDescription Folder(string path) => new(ImageSourceDescription.Folder, path);

    private ImageSourceDescription Folder() => Folder(images.FullPath);

    private ShardWorker Worker(ShardWorkerOptions options) => new(Store, _models, _sources, options);

    private async Task<ClassificationJob> CreateAsync(JobOptions? options = null, JobModel? model = null)
        => await Store.CreateJobAsync(
            new JobRequest
            {
                Source = Folder(),
                Model = model ?? JobModel.Of(images.Classifier),
                Options = options ?? new JobOptions { ShardSize = 15, TopK = Top },
            },
            _sources.Open(Folder()).ListAsync());

    private Task<ClassificationJob> CreateAsync(ImageSourceDescription source, string[] names, JobOptions? options = null)
        => Store.CreateJobAsync(
            new JobRequest { Source = source, Model = JobModel.Of(images.Classifier), Options = options ?? new JobOptions() },
            names.ToAsyncEnumerable());

    private async Task ShouldEqualALoopAsync(ClassificationJob job)
    {
        string[] names = await _sources.Open(Folder()).ListAsync().ToArrayAsync();
        List<ImageResult> rows = await Store.ReadResultsAsync(job.Id).ToListAsync();
        if (rows.Count > 3)
        {
            rows.Select(r => r.Name).Order(StringComparer.Ordinal).Should().Equal(names.Order(StringComparer.Ordinal));
        }

        rows.Select(r => r.Index).Should().Equal(Enumerable.Range(0, rows.Count).Select(i => (long)i));
        List<ClassificationOutcome> expected = await images.LoopAsync(rows.Select(r => r.Name), job.Options.TopK);
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].Succeeded.Should().Be(expected[i].Succeeded, $"{rows[i].Name}: {rows[i].Error}");
            if (rows[i].Succeeded)
            {
                rows[i].Predictions.Should().Equal(expected[i].Value.Predictions);
                rows[i].Timings.Inference.Should().BePositive();
            }
            else
            {
                rows[i].Error.Should().Be(((ImageDecodeException)expected[i].Error!).Reason);
            }

            rows[i].Sha256.Should().Be(Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(images.FullPath, rows[i].Name)))));
        }
    }

    private sealed class Careless(ResNetClassifier classifier) : IJobModelProvider
    {
        public ValueTask<ResNetClassifier> GetAsync(JobModel model, CancellationToken cancellationToken = default) => new(classifier);
    }

    /// <summary>Returns the images of another source, but some only after <see cref="Open"/>.</summary>
    private sealed class GatedSource(IImageSource inner, params int[] gates) : IImageSource
    {
        private readonly Dictionary<int, TaskCompletionSource> _gates
            = gates.ToDictionary(g => g, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        private readonly Dictionary<string, Task> _waits = [];

        public void Open(int gate) => _gates[gate].SetResult();

        public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            int count = 0;
            await foreach (string name in inner.ListAsync(cancellationToken))
            {
                if (_gates.TryGetValue(count++, out TaskCompletionSource? gate))
                {
                    _waits[name] = gate.Task;
                }

                yield return name;
            }
        }

        public async ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
        {
            if (_waits.TryGetValue(name, out Task? opened))
            {
                await opened.WaitAsync(cancellationToken);
            }

            return await inner.OpenAsync(name, cancellationToken);
        }
    }
}
