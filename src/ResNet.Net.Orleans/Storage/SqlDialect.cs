using System.Data.Common;
using System.Globalization;
using System.Numerics;

namespace ResNet.Net.Orleans;

/// <summary>What differs between the databases.</summary>
internal abstract class SqlDialect : IAsyncDisposable
{
    /// <summary>Gets the database's name for messages, without secrets.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the expression of the current time in milliseconds since 1970, by the clock of the database.</summary>
    public abstract string Now { get; }

    /// <summary>Gets what follows the name of a generated primary key.</summary>
    public abstract string Identity { get; }

    /// <summary>Gets the type of a sequence of bytes.</summary>
    public abstract string Bytes { get; }

    /// <summary>Gets the type of the classes of an image.</summary>
    public abstract string Integers { get; }

    /// <summary>Gets the type of the probabilities of an image.</summary>
    public abstract string Floats { get; }

    /// <summary>Gets what follows the columns of the shards.</summary>
    public abstract string ShardTableOptions { get; }

    /// <summary>Gets what follows the columns of tables whose key is (job, number).</summary>
    public abstract string KeyedTableOptions { get; }

    /// <summary>Gets the clause that locks selected rows, and passes over those that others lock.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Gets the clause that locks selected rows, and waits for others.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Gets the statement that lets one migration run at a time; null if every transaction does.</summary>
    public abstract string? LockMigrations { get; }

    /// <summary>Gets the statement that begins each transaction; null if none is needed.</summary>
    public virtual string? LimitTransaction => null;

    /// <summary>
    /// Gets the statement that ends sessions which hold a shard without a lease and wait for their client, one row for each; null if none
    /// is needed.
    /// </summary>
    /// <param name="hasNoLease">The condition on a row <c>s</c> of the shards.</param>
    public virtual string? EndStuckSessions(string hasNoLease) => null;

    /// <summary>Gets the query that is 1 if a table exists, and 0 otherwise.</summary>
    public abstract string HasTable(string name);

    /// <summary>Gets the expression of the first element of a column of integers or floats.</summary>
    public abstract string FirstOf(string column);

    /// <summary>Opens a connection of a pool.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Inserts rows of one job, as fast as the database can.</summary>
    public abstract Task InsertResultsAsync(
        DbTransaction transaction, JobId job, IReadOnlyList<ImageResult> rows, CancellationToken cancellationToken);

    public abstract int[] ReadIntegers(DbDataReader reader, int column);

    public abstract float[] ReadFloats(DbDataReader reader, int column);

    /// <summary>Whether the same operation can succeed later: no connection, a restart, a lock, no space.</summary>
    public abstract bool IsTransient(Exception exception);

    public abstract ValueTask DisposeAsync();

    /// <summary>Replaces null characters, which PostgreSQL can't store as text.</summary>
    public static string Text(string text) => text.Replace('\0', '\uFFFD');

    protected static string Join<T>(IEnumerable<T> values)
        where T : INumber<T>
        => $"[{string.Join(',', values.Select(v => v.ToString(null, CultureInfo.InvariantCulture)))}]";

    protected static T[] Split<T>(string json)
        where T : INumber<T>
        => [.. json[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(v => T.Parse(v, CultureInfo.InvariantCulture))];
}
