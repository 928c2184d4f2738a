using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace ResNet.Net.Orleans;

/// <summary>SQLite 3.42 and later, in write-ahead mode.</summary>
internal sealed class SqliteDialect(string path) : SqlDialect
{
    // Of sqlite3.h: BUSY, LOCKED, IOERR, FULL, CANTOPEN (too many open files), PROTOCOL (a race for the lock of the log).
    private static readonly HashSet<int> TransientErrors = [5, 6, 10, 13, 14, 15];

    // A short wait for locks in SQLite itself, which blocks the thread. The store repeats the transaction afterwards.
    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 5 }.ToString();

    public override string Name => path;

    public override string Now => "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    public override string Identity => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override string Bytes => "BLOB";

    // JSON, so that SQLite's functions can read them.
    public override string Integers => "TEXT";

    public override string Floats => "TEXT";

    public override string ShardTableOptions => "";

    public override string KeyedTableOptions => " WITHOUT ROWID";

    // BEGIN IMMEDIATE has locked the whole file.
    public override string SkipLocked => "";

    public override string ForUpdate => "";

    public override string? LockMigrations => null;

    public override string HasTable(string name) => $"SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '{name}'";

    public override string FirstOf(string column) => $"json_extract({column}, '$[0]')";

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        SqliteConnection connection = new(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // FULL, so that a job that was submitted survives the loss of power.
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA synchronous = FULL";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets the mode in which readers don't wait for writers. The file remembers it.</summary>
    public async Task UseWriteAheadLogAsync(CancellationToken cancellationToken)
    {
        await using DbConnection connection = await OpenAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        if (!"wal".Equals(command.ExecuteScalar()))
        {
            command.CommandText = "PRAGMA journal_mode = WAL";
            command.ExecuteScalar();
        }
    }

    public override async Task InsertResultsAsync(
        DbTransaction transaction, JobId job, IReadOnlyList<ImageResult> rows, CancellationToken cancellationToken)
    {
        string[] columns = Schema.ResultColumns.Split(", ");
        using SqliteCommand insert = ((SqliteTransaction)transaction).Connection!.CreateCommand();
        insert.Transaction = (SqliteTransaction)transaction;
        insert.CommandText
            = $"INSERT INTO {Schema.Results} ({Schema.ResultColumns}) VALUES ({string.Join(", ", columns.Select(c => $"@{c}"))})";
        SqliteParameter[] parameters = [.. columns.Select(c => insert.Parameters.AddWithValue($"@{c}", DBNull.Value))];
        insert.Prepare();
        foreach (ImageResult row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            object?[] values = row.Succeeded
                ?
                [
                    job.Value, row.Index, Text(row.Name), Hash(row),
                    Join(row.Predictions.Select(p => p.ClassIndex)), Join(row.Predictions.Select(p => p.Probability)),
                    (float)row.Timings.Decode.TotalMilliseconds, (float)row.Timings.Preprocess.TotalMilliseconds,
                    (float)row.Timings.Inference.TotalMilliseconds, null,
                ]
                : [job.Value, row.Index, Text(row.Name), Hash(row), null, null, null, null, null, Text(row.Error!)];
            for (int i = 0; i < values.Length; i++)
            {
                parameters[i].Value = values[i] ?? DBNull.Value;
            }

            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        static byte[]? Hash(ImageResult row) => row.Sha256 is null ? null : Convert.FromHexString(row.Sha256);
    }

    public override int[] ReadIntegers(DbDataReader reader, int column) => Split<int>(reader.GetString(column));

    public override float[] ReadFloats(DbDataReader reader, int column) => Split<float>(reader.GetString(column));

    public override bool IsTransient(Exception exception)
        => exception is SqliteException { SqliteErrorCode: int code } && TransientErrors.Contains(code);

    public override ValueTask DisposeAsync()
    {
        using SqliteConnection connection = new(_connectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }
}
