using System.Data.Common;
using System.Globalization;

namespace ResNet.Net.Orleans;

/// <summary>The tables, and the numbered migrations that create them. A migration that was released never changes.</summary>
internal static class Schema
{
    public const string Migrations = "resnet_migrations";
    public const string Jobs = "resnet_jobs";
    public const string Labels = "resnet_labels";
    public const string Shards = "resnet_shards";
    public const string ShardNames = "resnet_shard_names";
    public const string Results = "resnet_results";
    public const string Refusals = "resnet_refusals";
    public const string Membership = "resnet_membership";
    public const string Silos = "resnet_silos";

    public const string ResultColumns
        = "job, image, path, sha256, classes, probabilities, decode_ms, preprocess_ms, inference_ms, error";

    /// <summary>The number of columns that are null if an image failed.</summary>
    public const int SuccessColumns = 5;

    // Values of the column state of jobs.
    public const int Submitting = 0;
    public const int Submitted = 1;
    public const int Canceled = 2;

    // Values of the column state of shards. The index of open shards has the 0 in its definition.
    public const int ShardOpen = 0;
    public const int ShardDone = 1;
    public const int ShardFailed = 2;
    public const int ShardCanceled = 3;

    private static readonly Func<SqlDialect, string[]>[] Steps = [CreateTables, AddRefusalsAndView, AddSilos];

    public static int Version => Steps.Length;

    /// <summary>Brings the database to a version. Only one machine does so at a time.</summary>
    /// <exception cref="JobStoreException">The database has a newer version.</exception>
    public static async Task MigrateAsync(SqlDialect dialect, DbConnection connection, int target, CancellationToken cancellationToken)
    {
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (dialect.LockMigrations is string statement)
        {
            await ExecuteAsync(statement);
        }

        await ExecuteAsync($"CREATE TABLE IF NOT EXISTS {Migrations} (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)");
        int version = await ReadVersionAsync(transaction, cancellationToken);
        if (version > Version)
        {
            throw Newer(dialect, version);
        }

        for (; version < target; version++)
        {
            foreach (string step in Steps[version](dialect))
            {
                await ExecuteAsync(step);
            }

            await ExecuteAsync(
                $"INSERT INTO {Migrations} (version, applied_at) "
                + $"VALUES ({(version + 1).ToString(CultureInfo.InvariantCulture)}, {dialect.Now})");
        }

        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql)
        {
            await using DbCommand command = transaction.Sql(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Reads the version of the tables; 0 if there are none.</summary>
    public static async Task<int> FindVersionAsync(SqlDialect dialect, DbConnection connection, CancellationToken cancellationToken)
    {
        if (await connection.Sql(dialect.HasTable(Migrations)).ReadLongAsync(cancellationToken) != 1)
        {
            return 0;
        }

        return (int)(await connection.Sql($"SELECT COALESCE(MAX(version), 0) FROM {Migrations}").ReadLongAsync(cancellationToken) ?? 0);
    }

    /// <summary>Says that the tables were created by a newer version.</summary>
    public static JobStoreException Newer(SqlDialect dialect, int version) => new(
        $"The tables in {dialect.Name} have version {version}; this version of ResNet.Net.Orleans knows versions up to {Version}. "
        + "Update it on this machine.");

    private static async Task<int> ReadVersionAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using DbCommand command = transaction.Sql($"SELECT COALESCE(MAX(version), 0) FROM {Migrations}");
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static string[] CreateTables(SqlDialect dialect) =>
    [
        $"""
        CREATE TABLE {Jobs} (
            job {dialect.Identity},
            submission TEXT NOT NULL UNIQUE,
            name TEXT,
            source_kind TEXT NOT NULL,
            source_location TEXT NOT NULL,
            model_id TEXT NOT NULL,
            model_sha256 TEXT NOT NULL,
            model_preprocessing TEXT NOT NULL,
            labels_name TEXT NOT NULL,
            top_k INTEGER NOT NULL,
            shard_size INTEGER NOT NULL,
            lease_ms BIGINT NOT NULL,
            max_attempts INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL)
        """,
        $"""
        CREATE TABLE {Labels} (
            job BIGINT NOT NULL REFERENCES {Jobs} (job),
            class INTEGER NOT NULL,
            label TEXT NOT NULL,
            synset TEXT,
            PRIMARY KEY (job, class)){dialect.KeyedTableOptions}
        """,
        $"""
        CREATE TABLE {Shards} (
            job BIGINT NOT NULL REFERENCES {Jobs} (job),
            shard INTEGER NOT NULL,
            first_image BIGINT NOT NULL,
            image_count INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0,
            is_retry INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            token TEXT,
            worker TEXT,
            leased_at BIGINT,
            leased_until BIGINT NOT NULL DEFAULT 0,
            succeeded INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            written INTEGER NOT NULL DEFAULT 0,
            closed_at BIGINT,
            reason TEXT,
            PRIMARY KEY (job, shard)){dialect.ShardTableOptions}
        """,
        $"CREATE INDEX {Shards}_open ON {Shards} (job, shard) WHERE state = 0",

        // Apart from the shards, whose rows are read and updated often.
        $"""
        CREATE TABLE {ShardNames} (
            job BIGINT NOT NULL,
            shard INTEGER NOT NULL,
            names {dialect.Bytes} NOT NULL,
            PRIMARY KEY (job, shard))
        """,

        // No foreign key: it would cost a look-up per row, and only shards of existing jobs have rows.
        $"""
        CREATE TABLE {Results} (
            job BIGINT NOT NULL,
            image BIGINT NOT NULL,
            path TEXT NOT NULL,
            sha256 {dialect.Bytes},
            classes {dialect.Integers},
            probabilities {dialect.Floats},
            decode_ms REAL,
            preprocess_ms REAL,
            inference_ms REAL,
            error TEXT,
            PRIMARY KEY (job, image)){dialect.KeyedTableOptions}
        """,
    ];

    private static string[] AddRefusalsAndView(SqlDialect dialect) =>
    [
        $"""
        CREATE TABLE {Refusals} (
            job BIGINT NOT NULL REFERENCES {Jobs} (job),
            worker TEXT NOT NULL,
            reason TEXT NOT NULL,
            refused_at BIGINT NOT NULL,
            PRIMARY KEY (job, worker))
        """,
        $"""
        CREATE VIEW resnet_predictions AS
        SELECT r.job, r.image, r.path, l.label, l.synset, {dialect.FirstOf("r.probabilities")} AS probability, r.error
        FROM {Results} r LEFT JOIN {Labels} l ON l.job = r.job AND l.class = {dialect.FirstOf("r.classes")}
        """,
    ];

    private static string[] AddSilos(SqlDialect dialect) =>
    [
        // One row: every change of the silos increments it.
        $"CREATE TABLE {Membership} (version INTEGER NOT NULL)",
        $"INSERT INTO {Membership} (version) VALUES (0)",
        $"""
        CREATE TABLE {Silos} (
            address TEXT NOT NULL PRIMARY KEY,
            etag INTEGER NOT NULL,
            status INTEGER NOT NULL,
            suspects TEXT NOT NULL,
            silo TEXT NOT NULL,
            host TEXT NOT NULL,
            gateway_port INTEGER NOT NULL,
            started_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL){dialect.KeyedTableOptions}
        """,
    ];
}
