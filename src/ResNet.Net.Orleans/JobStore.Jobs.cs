using System.Data.Common;

namespace ResNet.Net.Orleans;

public abstract partial class JobStore
{
    // Shards per transaction of a submission: each is at most some hundred kilobytes.
    private const int ShardsPerCommit = 16;

    // Images whose rows a deletion takes per transaction, so that none is long.
    private const int ImagesPerDeletion = 50_000;

    private const string JobColumns
        = "j.job, j.name, j.source_kind, j.source_location, j.model_id, j.model_sha256, j.model_preprocessing, j.labels_name, "
        + "j.top_k, j.shard_size, j.lease_ms, j.max_attempts, j.created_at";

    /// <summary>
    /// Creates a job and cuts its images into shards while they are enumerated. Workers take the first shards before the last ones are
    /// listed. Memory is constant.
    /// </summary>
    /// <param name="request">The job.</param>
    /// <param name="images">The names of the images, usually <see cref="IImageSource.ListAsync"/>.</param>
    /// <param name="progress">Receives the number of images that are stored; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the submission. Then the job is canceled too.</param>
    /// <returns>The job.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The job was canceled while its images were listed.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<ClassificationJob> CreateJobAsync(
        JobRequest request,
        IAsyncEnumerable<string> images,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(images);
        request.Options.Validate();
        JobId id = await InsertJobAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await AppendAsync(id, request.Options.ShardSize, images, progress, cancellationToken).ConfigureAwait(false);
            await SealAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // At best: without the database, an operator cancels it later.
            await ((Task)CancelJobAsync(id, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await GetJobAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets a job.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The job.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<ClassificationJob> GetJobAsync(JobId id, CancellationToken cancellationToken = default)
        => _jobs.TryGetValue(id, out ClassificationJob? job)
            ? job
            : await ExecuteAsync("get job", (connection, _) => ReadJobAsync(connection.Sql, id, cancellationToken), cancellationToken)
                .ConfigureAwait(false);

    /// <summary>
    /// Cancels a job: its open shards are closed, and what workers have in progress is discarded. Rows that were written stay.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether the job was still open; <see langword="false"/> if it was completed or canceled before.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<bool> CancelJobAsync(JobId id, CancellationToken cancellationToken = default)
    {
        await GetJobAsync(id, cancellationToken).ConfigureAwait(false);
        bool canceled = false;
        return await TransactAsync(
            "cancel job",
            async (transaction, _) =>
            {
                (long state, long open) = await LockJobAsync(transaction, id, cancellationToken);
                if (state == Schema.Canceled || (state == Schema.Submitted && open == 0))
                {
                    // An earlier attempt whose answer was lost counts.
                    return canceled && state == Schema.Canceled;
                }

                await transaction.Sql(
                    $"UPDATE {Schema.Jobs} SET state = {Schema.Canceled} WHERE job = @job", ("job", id.Value)).RunAsync(cancellationToken);
                await transaction.Sql(
                    $"UPDATE {Schema.Shards} SET state = {Schema.ShardCanceled} WHERE job = @job AND state = 0",
                    ("job", id.Value)).WithTime().RunAsync(cancellationToken);
                return canceled = true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes a job that was completed or canceled, and all its rows, in many short transactions. A deletion that is interrupted leaves a
    /// canceled job with some of its rows, which can be deleted again.
    /// </summary>
    /// <param name="id">The id, which is never used again.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that ends when nothing is left of the job.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="InvalidOperationException">The job is in progress.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task DeleteJobAsync(JobId id, CancellationToken cancellationToken = default)
    {
        int shards = Math.Max(
            1, ImagesPerDeletion / (await GetJobAsync(id, cancellationToken).ConfigureAwait(false)).Options.ShardSize);
        await TransactAsync(
            "delete job",
            async (transaction, _) =>
            {
                (long state, long open) = await LockJobAsync(transaction, id, cancellationToken);
                if (state == Schema.Submitting || (state == Schema.Submitted && open > 0))
                {
                    throw new InvalidOperationException($"The job {id} is in progress. Cancel it first.");
                }

                return await transaction.Sql(
                    $"UPDATE {Schema.Jobs} SET state = {Schema.Canceled} WHERE job = @job", ("job", id.Value)).RunAsync(cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
        while (await TransactAsync("delete job", DeleteShardsAsync, cancellationToken).ConfigureAwait(false))
        {
        }

        _jobs.TryRemove(id, out _);

        // The last shards first, then the job. Returns whether the job is still there.
        async Task<bool> DeleteShardsAsync(DbTransaction transaction, int attempt)
        {
            List<(int Shard, long Image)> last = await transaction.Sql(
                $"SELECT shard, first_image FROM {Schema.Shards} WHERE job = @job ORDER BY shard DESC LIMIT @count",
                ("job", id.Value),
                ("count", shards)).ReadAllAsync(r => (r.GetInt32(0), r.GetInt64(1)), cancellationToken);
            if (last.Count > 0)
            {
                (int shard, long image) = last[^1];
                await DeleteAsync(Schema.Results, "image", image);
                await DeleteAsync(Schema.ShardNames, "shard", shard);
                await DeleteAsync(Schema.Shards, "shard", shard);
                return true;
            }

            foreach (string table in (string[])[Schema.Refusals, Schema.Labels, Schema.Jobs])
            {
                await DeleteAsync(table, "job", id.Value);
            }

            return false;

            Task DeleteAsync(string table, string column, long first) => transaction.Sql(
                $"DELETE FROM {table} WHERE job = @job AND {column} >= @first", ("job", id.Value), ("first", first))
                .RunAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Opens the shards that have failed images again, for these images only. Their rows stay until new ones replace them, so that every
    /// image has a row at all times.
    /// </summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The number of images that are classified again.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="InvalidOperationException">The job is canceled.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<long> RetryFailuresAsync(JobId id, CancellationToken cancellationToken = default)
    {
        await GetJobAsync(id, cancellationToken).ConfigureAwait(false);
        return await TransactAsync(
            "retry failures",
            async (transaction, _) =>
            {
                if ((await LockJobAsync(transaction, id, cancellationToken)).State == Schema.Canceled)
                {
                    throw new InvalidOperationException($"The job {id} is canceled. Create a new one.");
                }

                // One statement marks and counts: a shard that a worker closes meanwhile is either in both or in none. Shards that an
                // attempt with a lost answer opened are counted again.
                await transaction.Sql(
                    $"UPDATE {Schema.Shards} SET state = {Schema.ShardOpen}, is_retry = 1, attempts = 0, token = NULL, worker = NULL, "
                    + "leased_until = 0, reason = NULL "
                    + $"WHERE job = @job AND failed > 0 AND state IN ({Schema.ShardDone}, {Schema.ShardFailed})",
                    ("job", id.Value)).WithTime().RunAsync(cancellationToken);
                return await transaction.Sql(
                    $"SELECT CAST(COALESCE(SUM(failed), 0) AS BIGINT) FROM {Schema.Shards} WHERE job = @job AND state = 0 AND is_retry = 1",
                    ("job", id.Value)).ReadLongAsync(cancellationToken) ?? 0;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the shards of a job that were given up.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The shards, by number.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<IReadOnlyList<FailedShard>> GetFailedShardsAsync(JobId id, CancellationToken cancellationToken = default)
        => await ExecuteAsync(
            "get failed shards",
            (connection, _) => connection.Sql(
                $"SELECT shard, first_image, image_count, attempts, reason FROM {Schema.Shards} "
                + $"WHERE job = @job AND state = {Schema.ShardFailed} ORDER BY shard",
                ("job", id.Value)).ReadAllAsync(
                    r => new FailedShard(r.GetInt32(0), r.GetInt64(1), r.GetInt32(2), r.GetInt32(3), r.GetText(4) ?? ""),
                    cancellationToken),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Records that a worker can't take shards of a job, for operators to see. The latest reason of each worker counts.</summary>
    /// <param name="id">The id of the job.</param>
    /// <param name="worker">The name of the worker.</param>
    /// <param name="reason">Why it can't.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A task that ends when it is recorded.</returns>
    /// <exception cref="ArgumentException"><paramref name="worker"/> is empty.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public Task RecordRefusalAsync(JobId id, string worker, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(worker);
        ArgumentNullException.ThrowIfNull(reason);
        return TransactAsync(
            "record refusal",
            (transaction, _) => transaction.Sql(
                $"INSERT INTO {Schema.Refusals} (job, worker, reason, refused_at) VALUES (@job, @worker, @reason, {_dialect.Now}) "
                + "ON CONFLICT (job, worker) DO UPDATE SET reason = excluded.reason, refused_at = excluded.refused_at",
                ("job", id.Value),
                ("worker", SqlDialect.Text(worker)),
                ("reason", SqlDialect.Text(reason))).RunAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Gets the workers that couldn't take shards of a job.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>One element per worker, by name.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<IReadOnlyList<JobRefusal>> GetRefusalsAsync(JobId id, CancellationToken cancellationToken = default)
        => await ExecuteAsync(
            "get refusals",
            (connection, _) => connection.Sql(
                $"SELECT worker, reason, refused_at FROM {Schema.Refusals} WHERE job = @job ORDER BY worker", ("job", id.Value))
                .ReadAllAsync(r => new JobRefusal(r.GetString(0), r.GetString(1), r.GetTime(2)!.Value), cancellationToken),
            cancellationToken).ConfigureAwait(false);

    private static async Task<(long State, long Open)> LockJobAsync(
        DbTransaction transaction, JobId id, string forUpdate, CancellationToken cancellationToken)
    {
        long state = await transaction.Sql($"SELECT state FROM {Schema.Jobs} WHERE job = @job{forUpdate}", ("job", id.Value))
            .ReadLongAsync(cancellationToken) ?? throw NoJob(id);
        long open = await transaction.Sql($"SELECT COUNT(*) FROM {Schema.Shards} WHERE job = @job AND state = 0", ("job", id.Value))
            .ReadLongAsync(cancellationToken) ?? 0;
        return (state, open);
    }

    private static KeyNotFoundException NoJob(JobId id) => new($"There is no job {id}.");

    private Task<(long State, long Open)> LockJobAsync(DbTransaction transaction, JobId id, CancellationToken cancellationToken)
        => LockJobAsync(transaction, id, _dialect.ForUpdate, cancellationToken);

    private Task<JobId> InsertJobAsync(JobRequest request, CancellationToken cancellationToken)
    {
        // Finds the job again if the answer to the commit is lost.
        string submission = Guid.NewGuid().ToString("N");
        return TransactAsync(
            "create job",
            async (transaction, _) =>
            {
                JobModel model = request.Model;
                JobOptions options = request.Options;
                long? inserted = await transaction.Sql(
                    $"INSERT INTO {Schema.Jobs} (submission, name, source_kind, source_location, model_id, model_sha256, "
                    + "model_preprocessing, labels_name, top_k, shard_size, lease_ms, max_attempts, created_at) "
                    + "VALUES (@submission, @name, @kind, @location, @model, @sha256, @preprocessing, @labels, @top, @size, @lease, "
                    + $"@attempts, {_dialect.Now}) "
                    + "ON CONFLICT (submission) DO NOTHING RETURNING job",
                    ("submission", submission),
                    ("name", request.Name),
                    ("kind", request.Source.Kind),
                    ("location", request.Source.Location),
                    ("model", model.Id),
                    ("sha256", model.Sha256),
                    ("preprocessing", model.Preprocessing),
                    ("labels", model.Labels.Name),
                    ("top", options.TopK),
                    ("size", options.ShardSize),
                    ("lease", (long)options.LeaseTime.TotalMilliseconds),
                    ("attempts", options.MaxAttempts)).ReadLongAsync(cancellationToken);
                if (inserted is not long id)
                {
                    // An earlier attempt took effect.
                    return new JobId(await transaction.Sql(
                        $"SELECT job FROM {Schema.Jobs} WHERE submission = @submission", ("submission", submission))
                        .ReadLongAsync(cancellationToken) ?? 0);
                }

                for (int i = 0; i < model.Labels.Count; i++)
                {
                    await transaction.Sql(
                        $"INSERT INTO {Schema.Labels} (job, class, label, synset) VALUES (@job, @class, @label, @synset)",
                        ("job", id),
                        ("class", i),
                        ("label", SqlDialect.Text(model.Labels[i])),
                        ("synset", model.Labels.GetSynsetId(i))).RunAsync(cancellationToken);
                }

                return new JobId(id);
            },
            cancellationToken);
    }

    private async Task AppendAsync(
        JobId id, int shardSize, IAsyncEnumerable<string> images, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        List<string> names = new(shardSize);
        List<(int Shard, long First, int Count, byte[] Names)> shards = [];
        long count = 0;
        int next = 0;
        await foreach (string name in images.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            names.Add(name);
            if (names.Count == shardSize)
            {
                Cut();
                if (shards.Count == ShardsPerCommit)
                {
                    await CommitAsync().ConfigureAwait(false);
                }
            }
        }

        if (names.Count > 0)
        {
            Cut();
        }

        if (shards.Count > 0)
        {
            await CommitAsync().ConfigureAwait(false);
        }

        void Cut()
        {
            shards.Add((next++, count, names.Count, NameList.Write(names)));
            count += names.Count;
            names.Clear();
        }

        async Task CommitAsync()
        {
            await InsertShardsAsync(id, shards, cancellationToken).ConfigureAwait(false);
            shards.Clear();
            progress?.Report(count);
        }
    }

    private Task<bool> InsertShardsAsync(
        JobId id, IReadOnlyList<(int Shard, long First, int Count, byte[] Names)> shards, CancellationToken cancellationToken)
        => TransactAsync(
            "add shards",
            async (transaction, _) =>
            {
                await ThrowUnlessSubmittingAsync(transaction, id, cancellationToken);
                foreach ((int shard, long first, int count, byte[] names) in shards)
                {
                    // An earlier attempt may have taken effect.
                    await transaction.Sql(
                        $"INSERT INTO {Schema.Shards} (job, shard, first_image, image_count) VALUES (@job, @shard, @first, @count) "
                        + "ON CONFLICT (job, shard) DO NOTHING",
                        ("job", id.Value),
                        ("shard", shard),
                        ("first", first),
                        ("count", count)).RunAsync(cancellationToken);
                    await transaction.Sql(
                        $"INSERT INTO {Schema.ShardNames} (job, shard, names) VALUES (@job, @shard, @names) "
                        + "ON CONFLICT (job, shard) DO NOTHING",
                        ("job", id.Value),
                        ("shard", shard),
                        ("names", names)).RunAsync(cancellationToken);
                }

                return true;
            },
            cancellationToken);

    private Task<bool> SealAsync(JobId id, CancellationToken cancellationToken)
        => TransactAsync(
            "submit job",
            async (transaction, _) =>
            {
                long state = await LockStateAsync(transaction, id, cancellationToken);
                if (state == Schema.Canceled)
                {
                    throw CanceledWhileSubmitting(id);
                }

                await transaction.Sql(
                    $"UPDATE {Schema.Jobs} SET state = {Schema.Submitted} WHERE job = @job", ("job", id.Value)).RunAsync(cancellationToken);
                return true;
            },
            cancellationToken);

    private async Task ThrowUnlessSubmittingAsync(DbTransaction transaction, JobId id, CancellationToken cancellationToken)
    {
        if (await LockStateAsync(transaction, id, cancellationToken) != Schema.Submitting)
        {
            throw CanceledWhileSubmitting(id);
        }
    }

    private static InvalidOperationException CanceledWhileSubmitting(JobId id)
        => new($"The job {id} was canceled while its images were listed.");

    // Locked, so that a job that is canceled at this moment gets no more shards.
    private async Task<long> LockStateAsync(DbTransaction transaction, JobId id, CancellationToken cancellationToken)
        => await transaction.Sql($"SELECT state FROM {Schema.Jobs} WHERE job = @job{_dialect.ForUpdate}", ("job", id.Value))
            .ReadLongAsync(cancellationToken) ?? throw NoJob(id);

    private async Task<ClassificationJob> ReadJobAsync(CommandFactory sql, JobId id, CancellationToken cancellationToken)
    {
        List<(string Label, string? Synset)> labels = await sql(
            $"SELECT label, synset FROM {Schema.Labels} WHERE job = @job ORDER BY class", ("job", id.Value))
            .ReadAllAsync(r => (r.GetString(0), r.GetText(1)), cancellationToken);
        List<ClassificationJob> jobs = await sql($"SELECT {JobColumns} FROM {Schema.Jobs} j WHERE j.job = @job", ("job", id.Value))
            .ReadAllAsync(
                r => new ClassificationJob(
                    id,
                    r.GetText(1),
                    new ImageSourceDescription(r.GetString(2), r.GetString(3)),
                    new JobModel(
                        r.GetString(4),
                        r.GetString(5),
                        new LabelSet(
                            r.GetString(7),
                            labels.Select(l => l.Label),
                            labels.Any(l => l.Synset is not null) ? labels.Select(l => l.Synset) : null),
                        r.GetString(6)),
                    new JobOptions
                    {
                        TopK = r.GetInt32(8),
                        ShardSize = r.GetInt32(9),
                        LeaseTime = TimeSpan.FromMilliseconds(r.GetInt64(10)),
                        MaxAttempts = r.GetInt32(11),
                    },
                    r.GetTime(12)!.Value),
                cancellationToken);
        return jobs.Count > 0 ? _jobs.GetOrAdd(id, jobs[0]) : throw NoJob(id);
    }
}
