using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>Specifies where a <see cref="ModelStore"/> keeps models and where it downloads them from.</summary>
/// <remarks>
/// Immutable: use <c>with</c> to change it. Options override environment variables. <see cref="ModelStore"/> validates the values.
/// </remarks>
public sealed record ModelStoreOptions
{
    /// <summary>Gets the folder that the store owns and downloads to.</summary>
    /// <value>
    /// The default, <see langword="null"/>, is the environment variable <c>RESNET_NET_HOME</c>, or the folder <c>ResNet.Net</c> in the
    /// cache folder of the platform: <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, <c>%LOCALAPPDATA%</c>, <c>~/Library/Caches</c>.
    /// </value>
    public string? RootFolder { get; init; }

    /// <summary>Gets additional folders with model files, each under its own name or in a subfolder named after the variant's id.</summary>
    /// <remarks>The caller owns these folders: their files are used in place and never changed.</remarks>
    /// <value>
    /// The default, <see langword="null"/>, is the environment variable <c>RESNET_NET_MODELS</c>, with the same separator as <c>PATH</c>.
    /// </value>
    public IReadOnlyList<string>? LocalFolders { get; init; }

    /// <summary>Gets the sources of downloads, in the order in which they are tried.</summary>
    /// <value>
    /// The default, <see langword="null"/>, is the mirrors in the environment variable <c>RESNET_NET_MIRROR</c>, separated by spaces or
    /// semicolons, then <see cref="ModelSource.HuggingFace"/>, then <see cref="ModelSource.GitHub"/>.
    /// </value>
    public IReadOnlyList<ModelSource>? Sources { get; init; }

    /// <summary>Gets whether the store never uses the network.</summary>
    /// <value>
    /// The default, <see langword="null"/>, is the environment variable <c>RESNET_NET_OFFLINE</c> (<c>1</c> or <c>0</c>), or
    /// <see langword="false"/> if it is not set.
    /// </value>
    public bool? Offline { get; init; }

    /// <summary>Gets whether a file is hashed at each request, rather than only when it has changed since it was verified.</summary>
    /// <remarks>
    /// A classifier or an embedder then runs exactly the bytes that were hashed: they are read into memory once and stay there, instead of
    /// being opened again by their path. Optimized and imported models in the store are not used, since nothing published confirms their
    /// content: the graph is optimized, and files in Caffe2's own format are imported, on every load. A file without a published SHA-256
    /// is compared with the recorded one. <see cref="ModelStore.EnsureAsync"/> and <see cref="ModelStore.Find"/> return a path, whose
    /// file can change after it was hashed.
    /// </remarks>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AlwaysVerify { get; init; }

    /// <summary>Gets the client for downloads, which should follow redirects. The caller owns and disposes it.</summary>
    /// <value>The default, <see langword="null"/>, is a client that all stores of the process share.</value>
    public HttpClient? HttpClient { get; init; }

    /// <summary>Gets the maximum time for a source to respond, including connecting.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the maximum time without receiving a byte. The duration of a download is not limited.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the number of retries per source after transient failures, 0 to 100.</summary>
    /// <remarks>
    /// The delay starts at about half a second and doubles with each retry, up to 30 seconds, unless the source requests another delay.
    /// Attempts that received a mebibyte or more do not count.
    /// </remarks>
    /// <value>The default is 4.</value>
    public int Retries { get; init; } = 4;

    /// <summary>Gets the factory of the logger <c>ResNet.Net.ModelStore</c>. Events: <c>docs/diagnostics.md</c>.</summary>
    /// <value>The default, <see langword="null"/>, disables logging.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Gets the variants that the store knows. Tests replace them with small files.</summary>
    internal IReadOnlyList<ResNetVariant> Catalog
    {
        get => field ?? ResNetVariant.All;
        init;
    }

    /// <summary>Gets the folder of the application, whose folder <c>models</c> has the files of packages.</summary>
    internal string ApplicationFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>Gets the clock for retries.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets a function that returns the free bytes of the disk with a folder, or null if they are unknown.</summary>
    internal Func<string, long?> FreeSpace { get; init; } = DiskSpace.Of;
}
