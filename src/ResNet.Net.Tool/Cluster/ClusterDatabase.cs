using System.CommandLine;
using System.Text.RegularExpressions;
using ResNet.Net.Orleans;

namespace ResNet.Net.Tool.Cluster;

/// <summary>The option for the database of the jobs, and how commands open it.</summary>
internal sealed partial class ClusterDatabase
{
    private const string Variable = "RESNET_NET_DATABASE";
    private const string DefaultFile = "resnet-jobs.db";

    // A person waits. Silos wait longer: their database may start after them.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Option<string?> Option { get; } = new("--database")
    {
        Description = "The jobs: an SQLite file, or a connection string of PostgreSQL such as \"Host=db;Database=resnet;Username=resnet\". "
            + $"Other users of this machine can see arguments: set passwords in the variable. [default: {Variable}, then {DefaultFile}]",
        HelpName = "file|connection",
        Recursive = true,
    };

    /// <summary>Opens the database, and creates it if it doesn't exist.</summary>
    public Task<JobStore> CreateAsync(ParseResult options, JobStoreOptions? storeOptions, CancellationToken cancellationToken)
        => JobStore.OpenAsync(Location(options), storeOptions ?? new JobStoreOptions { RetryTime = Patience }, cancellationToken);

    /// <summary>Opens the database.</summary>
    /// <exception cref="FileNotFoundException">There is no file.</exception>
    public Task<JobStore> OpenAsync(ParseResult options, CancellationToken cancellationToken)
    {
        string location = Location(options);
        return IsFile(location) && !File.Exists(location)
            ? throw new FileNotFoundException(
                $"There is no database '{location}'. Create one with 'resnet cluster submit', or name another with --database.")
            : CreateAsync(options, new JobStoreOptions { RetryTime = Patience, CreateTables = false }, cancellationToken);
    }

    /// <summary>Returns the argument that names this database in other commands, without secrets.</summary>
    public string Argument(ParseResult options) => options.GetValue(Option) switch
    {
        // The variable, or the default: both are the same for the next command.
        null or "" => "",
        string file when IsFile(file) => $" --database {file}",
        _ => " with the same --database",
    };

    private string Location(ParseResult options)
    {
        string location = options.GetValue(Option) ?? Environment.GetEnvironmentVariable(Variable) ?? "";
        return location.Length > 0 ? location : DefaultFile;
    }

    // What may be something else is left to the library, and never printed: it may have a password.
    private static bool IsFile(string location) => !location.Contains("://", StringComparison.Ordinal) && !Setting().IsMatch(location);

    [GeneratedRegex(@"(?:^|[;\s])\w+\s*=")]
    private static partial Regex Setting();
}
