using System.Data.Common;
using System.Globalization;

namespace ResNet.Net.Orleans;

public abstract partial class JobStore
{
    // The recent past, in which the rate is measured.
    private const long RateWindowMilliseconds = 5 * 60 * 1000;

    /// <summary>Gets the progress of a job.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The status.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<JobStatus> GetStatusAsync(JobId id, CancellationToken cancellationToken = default)
    {
        await GetJobAsync(id, cancellationToken).ConfigureAwait(false);
        return (await ReadStatusAsync(id, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>Gets all jobs with their progress.</summary>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The jobs, the latest first.</returns>
    /// <exception cref="JobStoreException">The database can't be used.</exception>
    public async Task<IReadOnlyList<JobStatus>> ListJobsAsync(CancellationToken cancellationToken = default)
        => await ReadStatusAsync(null, cancellationToken).ConfigureAwait(false);

    private async Task<List<JobStatus>> ReadStatusAsync(JobId? id, CancellationToken cancellationToken)
        => await ExecuteAsync(
            "get status",
            async (connection, _) =>
            {
                string recent = $"s.closed_at > n.now - {RateWindowMilliseconds.ToString(CultureInfo.InvariantCulture)}";
                string leased = "s.state = 0 AND s.leased_until > n.now AND s.token IS NOT NULL";

                // Canceled in a retry, a shard has all of its rows.
                string closed = "s.state IN (1, 2) OR (s.state = 3 AND s.is_retry = 1)";
                string sql =
                    $"""
                    SELECT j.job, j.state, MAX(n.now), COUNT(s.shard), CAST(COALESCE(SUM(s.image_count), 0) AS BIGINT),
                        CAST(COALESCE(SUM(CASE WHEN {closed} THEN s.image_count ELSE s.succeeded END), 0) AS BIGINT),
                        CAST(COALESCE(SUM(CASE WHEN {closed} THEN s.failed ELSE 0 END), 0) AS BIGINT),
                        COUNT(CASE WHEN s.state = 0 THEN 1 END),
                        COUNT(CASE WHEN {leased} THEN 1 END),
                        COUNT(CASE WHEN s.state = 2 THEN 1 END),
                        COUNT(DISTINCT CASE WHEN {leased} THEN s.worker END),
                        CAST(SUM(CASE WHEN {recent} THEN s.written END) AS BIGINT),
                        MIN(CASE WHEN {recent} THEN s.leased_at END),
                        CAST(SUM(s.written) AS BIGINT),
                        MIN(CASE WHEN s.closed_at IS NOT NULL THEN s.leased_at END), MAX(s.closed_at)
                    FROM {Schema.Jobs} j CROSS JOIN (SELECT {_dialect.Now} AS now) n LEFT JOIN {Schema.Shards} s ON s.job = j.job
                    {(id is null ? "" : "WHERE j.job = @job ")}GROUP BY j.job, j.state ORDER BY j.job DESC
                    """;
                DbCommand command = id is null ? connection.Sql(sql) : connection.Sql(sql, ("job", id.Value.Value));
                List<(JobId Id, Func<ClassificationJob, JobStatus> Create)> rows
                    = await command.ReadAllAsync(r => (new JobId(r.GetInt64(0)), StatusOf(r)), cancellationToken);
                List<JobStatus> statuses = [];
                foreach ((JobId job, Func<ClassificationJob, JobStatus> create) in rows)
                {
                    try
                    {
                        statuses.Add(create(_jobs.TryGetValue(job, out ClassificationJob? known)
                            ? known
                            : await ReadJobAsync(connection.Sql, job, cancellationToken)));
                    }
                    catch (KeyNotFoundException) when (id is null)
                    {
                        // Deleted in this moment.
                    }
                }

                return statuses;
            },
            cancellationToken).ConfigureAwait(false);

    private static Func<ClassificationJob, JobStatus> StatusOf(DbDataReader r)
    {
        long state = r.GetInt64(1), now = r.GetInt64(2), shards = r.GetInt64(3), images = r.GetInt64(4), completed = r.GetInt64(5);
        long failed = r.GetInt64(6), open = r.GetInt64(7), leased = r.GetInt64(8), given = r.GetInt64(9), workers = r.GetInt64(10);
        long? recent = r.GetLong(11), recentStart = r.GetLong(12), written = r.GetLong(13), start = r.GetLong(14), end = r.GetLong(15);
        DateTimeOffset? startedAt = r.GetTime(14), closedAt = r.GetTime(15);
        JobState value = state switch
        {
            Schema.Canceled => JobState.Canceled,
            Schema.Submitting => JobState.Submitting,
            _ => open == 0 ? JobState.Completed : JobState.Running,
        };

        // While the job runs, up to now: a cluster that stands still becomes slower.
        double? rate = value is JobState.Completed or JobState.Canceled
            ? Rate(written, end - start)
            : Rate(recent, now - Math.Max(now - RateWindowMilliseconds, recentStart ?? now));
        return job => new JobStatus
        {
            Job = job,
            State = value,
            Images = images,
            Completed = completed,
            Failed = failed,
            Shards = shards,
            OpenShards = open,
            LeasedShards = leased,
            FailedShards = given,
            Workers = (int)workers,
            ImagesPerSecond = rate,
            Remaining = value == JobState.Completed ? TimeSpan.Zero
                : value == JobState.Running && rate > 0 ? TimeSpan.FromSeconds((images - completed) / rate.Value)
                : null,
            StartedAt = startedAt,
            LastClosedAt = closedAt,
        };

        static double? Rate(long? images, long? milliseconds) => images > 0 && milliseconds > 0 ? images * 1000.0 / milliseconds : null;
    }
}
