namespace ResNet.Net.Orleans;

/// <summary>
/// A <see cref="JobStore"/> in one SQLite file on a local disk: for the workers of one machine, with nothing to install. Not for files
/// on network shares, whose locks SQLite can't rely on.
/// </summary>
public sealed class SqliteJobStore : JobStore
{
    private readonly SqliteDialect _dialect;

    private SqliteJobStore(SqliteDialect dialect, JobStoreOptions? options)
        : base(dialect, options)
        => _dialect = dialect;

    /// <summary>Opens a file, and creates or updates its tables.</summary>
    /// <param name="path">The path of the file, which is created if it doesn't exist.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels opening.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="JobStoreException">The file can't be opened, or its tables were created by a newer version.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file doesn't exist.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static new async Task<SqliteJobStore> OpenAsync(
        string path, JobStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string file = Path.GetFullPath(path);
        if (Path.GetDirectoryName(file) is string folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder '{folder}' of the database '{path}' does not exist. Create it.");
        }

        if (options?.CreateTables == false && !File.Exists(file))
        {
            throw new JobStoreException($"There is no file '{path}'. 'resnet cluster submit' and 'resnet cluster serve' create it.");
        }

        SqliteJobStore store = new(new SqliteDialect(file), options);
        try
        {
            await store.MigrateAsync(cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private protected override Task PrepareAsync(CancellationToken cancellationToken) => _dialect.UseWriteAheadLogAsync(cancellationToken);
}
