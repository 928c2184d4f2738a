using System.Data.Common;
using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Orleans;

public abstract partial class JobStore
{
    private const string LeasedShard = "job = @job AND shard = @shard AND token = @token AND state = 0";

    // In lease times, so that small corrections of a clock take no shard from its worker.
    private const int LongestLease = 2;

    private static readonly TimeSpan StuckInterval = TimeSpan.FromSeconds(10);

    private long _lookedForStuck;
    private volatile bool _keepsStuckSessions;

    // Of a row s. A lease that ends too late was taken before the clock of the database went back.
    private string HasNoLease
        => $"(s.leased_until <= {_dialect.Now} OR s.leased_until > {_dialect.Now} "
            + $"+ {LongestLease} * (SELECT j.lease_ms FROM {Schema.Jobs} j WHERE j.job = s.job))";

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);

    /// <summary>
    /// Takes a shard that no worker has, or whose lease ran out: the first one of the oldest job. Shards whose workers failed
    /// <see cref="JobOptions.MaxAttempts"/> times are given up on the way.
    /// </summary>
    /// <param name="worker">The name of the worker.</param>
    /// <param name="refused">Jobs whose shards this worker can't take; may be <see langword="null"/>.</param>
    /// <param name="isAhead">
    /// Whether the worker still works on another shard. Then the lease counts as one of <see cref="JobOptions.MaxAttempts"/> only after
    /// <see cref="StartShardAsync"/>, so that a shard isn't given up because of images of another one.
    /// </param>
    /// <param name="cancellationToken">Cancels the call. A shard that was taken nevertheless is free again when its lease runs out.</param>
    /// <returns>The lease, for <see cref="JobOptions.LeaseTime"/>; <see langword="null"/> if there is no shard to take.</returns>
    /// <exception cref="ArgumentException"><paramref name="worker"/> is empty.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<ShardLease?> LeaseShardAsync(
        string worker, IReadOnlyCollection<JobId>? refused = null, bool isAhead = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(worker);
        worker = SqlDialect.Text(worker);
        await EndStuckSessionsAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // Finds the lease again if the answer to the commit is lost.
            string token = Guid.NewGuid().ToString("N");
            TakenShard? taken = await TransactAsync(
                "lease shard",
                async (transaction, attempt) =>
                    (attempt > 0 ? await FindTakenAsync(transaction, token, isAhead, cancellationToken) : null)
                    ?? await TakeAsync(transaction, worker, token, refused, isAhead, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            if (taken is null)
            {
                return null;
            }

            if (!taken.IsGivenUp)
            {
                try
                {
                    ClassificationJob job = await GetJobAsync(taken.Job, cancellationToken).ConfigureAwait(false);
                    ShardLease? lease = await ExecuteAsync(
                        "read shard",
                        (connection, _) => ReadImagesAsync(connection.Sql, taken, job, worker, token, cancellationToken),
                        cancellationToken).ConfigureAwait(false);
                    if (lease is not null)
                    {
                        return lease;
                    }
                }
                catch (KeyNotFoundException)
                {
                    // Canceled and deleted in this moment.
                }

                continue;
            }

            _log.ShardGivenUp(taken.Shard, taken.Job.Value, taken.Attempts, taken.Reason ?? "");
        }
    }

    /// <summary>
    /// Extends a lease by <see cref="JobOptions.LeaseTime"/> from now. Also a lease that ran out, if nobody has taken the shard.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether the worker still has the shard. If not, it can stop: its rows would be discarded.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public Task<bool> RenewLeaseAsync(ShardLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return TransactAsync(
            "renew lease",
            async (transaction, _) => await transaction.Sql(
                $"UPDATE {Schema.Shards} SET leased_until = {_dialect.Now} + @time WHERE {LeasedShard}",
                [.. Parameters(lease), ("time", Milliseconds(lease.Job.Options.LeaseTime))]).RunAsync(cancellationToken) == 1,
            cancellationToken);
    }

    /// <summary>
    /// Records that a worker begins a shard that it leased ahead: from now on, the lease is one of <see cref="JobOptions.MaxAttempts"/>.
    /// Calling it again changes nothing.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether the worker still has the shard.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public Task<bool> StartShardAsync(ShardLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return TransactAsync(
            "start shard",
            async (transaction, _) => await transaction.Sql(
                $"UPDATE {Schema.Shards} SET attempts = @attempt WHERE {LeasedShard}",
                [.. Parameters(lease), ("attempt", lease.Attempt)]).RunAsync(cancellationToken) == 1,
            cancellationToken);
    }

    /// <summary>Gives back a shard, so that another worker can take it at once.</summary>
    /// <param name="lease">The lease. Nothing happens if it was lost.</param>
    /// <param name="failure">
    /// Why the worker failed on the shard, which counts as one of <see cref="JobOptions.MaxAttempts"/>; <see langword="null"/> if it just
    /// stops, which doesn't count.
    /// </param>
    /// <param name="cancellationToken">Cancels the call. The shard is free when its lease runs out.</param>
    /// <returns>A task that ends when the shard is free.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public Task ReleaseShardAsync(ShardLease lease, string? failure = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        int attempts = failure is null ? lease.Attempt - 1 : lease.Attempt;
        return TransactAsync(
            "release shard",
            (transaction, _) => transaction.Sql(
                $"UPDATE {Schema.Shards} SET token = NULL, leased_until = 0, attempts = @attempts, reason = COALESCE(@reason, reason) "
                + $"WHERE {LeasedShard}",
                [.. Parameters(lease), ("attempts", attempts), ("reason", failure is null ? null : SqlDialect.Text(failure))])
                .RunAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Writes the rows of a shard and closes it in one transaction, if the lease is still the current one. Calling it again with the same
    /// lease changes nothing and returns the same.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="rows">One row per element of <see cref="ShardLease.Images"/>, in the same order.</param>
    /// <param name="cancellationToken">Cancels the call. The shard may be closed nevertheless; call again to find out.</param>
    /// <returns>Whether the rows were written. An answer that the network lost is found out.</returns>
    /// <exception cref="ArgumentException">The rows are not those of the lease's images.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public Task<ShardCompletion> CompleteShardAsync(
        ShardLease lease, IReadOnlyList<ImageResult> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(rows);
        if (!rows.Select(r => r.Index).SequenceEqual(lease.Images.Select(i => i.Index)))
        {
            throw new ArgumentException($"The rows are not those of the images of shard {lease.Shard}, in their order.", nameof(rows));
        }

        return TransactAsync(
            "complete shard",
            async (transaction, _) =>
            {
                int closed = await CloseAsync(transaction, lease, rows, Schema.ShardDone, null, cancellationToken);
                return closed == 1 || await IsClosedByAsync(transaction, lease, cancellationToken)
                    ? ShardCompletion.Written
                    : ShardCompletion.LeaseLost;
            },
            cancellationToken);
    }

    private static (string, object?)[] Parameters(ShardLease lease)
        => [("job", lease.Job.Id.Value), ("shard", lease.Shard), ("token", lease.Token)];

    private static async Task<TakenShard?> FindAsync(
        DbTransaction transaction, string condition, string locking, CancellationToken cancellationToken)
    {
        List<TakenShard> shards = await transaction.Sql(
            "SELECT s.job, s.shard, s.first_image, s.image_count, s.attempts, s.is_retry, s.worker, s.reason, s.token "
            + $"FROM {Schema.Shards} s WHERE s.state = 0 AND {condition} ORDER BY s.job, s.shard LIMIT 1{locking}")
            .ReadAllAsync(
                r => new TakenShard(
                    new JobId(r.GetInt64(0)), r.GetInt32(1), r.GetInt64(2), r.GetInt32(3), r.GetInt32(4), r.GetInt32(5) != 0)
                {
                    Reason = r.IsDBNull(8) ? r.GetText(7) : $"The worker '{r.GetText(6)}' did not answer.",
                },
                cancellationToken);
        return shards.Count > 0 ? shards[0] : null;
    }

    /// <summary>Frees shards that are locked by workers which stopped or vanished while they wrote their rows.</summary>
    private async Task EndStuckSessionsAsync(CancellationToken cancellationToken)
    {
        long last = Interlocked.Read(ref _lookedForStuck);
        if (_keepsStuckSessions
            || _dialect.EndStuckSessions(HasNoLease) is not string end
            || Stopwatch.GetElapsedTime(last) < StuckInterval
            || Interlocked.CompareExchange(ref _lookedForStuck, Stopwatch.GetTimestamp(), last) != last)
        {
            return;
        }

        try
        {
            List<bool> ended = await ExecuteAsync(
                "end stuck sessions",
                (connection, _) => connection.Sql(end).ReadAllAsync(r => r.GetBoolean(0), cancellationToken),
                cancellationToken).ConfigureAwait(false);
            if (ended.Any(e => e))
            {
                _log.StuckSessionsEnded(ended.Count(e => e));
            }
        }
        catch (JobStoreException exception) when (!exception.IsTransient)
        {
            // An administrator may have taken away the right. Everything else works without it.
            _keepsStuckSessions = true;
            _log.StuckSessionsKept(exception);
        }
    }

    /// <summary>Finds the shard that an earlier attempt at a transaction took, as it returned it; null if it didn't take effect.</summary>
    private static async Task<TakenShard?> FindTakenAsync(
        DbTransaction transaction, string token, bool isAhead, CancellationToken cancellationToken)
        => await FindAsync(transaction, $"s.token = '{token}'", "", cancellationToken) is TakenShard shard
            ? shard with { Attempts = isAhead ? shard.Attempts + 1 : shard.Attempts }
            : null;

    private async Task<TakenShard?> TakeAsync(
        DbTransaction transaction,
        string worker,
        string token,
        IReadOnlyCollection<JobId>? refused,
        bool isAhead,
        CancellationToken cancellationToken)
    {
        string others = refused is { Count: > 0 } ? $" AND s.job NOT IN ({string.Join(", ", refused)})" : "";
        TakenShard? shard = await FindAsync(transaction, $"{HasNoLease}{others}", _dialect.SkipLocked, cancellationToken);
        if (shard is null)
        {
            return null;
        }

        List<(int Attempts, long Lease)> options = await transaction.Sql(
            $"SELECT max_attempts, lease_ms FROM {Schema.Jobs} WHERE job = @job", ("job", shard.Job.Value))
            .ReadAllAsync(r => (r.GetInt32(0), r.GetInt64(1)), cancellationToken);
        (int attempts, long milliseconds) = options[0];
        bool isGivenUp = shard.Attempts >= attempts;
        if (!isGivenUp)
        {
            shard = shard with { Attempts = shard.Attempts + 1 };
        }

        await transaction.Sql(
            $"UPDATE {Schema.Shards} SET token = @token, worker = @worker, attempts = @attempts, reason = @reason, "
            + $"leased_at = {_dialect.Now}, leased_until = {_dialect.Now} + @time WHERE job = @job AND shard = @shard",
            ("token", token),
            ("worker", worker),
            ("attempts", isAhead && !isGivenUp ? shard.Attempts - 1 : shard.Attempts),
            ("reason", shard.Reason),
            ("time", milliseconds),
            ("job", shard.Job.Value),
            ("shard", shard.Shard)).RunAsync(cancellationToken);
        if (isGivenUp)
        {
            shard = shard with { IsGivenUp = true };
            await GiveUpAsync(transaction, shard, worker, token, cancellationToken);
        }

        return shard;
    }

    /// <summary>Closes a shard that is leased, with one row per image that says why.</summary>
    private async Task GiveUpAsync(
        DbTransaction transaction, TakenShard shard, string worker, string token, CancellationToken cancellationToken)
    {
        ClassificationJob job = await ReadJobAsync(transaction.Sql, shard.Job, cancellationToken);
        string attempts = shard.Attempts.ToString(CultureInfo.InvariantCulture);
        string reason = $"{attempts} attempts on the shard of this image failed. {shard.Reason}";
        ShardLease? lease = await ReadImagesAsync(transaction.Sql, shard, job, worker, token, cancellationToken);
        if (lease is null)
        {
            // Someone deleted them. Without names there are no rows.
            await transaction.Sql(
                $"UPDATE {Schema.Shards} SET state = {Schema.ShardFailed}, failed = image_count, reason = @reason, "
                + $"closed_at = {_dialect.Now} WHERE job = @job AND shard = @shard",
                ("reason", "The names of its images are missing."),
                ("job", shard.Job.Value),
                ("shard", shard.Shard)).RunAsync(cancellationToken);
            return;
        }

        ImageResult[] rows = [.. lease.Images.Select(i => new ImageResult { Index = i.Index, Name = i.Name, Error = reason })];
        await CloseAsync(transaction, lease, rows, Schema.ShardFailed, reason, cancellationToken);
    }

    /// <summary>Closes a shard and writes its rows, if the lease is the current one.</summary>
    /// <returns>The number of shards that are closed, 0 or 1.</returns>
    private async Task<int> CloseAsync(
        DbTransaction transaction,
        ShardLease lease,
        IReadOnlyList<ImageResult> rows,
        int state,
        string? reason,
        CancellationToken cancellationToken)
    {
        // First, since it locks the shard: of two workers, the second finds it closed.
        int failed = rows.Count(r => !r.Succeeded);
        int closed = await transaction.Sql(
            $"UPDATE {Schema.Shards} SET state = @state, succeeded = succeeded + @succeeded, failed = @failed, written = @written, "
            + $"reason = @reason, closed_at = {_dialect.Now} WHERE {LeasedShard}",
            [
                .. Parameters(lease), ("state", state), ("succeeded", rows.Count - failed), ("failed", failed), ("written", rows.Count),
                ("reason", reason),
            ]).RunAsync(cancellationToken);
        if (closed == 1)
        {
            if (lease.IsRetry)
            {
                int deleted = await transaction.Sql(
                    $"DELETE FROM {Schema.Results} WHERE job = @job AND image >= @first AND image < @end AND error IS NOT NULL",
                    ("job", lease.Job.Id.Value),
                    ("first", lease.FirstImage),
                    ("end", lease.FirstImage + lease.ImageCount)).RunAsync(cancellationToken);
                if (deleted != rows.Count)
                {
                    throw new InvalidOperationException(
                        $"Shard {lease.Shard} of job {lease.Job.Id} has {deleted} failed images instead of {rows.Count}.");
                }
            }

            await _dialect.InsertResultsAsync(transaction, lease.Job.Id, rows, cancellationToken);
        }

        return closed;
    }

    private static async Task<bool> IsClosedByAsync(DbTransaction transaction, ShardLease lease, CancellationToken cancellationToken)
        => await transaction.Sql(
            $"SELECT COUNT(*) FROM {Schema.Shards} WHERE job = @job AND shard = @shard AND token = @token AND state = {Schema.ShardDone}",
            Parameters(lease)).ReadLongAsync(cancellationToken) == 1;

    /// <summary>Reads the images of a shard; null if it was deleted.</summary>
    private static async Task<ShardLease?> ReadImagesAsync(
        CommandFactory sql, TakenShard shard, ClassificationJob job, string worker, string token, CancellationToken cancellationToken)
    {
        List<byte[]> names = await sql(
            $"SELECT names FROM {Schema.ShardNames} WHERE job = @job AND shard = @shard", ("job", shard.Job.Value), ("shard", shard.Shard))
            .ReadAllAsync(r => r.GetFieldValue<byte[]>(0), cancellationToken);
        if (names.Count == 0)
        {
            return null;
        }

        IEnumerable<ShardImage> images = NameList.Read(names[0], shard.Images).Select((name, i) => new ShardImage(shard.First + i, name));
        if (shard.IsRetry)
        {
            List<long> failed = await sql(
                $"SELECT image FROM {Schema.Results} WHERE job = @job AND image >= @first AND image < @end AND error IS NOT NULL",
                ("job", shard.Job.Value),
                ("first", shard.First),
                ("end", shard.First + shard.Images)).ReadAllAsync(r => r.GetInt64(0), cancellationToken);
            HashSet<long> wanted = [.. failed];
            images = images.Where(i => wanted.Contains(i.Index));
        }

        return new ShardLease
        {
            Job = job,
            Shard = shard.Shard,
            Images = [.. images],
            Worker = worker,
            Attempt = shard.Attempts,
            Token = token,
            FirstImage = shard.First,
            ImageCount = shard.Images,
            IsRetry = shard.IsRetry,
        };
    }

    /// <summary>A row of the shards that was found in this transaction.</summary>
    private sealed record TakenShard(JobId Job, int Shard, long First, int Images, int Attempts, bool IsRetry)
    {
        /// <summary>Why the attempt before failed; null if there was none.</summary>
        public string? Reason { get; init; }

        /// <summary>Whether the transaction closes the shard for good.</summary>
        public bool IsGivenUp { get; init; }
    }
}
