using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net;

/// <summary>
/// Holds what loading a classifier needs from its options, validated and resolved once: session settings, logger and store.
/// Immutable; the store is created on first use, so that small models without a file never create one.
/// </summary>
internal sealed class LoadPlan
{
    private readonly Lazy<ModelStore> _store;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public LoadPlan(ResNetClassifierOptions? options)
        : this(options, CpuFeatures.HasInt8DotProduct)
    {
    }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public LoadPlan(ResNetClassifierOptions? options, bool hasInt8DotProduct)
    {
        Options = options ?? new ResNetClassifierOptions();
        Options.Validate();
        Session = SessionSettings.For(Options, hasInt8DotProduct);
        Log = Options.LoggerFactory?.CreateLogger<ResNetClassifier>() ?? NullLogger<ResNetClassifier>.Instance;
        _store = new Lazy<ModelStore>(
            () => Options.Store ?? new ModelStore(new ModelStoreOptions { LoggerFactory = Options.LoggerFactory }));
    }

    public ResNetClassifierOptions Options { get; }

    public SessionSettings Session { get; }

    public ILogger Log { get; }

    public string ExecutionProvider => Session.ExecutionProvider?.Name ?? "CPU";

    /// <summary>Gets the store of the options, or one with default options.</summary>
    /// <exception cref="ArgumentException">An environment variable is invalid, or there is no folder for the store.</exception>
    public ModelStore Store => _store.Value;

    /// <summary>Returns the path of the variant's verified file, downloading it if necessary; null for an embedded model.</summary>
    public async Task<string?> EnsureFileAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
        => variant.IsEmbedded ? null : await Store.EnsureAsync(variant, progress, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens the model, from the optimized-model cache if possible.</summary>
    /// <exception cref="InferenceException">The model or a setting is rejected.</exception>
    /// <exception cref="ArgumentException">The environment variable that controls the cache is invalid.</exception>
    public OrtSession Open(ResolvedModel model)
    {
        ModelPreparation preparation = ModelPreparation.For(model, Options.Outputs);
        return CacheFor(model.Content, preparation) is OptimizedModelCache cache
            ? cache.Open(model.Content, preparation, Session)
            : preparation.Open(model.Content, Session);
    }

    private OptimizedModelCache? CacheFor(ModelContent model, ModelPreparation preparation)
    {
        // The size first: for small models, such as the embedded ones, neither the environment nor the store is needed.
        if (!OptimizedModelCache.CanCache(model, preparation, Session) || !IsCacheEnabled())
        {
            return null;
        }

        try
        {
            return new OptimizedModelCache(Store, Log);
        }
        catch (ArgumentException) when (Options.Store is null)
        {
            // No home folder, for example: the model is loaded without the cache.
            return null;
        }
    }

    private bool IsCacheEnabled()
        => Options.CacheOptimizedModel
            ?? StoreVariables.Switch(StoreVariables.Optimized, Environment.GetEnvironmentVariable(StoreVariables.Optimized))
            ?? true;
}
