using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>Represents the options of a <see cref="JobStore"/>.</summary>
public sealed record JobStoreOptions
{
    /// <summary>
    /// Gets how long an operation is repeated while the database can't be reached, is busy or has no space; the default is one minute.
    /// Repeating is safe: the store finds out whether a transaction whose answer was lost took effect.
    /// </summary>
    public TimeSpan RetryTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets whether missing or older tables are created or updated, which needs the right to do so; the default is
    /// <see langword="true"/>. Otherwise, opening such a database throws <see cref="JobStoreException"/> and changes nothing.
    /// </summary>
    public bool CreateTables { get; init; } = true;

    /// <summary>Gets where log events go; <see langword="null"/> for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
