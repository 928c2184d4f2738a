using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>Where models are kept and where they come from. Immutable: change it by <c>with</c>. An option that is set wins over its environment variable. Values are checked by <see cref="ModelStore"/>.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>The folder that the store owns: downloads go there.</summary>
    /// <value>null: the environment variable <c>RESNET_NET_HOME</c>, then the folder <c>ResNet.Net</c> in the platform's cache folder (<c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>; <c>%LOCALAPPDATA%</c>; <c>~/Library/Caches</c>).</value>
    public string? RootFolder { get; init; }

    /// <summary>Folders that may hold files already, each under its own name or in a folder called like its id. They are used in place and never changed.</summary>
    /// <value>null: the environment variable <c>RESNET_NET_MODELS</c>, a list separated as <c>PATH</c> is.</value>
    public IReadOnlyList<string>? LocalFolders { get; init; }

    /// <summary>Where files are downloaded from, in this order.</summary>
    /// <value>null: the mirrors of the environment variable <c>RESNET_NET_MIRROR</c> (separated by spaces or semicolons), then <see cref="ModelSource.HuggingFace"/>, then <see cref="ModelSource.GitHub"/>.</value>
    public IReadOnlyList<ModelSource>? Sources { get; init; }

    /// <summary>Whether the network is never touched.</summary>
    /// <value>null: the environment variable <c>RESNET_NET_OFFLINE</c> (<c>1</c> or <c>0</c>), then false.</value>
    public bool? Offline { get; init; }

    /// <summary>Whether a file is hashed each time that it is asked for, and not only when it looks changed since it was last verified.</summary>
    /// <value>false.</value>
    public bool AlwaysVerify { get; init; }

    /// <summary>The client that downloads; the caller keeps it alive and disposes it. It should follow redirects.</summary>
    /// <value>null: one client that every store of the process shares.</value>
    public HttpClient? HttpClient { get; init; }

    /// <summary>The longest wait for a source to answer, connecting included.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait for the next byte. There is no limit on a whole download.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one source is tried again after a fault that may pass, from 0. Attempts that brought a mebibyte or more do not count.</summary>
    /// <value>4, about half a second apart at first, doubling each time, more where the source asks for it.</value>
    public int Retries { get; init; } = 4;

    /// <summary>Makes the store's logger, <c>ResNet.Net.ModelStore</c>. Events: <c>docs/diagnostics.md</c>.</summary>
    /// <value>null: nothing is logged.</value>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>What the store knows; tests put small files in place of the zoo's.</summary>
    internal IReadOnlyList<ResNetVariant> Catalog { get; init; } = ResNetVariant.All;

    /// <summary>The clock between retries.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Free bytes of the disk that holds a folder; null where nobody knows.</summary>
    internal Func<string, long?> FreeSpace { get; init; } = DiskSpace.Of;
}
