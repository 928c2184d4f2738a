using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net;

/// <summary>Holds the validated options of a store, with environment variables and defaults applied.</summary>
internal sealed record StoreSettings
{
    private const string FolderName = "ResNet.Net";
    private const StringSplitOptions SplitOptions = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    public required ModelStoreOptions Options { get; init; }

    public required string Root { get; init; }

    public required IReadOnlyList<string> LocalFolders { get; init; }

    public required IReadOnlyList<ModelSource> Sources { get; init; }

    public required bool Offline { get; init; }

    public required ILogger Log { get; init; }

    /// <param name="options">The options.</param>
    /// <param name="environment">Returns the value of an environment variable; null if it is not set.</param>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    public static StoreSettings Resolve(ModelStoreOptions options, Func<string, string?> environment)
    {
        string? Variable(string name)
            => environment(name) is string value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

        ThrowIfOutOfRange(options.ResponseTimeout, nameof(options.ResponseTimeout));
        ThrowIfOutOfRange(options.IdleTimeout, nameof(options.IdleTimeout));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Retries, 100);
        string root = options.RootFolder ?? Variable(StoreVariables.Root) ?? DefaultRoot(Variable);
        ArgumentException.ThrowIfNullOrWhiteSpace(root, nameof(options.RootFolder));
        IEnumerable<string> folders = options.LocalFolders
            ?? Variable(StoreVariables.LocalFolders)?.Split(Path.PathSeparator, SplitOptions)
            ?? [];
        return new StoreSettings
        {
            Options = options,
            Root = Path.GetFullPath(root),
            LocalFolders = [.. folders.Select(FullPathOf)],
            Sources = options.Sources ?? [.. Mirrors(Variable(StoreVariables.Mirrors)), ModelSource.HuggingFace, ModelSource.GitHub],
            Offline = options.Offline
                ?? StoreVariables.Switch(StoreVariables.Offline, Variable(StoreVariables.Offline))
                ?? false,
            Log = options.LoggerFactory?.CreateLogger<ModelStore>() ?? NullLogger<ModelStore>.Instance,
        };
    }

    private static string FullPathOf(string folder)
        => string.IsNullOrWhiteSpace(folder)
            ? throw new ArgumentException($"A folder in ModelStoreOptions.{nameof(ModelStoreOptions.LocalFolders)} is blank. Remove it.")
            : Path.GetFullPath(folder);

    private static IEnumerable<ModelSource> Mirrors(string? list)
    {
        foreach (string address in (list ?? "").Split([' ', ';', '\t', '\n'], SplitOptions))
        {
            ModelSource mirror;
            try
            {
                mirror = ModelSource.Mirror(address);
            }
            catch (ArgumentException exception)
            {
                throw new ArgumentException(
                    $"The environment variable {StoreVariables.Mirrors} is invalid: {exception.Message}", exception);
            }

            yield return mirror;
        }
    }

    private static string DefaultRoot(Func<string, string?> variable)
    {
        string home = SpecialFolder(Environment.SpecialFolder.UserProfile);
        string cache = OperatingSystem.IsWindows() ? SpecialFolder(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Below(home, "Library", "Caches")
            // The XDG specification requires that relative paths are ignored.
            : variable("XDG_CACHE_HOME") is string xdg && Path.IsPathRooted(xdg) ? xdg
            : Below(home, ".cache");
        return cache.Length > 0
            ? Path.Combine(cache, FolderName)
            : throw new ArgumentException(
                "This user has no home folder to store models in. "
                + $"Set {StoreVariables.Root} or ModelStoreOptions.{nameof(ModelStoreOptions.RootFolder)} to a writable folder.");
    }

    private static string SpecialFolder(Environment.SpecialFolder folder)
        => Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);

    private static string Below(string home, params ReadOnlySpan<string> parts)
        => home.Length > 0 ? Path.Combine([home, .. parts]) : "";

    private static void ThrowIfOutOfRange(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(name, value, "The timeout must be positive and less than 24 days.");
        }
    }
}
