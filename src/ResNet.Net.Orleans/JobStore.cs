using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net.Orleans;

/// <summary>
/// Stores jobs, their shards and the rows of their images in a database. A shard is closed in the same transaction that writes its rows,
/// so that every image has exactly one row whatever happens to workers, networks and the database. Thread-safe.
/// </summary>
/// <remarks>
/// Each call uses a pooled connection and is repeated for <see cref="JobStoreOptions.RetryTime"/> while the database can't be reached.
/// Times are those of the database, so that the clocks of workers don't matter. All work runs on the thread pool, never on the scheduler
/// of the caller.
/// </remarks>
/// <example>
/// <code>
/// await using JobStore store = await JobStore.OpenAsync("jobs.db");
/// ClassificationJob job = await store.CreateJobAsync(new JobRequest { Source = source, Model = model }, images.ListAsync());
/// </code>
/// </example>
public abstract partial class JobStore : IAsyncDisposable
{
    /// <summary>Creates a command on a connection, in its transaction if there is one.</summary>
    private delegate DbCommand CommandFactory(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

    private readonly SqlDialect _dialect;
    private readonly TimeSpan _retryTime;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<JobId, ClassificationJob> _jobs = new();
    private readonly bool _mayMigrate;

    private protected JobStore(SqlDialect dialect, JobStoreOptions? options)
    {
        options ??= new JobStoreOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryTime, TimeSpan.Zero);
        _dialect = dialect;
        _retryTime = options.RetryTime;
        _mayMigrate = options.CreateTables;
        _log = options.LoggerFactory?.CreateLogger(typeof(JobStore).FullName!) ?? NullLogger.Instance;
    }

    /// <summary>Gets the name of the database for messages, without passwords.</summary>
    public string Name => _dialect.Name;

    /// <summary>Opens a store, and creates or updates its tables.</summary>
    /// <param name="location">
    /// A connection string (<c>Host=db;Database=resnet;Username=resnet</c>) or address (<c>postgresql://resnet@db/resnet</c>) of
    /// PostgreSQL, or the path of an SQLite file, which is created if it doesn't exist. Other addresses (<c>scheme://</c>) and settings
    /// without a host are rejected, in messages that don't repeat them: they may contain passwords.
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels opening.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="JobStoreException">The database can't be opened, or its tables were created by a newer version.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="location"/> is empty, or neither a valid connection string nor a path.
    /// </exception>
    public static async Task<JobStore> OpenAsync(
        string location, JobStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        return PostgresJobStore.Accepts(location)
            ? await PostgresJobStore.OpenAsync(location, options, cancellationToken).ConfigureAwait(false)
            : await SqliteJobStore.OpenAsync(location, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes pooled connections. Calls in progress complete or fail.</summary>
    /// <returns>A task that ends when the connections are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _dialect.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Creates or updates the tables.</summary>
    /// <exception cref="JobStoreException">The database can't be used, or its tables are of a newer version.</exception>
    private protected Task MigrateAsync(CancellationToken cancellationToken)
        => ExecuteAsync(
            "migrate",
            async (connection, _) =>
            {
                // First, so that a user without the right to create tables, or a reader of a read-only file, can open them.
                int version = await Schema.FindVersionAsync(_dialect, connection, cancellationToken);
                if (version > Schema.Version)
                {
                    throw Schema.Newer(_dialect, version);
                }

                if (version < Schema.Version)
                {
                    if (!_mayMigrate)
                    {
                        throw new JobStoreException(
                            $"{Name} has no tables of jobs, or older ones. 'resnet cluster submit' and 'resnet cluster serve' create or "
                            + "update them.");
                    }

                    await PrepareAsync(cancellationToken);
                    await Schema.MigrateAsync(_dialect, connection, Schema.Version, cancellationToken);
                }

                return true;
            },
            cancellationToken);

    /// <summary>Sets up the database before its tables are created.</summary>
    private protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs a transaction, and repeats it while the database can't be used.</summary>
    private Task<T> TransactAsync<T>(
        string operation, Func<DbTransaction, int, Task<T>> work, CancellationToken cancellationToken)
        => ExecuteAsync(
            operation,
            async (connection, attempt) =>
            {
                await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (_dialect.LimitTransaction is string limit)
                {
                    await transaction.Sql(limit).RunAsync(cancellationToken);
                }

                T result = await work(transaction, attempt);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);

    /// <summary>Runs work on a connection, and repeats it while the database can't be used.</summary>
    /// <param name="operation">The name in log events.</param>
    /// <param name="work">Receives the connection and the number of earlier attempts. An earlier one may have taken effect.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    private Task<T> ExecuteAsync<T>(string operation, Func<DbConnection, int, Task<T>> work, CancellationToken cancellationToken)
    {
        // Not on the scheduler of a grain, and not on its thread: SQLite blocks.
        return Task.Run(RepeatAsync, cancellationToken);

        async Task<T> RepeatAsync()
        {
            const double FirstDelay = 50, LongestDelay = 5000;
            long start = Stopwatch.GetTimestamp();
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    await using DbConnection connection = await _dialect.OpenAsync(cancellationToken);
                    return await work(connection, attempt);
                }
                catch (Exception exception) when (_dialect.IsTransient(exception) && !cancellationToken.IsCancellationRequested)
                {
                    if (Stopwatch.GetElapsedTime(start) >= _retryTime)
                    {
                        throw new JobStoreException(
                            $"The database {Name} could not be used for {_retryTime.TotalSeconds:0} seconds: {exception.Message}",
                            exception)
                        {
                            IsTransient = true,
                        };
                    }

                    if (attempt == 0)
                    {
                        _log.StoreUnavailable(operation, Name, exception);
                    }
                }
                catch (DbException exception)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    throw new JobStoreException($"The database {Name} rejected an operation ({operation}): {exception.Message}", exception);
                }

                // Random, so that many workers don't return at once.
                double delay = Math.Min(LongestDelay, FirstDelay * Math.Pow(2, Math.Min(attempt, 10)));
                await Task.Delay(TimeSpan.FromMilliseconds(delay * (0.5 + (Random.Shared.NextDouble() / 2))), cancellationToken);
            }
        }
    }
}
