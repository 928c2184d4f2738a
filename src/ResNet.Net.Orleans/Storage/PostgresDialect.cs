using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;

namespace ResNet.Net.Orleans;

/// <summary>PostgreSQL 12 and later.</summary>
/// <param name="source">The pool of connections, which this disposes.</param>
internal sealed class PostgresDialect(NpgsqlDataSource source) : SqlDialect
{
    private const int IdleSeconds = 10, Probes = 2;

    private const string IdleInTransactionTimeout = "25P03";

    // Codes outside the classes of IsTransient that a restart, a failover or a full disk causes.
    private static readonly HashSet<string> TransientStates =
    [
        PostgresErrorCodes.SerializationFailure, PostgresErrorCodes.DeadlockDetected, PostgresErrorCodes.LockNotAvailable,
        PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.CannotConnectNow,
        PostgresErrorCodes.IoError, PostgresErrorCodes.ReadOnlySqlTransaction, PostgresErrorCodes.QueryCanceled,
        IdleInTransactionTimeout,
    ];

    public override string Name { get; } = NameOf(source.ConnectionString);

    // clock_timestamp, not now: the latter is when the transaction began, which may be before it got its locks.
    public override string Now => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

    public override string Identity => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public override string Bytes => "BYTEA";

    public override string Integers => "INTEGER[]";

    public override string Floats => "REAL[]";

    // Room in each page for renewals, which then update no index.
    public override string ShardTableOptions => " WITH (fillfactor = 70)";

    public override string KeyedTableOptions => "";

    public override string SkipLocked => " FOR UPDATE SKIP LOCKED";

    public override string ForUpdate => " FOR UPDATE";

    // Any number that other software is unlikely to use.
    public override string? LockMigrations => "SELECT pg_advisory_xact_lock(5713408271690218)";

    // A client that vanishes or stops within a transaction would keep its locks, and its shard would stay out of reach. In each
    // transaction, since poolers such as PgBouncer know neither startup options nor sessions.
    public override string? LimitTransaction { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"SET LOCAL idle_in_transaction_session_timeout = {IdleSeconds * 1000}; SET LOCAL tcp_keepalives_idle = {IdleSeconds}; "
        + $"SET LOCAL tcp_keepalives_interval = {IdleSeconds / Probes}; SET LOCAL tcp_keepalives_count = {Probes}");

    // No time limit of PostgreSQL applies while it waits for the rows of a COPY. The count, which reads all open shards, is evaluated only
    // for such sessions. A role may end its own sessions.
    public override string EndStuckSessions(string hasNoLease)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.datname = current_database() AND a.usename = current_user "
            + $"AND a.state = 'active' AND a.wait_event = 'ClientRead' AND a.state_change < now() - INTERVAL '{IdleSeconds} seconds' "
            + $"AND (SELECT COUNT(*) FROM {Schema.Shards} s WHERE s.state = 0 AND s.xmax = a.backend_xid AND {hasNoLease}) > 0");

    public override string HasTable(string name) => $"SELECT CASE WHEN to_regclass('{name}') IS NULL THEN 0 ELSE 1 END";

    public override string FirstOf(string column) => $"{column}[1]";

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
        => await source.OpenConnectionAsync(cancellationToken);

    public override async Task InsertResultsAsync(
        DbTransaction transaction, JobId job, IReadOnlyList<ImageResult> rows, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = (NpgsqlConnection)transaction.Connection!;
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            $"COPY {Schema.Results} ({Schema.ResultColumns}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (ImageResult row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(job.Value, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(row.Index, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(Text(row.Name), NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(row.Sha256 is null ? null : Convert.FromHexString(row.Sha256), NpgsqlDbType.Bytea);
            if (row.Succeeded)
            {
                int[] classes = [.. row.Predictions.Select(p => p.ClassIndex)];
                float[] probabilities = [.. row.Predictions.Select(p => p.Probability)];
                await copy.WriteAsync(classes, NpgsqlDbType.Array | NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(probabilities, NpgsqlDbType.Array | NpgsqlDbType.Real, cancellationToken);
                await copy.WriteAsync((float)row.Timings.Decode.TotalMilliseconds, NpgsqlDbType.Real, cancellationToken);
                await copy.WriteAsync((float)row.Timings.Preprocess.TotalMilliseconds, NpgsqlDbType.Real, cancellationToken);
                await copy.WriteAsync((float)row.Timings.Inference.TotalMilliseconds, NpgsqlDbType.Real, cancellationToken);
                await copy.WriteNullAsync(cancellationToken);
            }
            else
            {
                for (int i = 0; i < Schema.SuccessColumns; i++)
                {
                    await copy.WriteNullAsync(cancellationToken);
                }

                await copy.WriteAsync(Text(row.Error!), NpgsqlDbType.Text, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);

        async Task WriteAsync(byte[]? value, NpgsqlDbType type)
            => await (value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, type, cancellationToken));
    }

    public override int[] ReadIntegers(DbDataReader reader, int column) => reader.GetFieldValue<int[]>(column);

    public override float[] ReadFloats(DbDataReader reader, int column) => reader.GetFieldValue<float[]>(column);

    public override bool IsTransient(Exception exception) => exception switch
    {
        // A new connection on a full disk, where the server can't write its cache of the catalog.
        PostgresException { SqlState: PostgresErrorCodes.InternalError, InvariantSeverity: "FATAL" } => true,

        // 08: connection, 53: resources such as disk space and connections.
        PostgresException { SqlState: string state } => TransientStates.Contains(state) || state[..2] is "08" or "53",
        NpgsqlException { InnerException: Exception inner } when IsTransient(inner) => true,
        NpgsqlException { IsTransient: true } => true,
        IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private static string NameOf(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder = new(connectionString);
        return $"{builder.Database ?? builder.Username} on {builder.Host}:{builder.Port}";
    }
}
