using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net.Orleans;

/// <summary>
/// Takes shards from a <see cref="JobStore"/>, classifies their images with
/// <see cref="ResNetClassifier.ClassifyManyAsync(IAsyncEnumerable{InputImage}, int, CancellationToken)"/>, and writes their rows. One
/// worker uses all cores of a machine. Any number of workers on any number of machines share the work by their speed.
/// </summary>
/// <remarks>
/// The next shard is taken before the current one ends, and rows are written while the next shard is classified, so that the model doesn't
/// wait for the database. If the database can't be reached, the worker keeps its rows and writes them later.
/// </remarks>
public sealed class ShardWorker
{
    // Of the images of a shard: late enough that a slow machine doesn't hold two shards at the end of a job.
    private const double PrefetchAt = 0.75;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // For the database, so that a worker that is stopped leaves no lease behind.
    private static readonly TimeSpan LeastStopTime = TimeSpan.FromSeconds(5);

    private readonly JobStore _store;
    private readonly IJobModelProvider _models;
    private readonly ImageSources _sources;
    private readonly ShardWorkerOptions _options;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<JobId, long> _refused = new();
    private readonly ConcurrentDictionary<(JobId Job, ResNetClassifier Classifier), bool> _verified = new();

    // Sources whose storage hangs, with the reads that it still blocks: more of them would use up the threads.
    private readonly ConcurrentDictionary<IImageSource, Task> _hanging = new();
    private long _images;
    private long _shards;
    private int _failures;
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Initializes a new instance of the <see cref="ShardWorker"/> class.</summary>
    /// <param name="store">The store. It stays with the caller.</param>
    /// <param name="models">The models of this machine. They stay with the caller.</param>
    /// <param name="sources">The sources of images. They stay with the caller.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ShardWorker(JobStore store, IJobModelProvider models, ImageSources sources, ShardWorkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(sources);
        _store = store;
        _models = models;
        _sources = sources;
        _options = options ?? new ShardWorkerOptions();
        _options.Validate();
        Name = _options.Name ?? DefaultName;
        _log = _options.LoggerFactory?.CreateLogger(typeof(ShardWorker).FullName!) ?? NullLogger.Instance;
    }

    /// <summary>Gets the name for operators.</summary>
    public string Name { get; }

    internal static string DefaultName => $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Gets the number of rows that this worker has written.</summary>
    public long ImagesWritten => Interlocked.Read(ref _images);

    /// <summary>Gets the number of shards that this worker has closed.</summary>
    public long ShardsClosed => Interlocked.Read(ref _shards);

    /// <summary>
    /// Takes and classifies shards until it is stopped, on the thread pool, never on the scheduler of the caller. An image that fails is a
    /// row with its reason; a model, source or database that fails is tried again later.
    /// </summary>
    /// <param name="stop">
    /// Stops the worker: it finishes its shard within <see cref="ShardWorkerOptions.StopTime"/>, or gives it back, and the task completes.
    /// </param>
    /// <returns>A task that ends when the worker has no shard any more.</returns>
    /// <exception cref="JobStoreException">The database rejects an operation for another reason than that it can't be reached.</exception>
    public Task RunAsync(CancellationToken stop = default) => Task.Run(() => LoopAsync(stop), CancellationToken.None);

    /// <summary>Lets the worker look for shards at once if it waits for them, for example because a job was created.</summary>
    public void Wake()
        => Interlocked.Exchange(ref _woken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>
    /// Gets the clock for refusal times. Only monotonic timestamps are used, so changes of the system time have no effect.
    /// </summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    private TimeSpan DatabaseTime => _options.StopTime > LeastStopTime ? _options.StopTime : LeastStopTime;

    private async Task LoopAsync(CancellationToken stop)
    {
        using CancellationTokenSource abort = new();
        using CancellationTokenSource patience = new();
        using CancellationTokenRegistration stopping = stop.Register(() =>
        {
            abort.CancelAfter(_options.StopTime);
            patience.CancelAfter(DatabaseTime);
        });
        Task<HeldShard?>? next = null;
        Task completing = Task.CompletedTask;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                Task woken = Volatile.Read(ref _woken).Task;
                HeldShard? shard = await (next ?? TakeAsync(isAhead: false, stop, patience.Token)).ConfigureAwait(false);
                next = null;
                if (shard is null)
                {
                    // The last rows are written first: an idle worker has none.
                    await completing.ConfigureAwait(false);
                    if (!stop.IsCancellationRequested && _options.StopWhenIdle && await IsAllDoneAsync(stop).ConfigureAwait(false))
                    {
                        return;
                    }

                    await woken.WaitAsync(_options.IdleTime, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    continue;
                }

                ImageResult[]? rows;
                try
                {
                    rows = await ClassifyAsync(shard, () => next ??= TakeAsync(isAhead: true, stop, patience.Token), abort.Token)
                        .ConfigureAwait(false);

                    // At most one shard waits for the database.
                    await completing.ConfigureAwait(false);
                }
                catch
                {
                    await GiveBackAsync(shard, null).ConfigureAwait(false);
                    await shard.DisposeAsync().ConfigureAwait(false);
                    throw;
                }

                completing = rows is null
                    ? shard.DisposeAsync().AsTask()
                    : Task.Run(() => CompleteAsync(shard, rows, patience.Token), CancellationToken.None);
            }
        }
        finally
        {
            await completing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (next.IsCompletedSuccessfully && await next.ConfigureAwait(false) is HeldShard unused)
                {
                    await GiveBackAsync(unused, null).ConfigureAwait(false);
                    await unused.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        await completing.ConfigureAwait(false);
    }

    /// <summary>Takes a shard that this machine can classify.</summary>
    /// <param name="isAhead">Whether the worker still has another shard.</param>
    /// <param name="stop">Ends the search. A shard that was taken is given back.</param>
    /// <param name="patience">Ends the wait for the database. A shard that was taken nevertheless is free when its lease runs out.</param>
    /// <returns>The shard; null if there is none, or if the worker is stopped.</returns>
    private async Task<HeldShard?> TakeAsync(bool isAhead, CancellationToken stop, CancellationToken patience)
    {
        while (!stop.IsCancellationRequested)
        {
            ShardLease? lease = null;
            try
            {
                lease = await _store.LeaseShardAsync(Name, Refused(), isAhead, patience).ConfigureAwait(false);
                if (lease is null)
                {
                    return null;
                }

                stop.ThrowIfCancellationRequested();
                ClassificationJob job = lease.Job;
                ResNetClassifier classifier = await _models.GetAsync(job.Model, stop).ConfigureAwait(false);
                if (!_verified.ContainsKey((job.Id, classifier)))
                {
                    if (JobModel.Of(classifier).DifferenceFrom(job.Model) is string difference)
                    {
                        throw new ResNetException($"This machine has another model: {difference}.");
                    }

                    _verified[(job.Id, classifier)] = true;
                }

                return new HeldShard(_store, lease, isAhead, classifier, _sources.Open(job.Source), _log);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await ReleaseAsync(lease, null).ConfigureAwait(false);
            }
            catch (JobStoreException exception) when (exception.IsTransient)
            {
                // The store has waited already.
                await ReleaseAsync(lease, null).ConfigureAwait(false);
            }
            catch (Exception exception) when (lease is not null && exception is not JobStoreException)
            {
                await RefuseAsync(lease, exception).ConfigureAwait(false);
            }
        }

        return null;
    }

    /// <summary>Classifies a shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="prefetch">Runs when the shard is nearly done, once or more often.</param>
    /// <param name="abort">Gives the shard back.</param>
    /// <returns>The rows; null if the shard was lost or given back.</returns>
    private async Task<ImageResult[]?> ClassifyAsync(HeldShard shard, Action prefetch, CancellationToken abort)
    {
        ShardLease lease = shard.Lease;
        IReadOnlyList<ShardImage> images = lease.Images;
        ImageResult[] rows = new ImageResult[images.Count];
        int count = 0;
        bool anyRead = false;
        bool canReadNone = false;
        shard.Start(Name);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(shard.Lost, abort);
        ReadAhead reader = new(shard.Source, images, _options.ReadAhead, _sources.Options);
        try
        {
            if (_hanging.TryGetValue(shard.Source, out Task? reads) && !reads.IsCompleted)
            {
                throw new ImageSourceException("The storage of this machine has not returned images of an earlier shard yet.");
            }

            await foreach (ClassificationOutcome outcome in shard.Classifier
                .ClassifyManyAsync(reader.ReadAsync(ending.Token), lease.Job.Options.TopK, ending.Token).ConfigureAwait(false))
            {
                rows[count] = RowOf(lease.Job.Source, images[count], outcome, reader.HashOf(count));
                anyRead |= rows[count].Sha256 is not null;
                count++;

                // A machine that reads nothing takes no more shards of the job.
                if (anyRead && count >= PrefetchAt * images.Count)
                {
                    prefetch();
                }
            }

            // A share that isn't mounted, or a server that is down, looks like this. Such a machine would be the fastest of all.
            if (!anyRead && images.Count > 1 && !lease.IsRetry && lease.Attempt < lease.Job.Options.MaxAttempts)
            {
                canReadNone = true;
                throw new ImageSourceException(
                    $"This machine can't read any of the {images.Count} images of shard {lease.Shard} from '{lease.Job.Source}'. "
                    + $"The first one: {rows[0].Error}");
            }

            _failures = 0;
            return rows;
        }
        catch (OperationCanceledException) when (shard.Lost.IsCancellationRequested)
        {
            shard.Fail("lease_lost");
            return null;
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            shard.Fail("stopped");
            await GiveBackAsync(shard, null).ConfigureAwait(false);
            return null;
        }
        catch (ImageSourceException exception)
        {
            shard.Fail("source");
            if (canReadNone)
            {
                // Counts as an attempt, so that a job whose images are gone ends.
                await GiveBackAsync(shard, FailureReason.Of(exception)).ConfigureAwait(false);
            }

            await shard.SettleAsync().ConfigureAwait(false);
            await RefuseAsync(lease, exception).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            _log.ShardFailed(lease.Shard, lease.Job.Id.Value, exception);
            shard.Fail("model");
            await GiveBackAsync(shard, FailureReason.Of(exception)).ConfigureAwait(false);

            // A worker that always fails doesn't use up the attempts of all shards at once.
            TimeSpan pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(_failures++, 10))));
            await Task.Delay(pause, abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        finally
        {
            // Also after a cancellation.
            if (!reader.Discarded.IsCompleted)
            {
                _hanging[shard.Source] = reader.Discarded;
            }
        }
    }

    /// <summary>Writes the rows of a shard, however long the database can't be reached.</summary>
    private async Task CompleteAsync(HeldShard shard, ImageResult[] rows, CancellationToken patience)
    {
        await using (shard.ConfigureAwait(false))
        {
            ShardLease lease = shard.Lease;
            Activity.Current = shard.Activity;

            // In this order: a start that comes after the end finds another state.
            await shard.Started.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (true)
            {
                try
                {
                    if (await _store.CompleteShardAsync(lease, rows, patience).ConfigureAwait(false) == ShardCompletion.Written)
                    {
                        Interlocked.Add(ref _images, rows.Length);
                        Interlocked.Increment(ref _shards);
                        shard.Activity?.SetTag("resnet.images.failed", rows.Count(r => r.Error is not null));
                        _log.ShardCompleted(lease.Shard, lease.Job.Id.Value, rows.Length);
                    }
                    else
                    {
                        _log.LeaseLost(lease.Shard, lease.Job.Id.Value);
                        shard.Fail("lease_lost");
                    }

                    return;
                }
                catch (JobStoreException exception) when (exception.IsTransient)
                {
                    _log.RowsWaiting(lease.Shard, lease.Job.Id.Value, exception);
                }
                catch (OperationCanceledException) when (patience.IsCancellationRequested)
                {
                    shard.Fail("stopped");
                    return;
                }
            }
        }
    }

    private async Task<bool> IsAllDoneAsync(CancellationToken stop)
    {
        try
        {
            JobId[] refused = Refused();
            return (await _store.ListJobsAsync(stop).ConfigureAwait(false)).All(j => j.OpenShards == 0 || refused.Contains(j.Job.Id));
        }
        catch (Exception exception) when (exception is OperationCanceledException or JobStoreException { IsTransient: true })
        {
            return false;
        }
    }

    private JobId[] Refused()
    {
        foreach ((JobId job, long since) in _refused)
        {
            if (Clock.GetElapsedTime(since) >= _options.RefusalTime)
            {
                _refused.TryRemove(job, out _);
            }
        }

        return [.. _refused.Keys];
    }

    /// <summary>Leaves a job to other machines for a while, and says why.</summary>
    private async Task RefuseAsync(ShardLease lease, Exception exception)
    {
        string reason = FailureReason.Of(exception);
        _log.JobRefused(lease.Job.Id.Value, reason);
        _refused[lease.Job.Id] = Clock.GetTimestamp();
        await ReleaseAsync(lease, null).ConfigureAwait(false);
        using CancellationTokenSource time = new(DatabaseTime);
        try
        {
            await _store.RecordRefusalAsync(lease.Job.Id, Name, reason, time.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is JobStoreException or OperationCanceledException)
        {
            _log.ReleaseFailed(lease.Shard, lease.Job.Id.Value, failure);
        }
    }

    private async Task GiveBackAsync(HeldShard shard, string? failure)
    {
        await shard.SettleAsync().ConfigureAwait(false);
        await ReleaseAsync(shard.Lease, failure).ConfigureAwait(false);
    }

    private async Task ReleaseAsync(ShardLease? lease, string? failure)
    {
        if (lease is null)
        {
            return;
        }

        // Not longer: the lease runs out anyway.
        using CancellationTokenSource time = new(DatabaseTime);
        try
        {
            await _store.ReleaseShardAsync(lease, failure, time.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is JobStoreException or OperationCanceledException)
        {
            _log.ReleaseFailed(lease.Shard, lease.Job.Id.Value, exception);
        }
    }

    private static ImageResult RowOf(ImageSourceDescription source, ShardImage image, ClassificationOutcome outcome, string? sha256)
        => outcome.Succeeded
            ? new ImageResult
            {
                Index = image.Index,
                Name = image.Name,
                Sha256 = sha256,
                Predictions = outcome.Value.Predictions,
                Timings = outcome.Value.Timings,
            }
            : new ImageResult
            {
                Index = image.Index,
                Name = image.Name,
                Sha256 = sha256,
                Error = FailureReason.Of(outcome.Error, source, image.Name),
            };
}
