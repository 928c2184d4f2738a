using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions;

/// <summary>Converts validated settings to the library's options.</summary>
internal static class SettingsReader
{
    public static Task<ResNetClassifier> CreateAsync(
        ResNetClassifierSettings settings,
        ILoggerFactory loggers,
        IProgress<ModelDownloadProgress> progress,
        CancellationToken cancellationToken)
    {
        ResNetClassifierOptions options = OptionsOf(settings, loggers);
        return settings.Model is string id
            ? ResNetClassifier.CreateAsync(ResNetVariant.Parse(id), options, progress, cancellationToken)
            : ResNetClassifier.CreateAsync(ModelOf(settings), options, cancellationToken);
    }

    public static string NameOf(ResNetClassifierSettings settings) => settings.Model ?? Path.GetFileName(settings.ModelPath) ?? "";

    private static ResNetClassifierOptions OptionsOf(ResNetClassifierSettings settings, ILoggerFactory loggers) => new()
    {
        // A model from a file needs no store, and the default store's folder may not exist.
        Store = StoreOf(settings.Store) is var store && store == new ModelStoreOptions()
            ? null
            : new ModelStore(store with { LoggerFactory = loggers }),
        Profile = settings.Profile is string name ? PreprocessingProfile.Parse(name) : null,
        Crops = settings.Crops,
        Decoding = DecodingOf(settings.Decoding),
        Threads = settings.Threads,
        AllowSpinning = settings.AllowSpinning,
        BatchSize = settings.BatchSize,
        Outputs = settings.Outputs,
        CacheOptimizedModel = settings.CacheOptimizedModel,
        ExecutionProvider = settings.ExecutionProvider is string provider
            ? new ExecutionProvider(provider)
            {
                Options = new Dictionary<string, string>(settings.ExecutionProviderOptions),
                AllowCpuFallback = settings.AllowCpuFallback,
            }
            : null,
        ConfigEntries = new Dictionary<string, string>(settings.ConfigEntries),
        LoggerFactory = loggers,
    };

    public static ImageDecodingOptions DecodingOf(ResNetDecodingSettings settings)
    {
        ImageDecodingOptions defaults = new();
        return new ImageDecodingOptions
        {
            MaxBytes = settings.MaxBytes ?? defaults.MaxBytes,
            MaxWidth = settings.MaxWidth ?? defaults.MaxWidth,
            MaxHeight = settings.MaxHeight ?? defaults.MaxHeight,
            MaxPixels = settings.MaxPixels ?? defaults.MaxPixels,
            Background = settings.Background ?? defaults.Background,
            AllowTruncated = settings.AllowTruncated ?? defaults.AllowTruncated,
        };
    }

    public static ModelStoreOptions StoreOf(ResNetStoreSettings settings)
    {
        ModelStoreOptions defaults = new();
        return new ModelStoreOptions
        {
            RootFolder = settings.RootFolder,
            LocalFolders = settings.LocalFolders.Count > 0 ? [.. settings.LocalFolders] : null,
            Sources = settings.Mirrors.Count > 0 ? [.. settings.Mirrors.Select(ModelSource.Mirror)] : null,
            Offline = settings.Offline,
            AlwaysVerify = settings.AlwaysVerify ?? defaults.AlwaysVerify,
            ResponseTimeout = settings.ResponseTimeout ?? defaults.ResponseTimeout,
            IdleTimeout = settings.IdleTimeout ?? defaults.IdleTimeout,
            Retries = settings.Retries ?? defaults.Retries,
        };
    }

    private static ModelDefinition ModelOf(ResNetClassifierSettings settings) => new(settings.ModelPath!)
    {
        Labels = settings.Labels?.ToUpperInvariant() switch
        {
            null => null,
            "IMAGENET" => LabelSet.ImageNet,
            "CIFAR10" => LabelSet.Cifar10,
            _ => LabelSet.Load(settings.Labels),
        },
        Profile = settings.Profile is string name ? PreprocessingProfile.Parse(name) : null,
        OutputKind = settings.OutputKind,
        InputName = settings.InputName,
        OutputName = settings.OutputName,
    };
}
