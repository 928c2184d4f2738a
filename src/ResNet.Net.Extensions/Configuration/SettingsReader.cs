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
        ResNetClassifierOptions options = Apply(
            settings, loggers, new ResNetClassifierOptions { ActivationMaps = settings.ActivationMaps });
        if (settings.Model is string id)
        {
            return ResNetClassifier.CreateAsync(ResNetVariant.Parse(id), options, progress, cancellationToken);
        }

        ModelDefinition model = ModelOf(settings) with
        {
            Labels = settings.Labels?.ToUpperInvariant() switch
            {
                null => null,
                "IMAGENET" => LabelSet.ImageNet,
                "CIFAR10" => LabelSet.Cifar10,
                _ => LabelSet.Load(settings.Labels),
            },
            OutputKind = settings.OutputKind,
        };
        return ResNetClassifier.CreateAsync(model, options, cancellationToken);
    }

    public static Task<ResNetEmbedder> CreateAsync(
        ResNetEmbedderSettings settings,
        ILoggerFactory loggers,
        IProgress<ModelDownloadProgress> progress,
        CancellationToken cancellationToken)
    {
        ResNetEmbedderOptions options = Apply(settings, loggers, new ResNetEmbedderOptions { Normalize = settings.Normalize });
        return settings.Model is string id
            ? ResNetEmbedder.CreateAsync(ResNetVariant.Parse(id), options, progress, cancellationToken)
            : ResNetEmbedder.CreateAsync(ModelOf(settings), options, cancellationToken);
    }

    public static string NameOf(ResNetModelSettings settings) => settings.Model ?? Path.GetFileName(settings.ModelPath) ?? "";

    /// <summary>Returns options with the settings that all models share.</summary>
    private static TOptions Apply<TOptions>(ResNetModelSettings settings, ILoggerFactory loggers, TOptions options)
        where TOptions : ResNetModelOptions
        => (TOptions)(options with
        {
            // A model from a file needs no store, and the default store's folder may not exist.
            Store = StoreOf(settings.Store) is var store && store == new ModelStoreOptions()
                ? null
                : new ModelStore(store with { LoggerFactory = loggers }),
            Profile = settings.Profile is string name ? PreprocessingProfile.Parse(name) : null,
            Crops = settings.Crops,
            Decoding = DecodingOf(settings.Decoding),
            ExecutionMode = settings.ExecutionMode,
            Threads = settings.Threads,
            AllowSpinning = settings.AllowSpinning,
            BatchSize = settings.BatchSize,
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
        });

    public static ImageDecodingOptions DecodingOf(ResNetDecodingSettings settings)
    {
        ImageDecodingOptions defaults = new();
        return new ImageDecodingOptions
        {
            MaxBytes = settings.MaxBytes ?? defaults.MaxBytes,
            MaxWidth = settings.MaxWidth ?? defaults.MaxWidth,
            MaxHeight = settings.MaxHeight ?? defaults.MaxHeight,
            MaxPixels = settings.MaxPixels ?? defaults.MaxPixels,
            MaxDuration = settings.MaxDuration ?? defaults.MaxDuration,
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

    private static ModelDefinition ModelOf(ResNetModelSettings settings) => new(settings.ModelPath!)
    {
        Profile = settings.Profile is string name ? PreprocessingProfile.Parse(name) : null,
        InputName = settings.InputName,
        OutputName = settings.OutputName,
    };
}
