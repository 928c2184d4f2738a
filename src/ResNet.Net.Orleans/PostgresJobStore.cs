using Npgsql;

namespace ResNet.Net.Orleans;

/// <summary>A <see cref="JobStore"/> in PostgreSQL 12 or later: for any number of machines.</summary>
public sealed class PostgresJobStore : JobStore
{
    private const string ShortScheme = "postgres";
    private const string LongScheme = "postgresql";

    private PostgresJobStore(NpgsqlDataSource source, JobStoreOptions? options)
        : base(new PostgresDialect(source), options)
    {
    }

    /// <summary>Opens a database, and creates or updates its tables, whose names start with <c>resnet_</c>.</summary>
    /// <param name="connection">
    /// The connection string (<c>Host=db;Database=resnet;Username=resnet</c>) or address (<c>postgresql://resnet:password@db/resnet</c>).
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels opening.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="JobStoreException">The database can't be opened, or its tables were created by a newer version.</exception>
    /// <exception cref="ArgumentException"><paramref name="connection"/> is empty or not valid.</exception>
    public static new async Task<PostgresJobStore> OpenAsync(
        string connection, JobStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        PostgresJobStore store = new(NpgsqlDataSource.Create(ConnectionString(connection)), options);
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

    /// <summary>Returns whether a text is an address or a connection string of PostgreSQL, rather than a path.</summary>
    internal static bool Accepts(string location)
        => IsAddress(location)
            || location.Contains("Host=", StringComparison.OrdinalIgnoreCase)
            || location.Contains("Server=", StringComparison.OrdinalIgnoreCase);

    /// <summary>Converts an address to a connection string, and sets what a cluster needs unless it is set.</summary>
    internal static string ConnectionString(string connection)
    {
        NpgsqlConnectionStringBuilder builder
            = IsAddress(connection) ? FromAddress(connection) : new NpgsqlConnectionStringBuilder(connection);

        // A host that vanishes without a word is noticed.
        const int Seconds = 10;
        builder.KeepAlive = builder.KeepAlive > 0 ? builder.KeepAlive : Seconds;
        builder.ApplicationName ??= "ResNet.Net";
        return builder.ConnectionString;
    }

    private static bool IsAddress(string text)
        => text.StartsWith($"{ShortScheme}://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith($"{LongScheme}://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder FromAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address))
        {
            throw new ArgumentException("The address of the database is not valid. Write postgresql://user:password@host:port/database.");
        }

        NpgsqlConnectionStringBuilder builder = new() { Host = address.Host };
        if (address.Port > 0)
        {
            builder.Port = address.Port;
        }

        if (address.AbsolutePath.Length > 1)
        {
            builder.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        }

        string[] user = address.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length > 1)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (string setting in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = setting.Split('=', 2);

            // libpq's spelling of "SSL Mode".
            string key = pair[0].Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? "SSL Mode" : Uri.UnescapeDataString(pair[0]);
            builder[key] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]).Replace("-", "", StringComparison.Ordinal) : "true";
        }

        return builder;
    }
}
