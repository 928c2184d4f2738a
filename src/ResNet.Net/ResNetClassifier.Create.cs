using System.Diagnostics;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Loads a variant. Load once, reuse.</summary>
    /// <param name="variant">The variant. The embedded one needs no file; the others come from the store, which downloads what is not here and verifies it by SHA-256 before it is opened.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Learns how far a download is; null for nobody.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="ModelUnavailableException">The variant's file is not here and cannot be brought, or (<see cref="ModelVerificationException"/>) what was found has other bytes.</exception>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model or an option.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ResNetClassifier Create(ResNetVariant variant, ResNetClassifierOptions? options = null, IProgress<ModelDownloadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(variant);
        options ??= new ResNetClassifierOptions();

        // Whatever takes long there runs on threads of the pool, so that waiting cannot lock up.
        string? path = EnsureFileAsync(variant, options, progress, CancellationToken.None).GetAwaiter().GetResult();
        return Load(ModelRecipe.For(variant, path), options);
    }

    /// <summary>Loads a model of the caller's own.</summary>
    /// <param name="model">Any ONNX file that classifies images, with its labels and its profile.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="ModelUnavailableException">The file is not there.</exception>
    /// <exception cref="ResNetException">The model does not have the shape of an image classifier, or the labels do not fit it; <see cref="Onnx.OnnxModelException"/>: it has no head that the <see cref="ResNetClassifierOptions.Outputs"/> could be taken from.</exception>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model or an option.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ResNetClassifier Create(ModelDefinition model, ResNetClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(ModelRecipe.For(model), options ?? new ResNetClassifierOptions());
    }

    /// <summary>As <see cref="Create(ResNetVariant, ResNetClassifierOptions?, IProgress{ModelDownloadProgress}?)"/>, without a thread that waits while it downloads; loading itself, from milliseconds to seconds, is on a thread of the pool.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Learns how far a download is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels a download, which is resumed next time, and what comes before loading; a load that has started is finished and thrown away.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<ResNetClassifier> CreateAsync(
        ResNetVariant variant,
        ResNetClassifierOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        options ??= new ResNetClassifierOptions();
        string? path = await EnsureFileAsync(variant, options, progress, cancellationToken).ConfigureAwait(false);
        return await LoadAsync(() => Load(ModelRecipe.For(variant, path), options), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="Create(ModelDefinition, ResNetClassifierOptions?)"/>, on a thread of the pool.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels before loading starts; a load that has started is finished and thrown away.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<ResNetClassifier> CreateAsync(ModelDefinition model, ResNetClassifierOptions? options = null, CancellationToken cancellationToken = default)
        => LoadAsync(() => Create(model, options), cancellationToken);

    /// <summary>The variant's verified file; null for the embedded model. Options that are out of range are refused before anything is downloaded.</summary>
    internal static async Task<string?> EnsureFileAsync(ResNetVariant variant, ResNetClassifierOptions options, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        options.Validate();
        return variant.IsEmbedded
            ? null
            : await StoreOf(options).EnsureAsync(variant, progress, cancellationToken).ConfigureAwait(false);
    }

    internal static ModelStore StoreOf(ResNetClassifierOptions options) => options.Store ?? new ModelStore(new ModelStoreOptions { LoggerFactory = options.LoggerFactory });

    /// <summary>Loads a model that is here, watched.</summary>
    private static ResNetClassifier Load(ModelRecipe recipe, ResNetClassifierOptions options)
    {
        ModelTelemetry telemetry = ModelTelemetry.For(recipe.Name, ProviderOf(options));
        Activity? span = telemetry.StartSpan("load model");
        long start = Stopwatch.GetTimestamp();
        try
        {
            ResNetClassifier classifier = new(recipe, options);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            telemetry.Loaded(time, null);
            Activities.End(span?.SetTag(TagNames.OptimizedGraph, classifier._session.IsOfKeptGraph), null);
            classifier.LogLoaded(recipe, options, time);
            return classifier;
        }
        catch (Exception exception)
        {
            telemetry.Loaded(Stopwatch.GetElapsedTime(start), exception);
            Activities.End(span, exception);
            throw;
        }
    }

    private void LogLoaded(ModelRecipe recipe, ResNetClassifierOptions options, TimeSpan time)
    {
        SessionSettings settings = CreateSettings(options, CpuFeatures.HasInt8DotProduct);
        _log.ModelLoaded(ModelName, time.TotalMilliseconds, ExecutionProvider, settings.IntraOpThreads, recipe.Content.Path ?? (Variant is null ? "memory" : "the library"), _session.IsOfKeptGraph);
        if (Int8Guard.IsNeeded(CpuFeatures.HasInt8DotProduct) && settings.ConfigEntries[Int8Guard.Entry] == "1")
        {
            _log.Int8GuardSet(Int8Guard.Entry, ModelName);
        }
    }

    private static async Task<ResNetClassifier> LoadAsync(Func<ResNetClassifier> create, CancellationToken cancellationToken)
    {
        ResNetClassifier classifier = await Task.Run(create, cancellationToken).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            classifier.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return classifier;
    }
}
