using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net;

/// <summary>The options of a store with everything filled in from the environment, and checked.</summary>
internal sealed record StoreSettings
{
    private const string FolderName = "ResNet.Net";

    public required ModelStoreOptions Options { get; init; }

    public required string Root { get; init; }

    public required IReadOnlyList<string> LocalFolders { get; init; }

    public required IReadOnlyList<ModelSource> Sources { get; init; }

    public required bool Offline { get; init; }

    public required ILogger Log { get; init; }

    /// <param name="options">The options.</param>
    /// <param name="environment">Gives an environment variable; null when it is not set.</param>
    /// <exception cref="ArgumentException">An option or a variable has no meaning.</exception>
    public static StoreSettings Resolve(ModelStoreOptions options, Func<string, string?> environment)
    {
        string? Variable(string name) => environment(name) is string value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

        ThrowUnlessPositive(options.ResponseTimeout, nameof(options.ResponseTimeout));
        ThrowUnlessPositive(options.IdleTimeout, nameof(options.IdleTimeout));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Retries, 100);
        string root = options.RootFolder ?? Variable(StoreVariables.Root) ?? DefaultRoot(Variable);
        ArgumentException.ThrowIfNullOrWhiteSpace(root, nameof(options.RootFolder));
        IEnumerable<string> folders = options.LocalFolders
            ?? Variable(StoreVariables.LocalFolders)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            ?? [];
        return new StoreSettings
        {
            Options = options,
            Root = Path.GetFullPath(root),
            LocalFolders = [.. folders.Select(f => string.IsNullOrWhiteSpace(f) ? throw new ArgumentException("A folder in ModelStoreOptions.LocalFolders has no name.", nameof(options)) : Path.GetFullPath(f))],
            Sources = options.Sources ?? [.. Mirrors(Variable(StoreVariables.Mirrors)), ModelSource.HuggingFace, ModelSource.GitHub],
            Offline = options.Offline ?? StoreVariables.Switch(StoreVariables.Offline, Variable(StoreVariables.Offline)) ?? false,
            Log = options.LoggerFactory?.CreateLogger<ModelStore>() ?? NullLogger<ModelStore>.Instance,
        };
    }

    private static IEnumerable<ModelSource> Mirrors(string? list)
        => (list ?? "").Split([' ', ';', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(address =>
        {
            try
            {
                return ModelSource.Mirror(address);
            }
            catch (ArgumentException exception)
            {
                throw new ArgumentException($"The environment variable {StoreVariables.Mirrors} is wrong. {exception.Message}", exception);
            }
        });

    private static string DefaultRoot(Func<string, string?> variable)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        string cache = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            : OperatingSystem.IsMacOS() ? Beside(home, "Library", "Caches")
            // A relative path there is invalid, says the XDG specification, and is to be ignored.
            : variable("XDG_CACHE_HOME") is string xdg && Path.IsPathRooted(xdg) ? xdg
            : Beside(home, ".cache");
        return cache.Length > 0
            ? Path.Combine(cache, FolderName)
            : throw new ArgumentException($"This user has no home folder, so that models have no place. Set {StoreVariables.Root}, or ModelStoreOptions.{nameof(ModelStoreOptions.RootFolder)}, to a folder that can be written.");
    }

    private static string Beside(string home, params ReadOnlySpan<string> parts) => home.Length > 0 ? Path.Combine([home, .. parts]) : "";

    private static void ThrowUnlessPositive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(name, value, "A timeout is more than nothing and less than 24 days.");
        }
    }
}
