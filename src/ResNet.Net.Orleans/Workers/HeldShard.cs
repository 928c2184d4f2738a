using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>A shard that this worker has, with what is needed to classify it. Its lease is renewed until it is disposed.</summary>
internal sealed class HeldShard : IAsyncDisposable
{
    // Of the lease time: two renewals may fail before the lease runs out.
    private const int RenewalsPerLease = 3;

    private readonly JobStore _store;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _settled = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _renewing;
    private readonly bool _isAhead;

    /// <param name="store">The store.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="isAhead">Whether the shard was leased ahead.</param>
    /// <param name="classifier">The model of the job.</param>
    /// <param name="source">The images of the job.</param>
    /// <param name="log">The log.</param>
    public HeldShard(JobStore store, ShardLease lease, bool isAhead, ResNetClassifier classifier, IImageSource source, ILogger log)
    {
        _store = store;
        _log = log;
        _isAhead = isAhead;
        Lease = lease;
        Classifier = classifier;
        Source = source;
        _renewing = Task.Run(RenewAsync);
    }

    public ShardLease Lease { get; }

    public ResNetClassifier Classifier { get; }

    public IImageSource Source { get; }

    /// <summary>Gets the token that is canceled when another worker has the shard.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Gets the activity, from the first image until the rows are written; null if nobody listens.</summary>
    public Activity? Activity { get; private set; }

    /// <summary>Gets the task that ends when the start of the shard is recorded, or can't be.</summary>
    public Task Started { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the shard and its activity, without waiting for the database. What the caller runs next are its children.</summary>
    public void Start(string worker)
    {
        Started = _isAhead ? Task.Run(StartAsync) : Task.CompletedTask;
        Activity = ClusterTelemetry.Activities.StartActivity("classify shard")?
            .SetTag("resnet.worker", worker)
            .SetTag("resnet.job", Lease.Job.Id.Value)
            .SetTag("resnet.shard", Lease.Shard)
            .SetTag("resnet.images", Lease.Images.Count);
    }

    /// <summary>Records why the shard has no rows of this worker.</summary>
    public void Fail(string reason) => Activity?.SetTag("error.type", reason).SetStatus(ActivityStatusCode.Error, reason);

    /// <summary>Stops recording the start of the shard, before it is given back.</summary>
    public async Task SettleAsync()
    {
        await _settled.CancelAsync().ConfigureAwait(false);
        await Started.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Activity?.Dispose();
        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        _ended.Dispose();
        _settled.Dispose();
        _lost.Dispose();
    }

    private async Task StartAsync()
    {
        try
        {
            if (!await _store.StartShardAsync(Lease, _settled.Token).ConfigureAwait(false))
            {
                _log.LeaseLost(Lease.Shard, Lease.Job.Id.Value);
                await _lost.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (JobStoreException exception)
        {
            _log.StartNotRecorded(Lease.Shard, Lease.Job.Id.Value, exception);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RenewAsync()
    {
        // A timer has whole milliseconds.
        double milliseconds = Math.Max(1, (Lease.Job.Options.LeaseTime / RenewalsPerLease).TotalMilliseconds);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(milliseconds));
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                try
                {
                    if (!await _store.RenewLeaseAsync(Lease, _ended.Token).ConfigureAwait(false))
                    {
                        _log.LeaseLost(Lease.Shard, Lease.Job.Id.Value);
                        await _lost.CancelAsync().ConfigureAwait(false);
                        return;
                    }
                }
                catch (JobStoreException exception)
                {
                    // Goes on: without a database nobody else can take the shard. Completing it decides.
                    _log.RenewalFailed(Lease.Shard, Lease.Job.Id.Value, exception);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
