using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ResNet.Net;

/// <summary>
/// Holds what loading a model needs from its options, validated and resolved once: session settings, logger and store.
/// Immutable; the store is created on first use, so that small models without a file never create one.
/// </summary>
internal sealed class LoadPlan
{
    private readonly Lazy<ModelStore> _store;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public LoadPlan(ResNetModelOptions options)
        : this(options, CpuFeatures.HasInt8DotProduct)
    {
    }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public LoadPlan(ResNetModelOptions options, bool hasInt8DotProduct)
    {
        Options = options;
        Options.Validate();
        Session = SessionSettings.For(Options, hasInt8DotProduct);
        Log = Options.LoggerFactory?.CreateLogger(Options.OwnerType) ?? NullLogger.Instance;
        _store = new Lazy<ModelStore>(
            () => Options.Store ?? new ModelStore(new ModelStoreOptions { LoggerFactory = Options.LoggerFactory }));
    }

    public ResNetModelOptions Options { get; }

    public SessionSettings Session { get; }

    public ILogger Log { get; }

    public string ExecutionProvider => Session.ExecutionProvider?.Name ?? "CPU";

    /// <summary>Gets the store of the options, or one with default options.</summary>
    /// <exception cref="ArgumentException">An environment variable is invalid, or there is no folder for the store.</exception>
    public ModelStore Store => _store.Value;

    /// <summary>Returns the variant's model, which is downloaded and imported if necessary.</summary>
    public async Task<ResolvedModel> ResolveAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        ModelContent content = variant.IsEmbedded
            ? ModelContent.Embedded(variant)
            : await Store.OpenAsync(variant, progress, cancellationToken).ConfigureAwait(false);
        return ResolvedModel.For(variant, content);
    }

    /// <summary>Loads a variant, which is downloaded if necessary.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Receives download progress; may be null.</param>
    /// <param name="load">Loads the located model.</param>
    public T Load<T>(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress, Func<LoadPlan, ResolvedModel, T> load)
    {
        // Downloads run on the thread pool, so that blocking cannot deadlock.
        return load(this, ResolveAsync(variant, progress, CancellationToken.None).GetAwaiter().GetResult());
    }

    /// <summary>Loads a variant, which is downloaded if necessary, on the thread pool.</summary>
    /// <inheritdoc cref="Load" path="/param"/>
    public async Task<T> LoadAsync<T>(
        ResNetVariant variant,
        IProgress<ModelDownloadProgress>? progress,
        Func<LoadPlan, ResolvedModel, T> load,
        CancellationToken cancellationToken)
        where T : IDisposable
    {
        ResolvedModel model = await ResolveAsync(variant, progress, cancellationToken).ConfigureAwait(false);
        return await RunAsync(() => load(this, model), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads a model on the thread pool. If the call was canceled meanwhile, the result is disposed.</summary>
    public static async Task<T> RunAsync<T>(Func<T> load, CancellationToken cancellationToken)
        where T : IDisposable
    {
        T loaded = await Task.Run(load, cancellationToken).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            loaded.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return loaded;
    }

    /// <summary>Opens the model, from the optimized-model cache if possible.</summary>
    /// <exception cref="InferenceException">The model or a setting is rejected.</exception>
    /// <exception cref="ArgumentException">The environment variable that controls the cache is invalid.</exception>
    public OrtSession Open(ResolvedModel model) => Open(model, Session);

    /// <summary>Opens the model with other settings, from the optimized-model cache if possible.</summary>
    /// <inheritdoc cref="Open(ResolvedModel)"/>
    public OrtSession Open(ResolvedModel model, SessionSettings settings)
    {
        ModelPreparation preparation = ModelPreparation.For(model, Options.RequiredOutputs);
        return CacheFor(model.Content, preparation) is OptimizedModelCache cache
            ? cache.Open(model.Content, preparation, settings)
            : preparation.Open(model.Content, settings);
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
            // Optimized models have no published hash to compare with, and ONNX Runtime maps their weights by path.
            return Store.Options.AlwaysVerify ? null : new OptimizedModelCache(Store, Log);
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
