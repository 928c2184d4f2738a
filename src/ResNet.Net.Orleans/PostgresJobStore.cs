using System.Text.RegularExpressions;
using Npgsql;

namespace ResNet.Net.Orleans;

/// <summary>A <see cref="JobStore"/> in PostgreSQL 12 or later: for any number of machines.</summary>
public sealed partial class PostgresJobStore : JobStore
{
    private const string ShortScheme = "postgres";
    private const string LongScheme = "postgresql";
    private const string SslModeKey = "SSL Mode";
    private const string Example = "\"Host=db;Database=resnet;Username=resnet\"";
    private const string Separators = $"The settings of a connection string are separated by ';'. Write {Example}.";
    private const string Forms
        = $"Write a path of an SQLite file, {LongScheme}://user:password@host:port/database, or {Example}.";

    // Parameters of libpq, by their names in Npgsql.
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = SslModeKey,
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
        ["options"] = "Options",
        ["user"] = "Username",
        ["dbname"] = "Database",
    };

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
    /// <exception cref="ArgumentException">
    /// <paramref name="connection"/> is empty or not valid. The message doesn't repeat it: it may have a password.
    /// </exception>
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
    /// <exception cref="ArgumentException">
    /// The text is of another database, or has settings without a host. The message doesn't repeat it: it may have a password.
    /// </exception>
    internal static bool Accepts(string location)
    {
        if (IsAddress(location) || HostSetting().IsMatch(location))
        {
            return true;
        }

        if (OtherScheme().IsMatch(location))
        {
            throw new ArgumentException($"The address of the database is not one of PostgreSQL. {Forms}");
        }

        bool isSettings = (location.Contains('=', StringComparison.Ordinal) && location.Contains(';', StringComparison.Ordinal))
            || PasswordSetting().IsMatch(location)
            || LibpqSettings().IsMatch(location);
        return isSettings ? throw new ArgumentException($"The connection string names no host. Write {Example}.") : false;
    }

    /// <summary>Converts an address to a connection string, and sets what a cluster needs unless it is set.</summary>
    internal static string ConnectionString(string connection)
    {
        if (LibpqSettings().IsMatch(connection))
        {
            throw new ArgumentException(Separators);
        }

        NpgsqlConnectionStringBuilder builder
            = IsAddress(connection) ? FromAddress(connection) : new NpgsqlConnectionStringBuilder(connection);
        if (string.IsNullOrWhiteSpace(builder.Host))
        {
            throw new ArgumentException($"The connection string names no host. Write {Example}.");
        }

        // Settings that are separated by spaces, as in libpq, become one value, which messages would show with the password.
        if (builder.Host.Split(',').Any(h => h.Trim().Any(c => char.IsWhiteSpace(c) || c == '='))
            || SpacedSetting().IsMatch($"{builder.Database}")
            || SpacedSetting().IsMatch($"{builder.Username}"))
        {
            throw new ArgumentException(Separators);
        }

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
        // An '@' or '#' after the host is part of a password that ends the host early.
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
            || address.AbsolutePath.Contains('@', StringComparison.Ordinal)
            || address.Fragment.Length > 0)
        {
            throw new ArgumentException(
                $"The address of the database is not valid. Write {LongScheme}://user:password@host:port/database, with %40 for '@', "
                + "%2F for '/' and %23 for '#' in passwords.");
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
            string name = Uri.UnescapeDataString(pair[0]);
            string key = Parameters.GetValueOrDefault(name, name);
            if (!builder.ContainsKey(key))
            {
                throw new ArgumentException(
                    $"The address of the database has a parameter that is not supported{(Word().IsMatch(name) ? $", '{name}'" : "")}. "
                    + $"Remove it, or write {Example} with settings of Npgsql.");
            }

            string value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "true";
            try
            {
                // "verify-full" is "VerifyFull" in Npgsql.
                builder[key] = key == SslModeKey ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
            {
                throw new ArgumentException($"The parameter '{name}' of the address of the database has an invalid value.", exception);
            }
        }

        return builder;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]+://", RegexOptions.IgnoreCase)]
    private static partial Regex OtherScheme();

    [GeneratedRegex(@"(?:^|[;\s])(?:Host|Server)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex HostSetting();

    [GeneratedRegex(@"(?:^|[;\s])(?:Password|Pwd|PSW)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordSetting();

    [GeneratedRegex(@"^\s*\w+\s*=\s*[^;\s]+\s+\w+\s*=")]
    private static partial Regex LibpqSettings();

    [GeneratedRegex(@"\s\w+\s*=")]
    private static partial Regex SpacedSetting();

    [GeneratedRegex(@"^\w+$")]
    private static partial Regex Word();
}
