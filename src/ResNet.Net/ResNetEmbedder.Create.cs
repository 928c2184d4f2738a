namespace ResNet.Net;

public sealed partial class ResNetEmbedder
{
    /// <summary>Loads a variant. The store downloads its file if necessary and verifies it by SHA-256 before it is opened.</summary>
    /// <param name="variant">The variant. Embedded variants need no file.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives download progress; may be <see langword="null"/>.</param>
    /// <returns>The embedder. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file is missing and cannot be downloaded.</exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the variant.</exception>
    /// <exception cref="InferenceException">The model or an option is rejected by ONNX Runtime.</exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    public static ResNetEmbedder Create(
        ResNetVariant variant, ResNetEmbedderOptions? options = null, IProgress<ModelDownloadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return PlanFor(options).Load(variant, progress, Load);
    }

    /// <summary>Loads a custom classifier or a network without a classification layer.</summary>
    /// <param name="model">
    /// The model. <see cref="ModelDefinition.OutputName"/> names its output with scores or with features; by default the graph determines
    /// it. <see cref="ModelDefinition.Labels"/> and <see cref="ModelDefinition.OutputKind"/> have no effect.
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The embedder. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file does not exist.</exception>
    /// <exception cref="ResNetException">The input of the model is not an image of the size that its profile produces.</exception>
    /// <exception cref="InferenceException">
    /// The model has no pooled features, or it or an option is rejected by ONNX Runtime.
    /// </exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    public static ResNetEmbedder Create(ModelDefinition model, ResNetEmbedderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(PlanFor(options), ResolvedModel.For(model));
    }

    /// <summary>Loads a variant asynchronously.</summary>
    /// <remarks>
    /// No thread is blocked during a download. Opening the model takes from milliseconds to seconds and runs on the thread pool.
    /// </remarks>
    /// <param name="variant">The variant. Embedded variants need no file.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives download progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">
    /// Cancels a download, which the next call resumes. Opening the model is not interrupted; its result is discarded.
    /// </param>
    /// <returns>The embedder. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file is missing and cannot be downloaded.</exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the variant.</exception>
    /// <exception cref="InferenceException">The model or an option is rejected by ONNX Runtime.</exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    /// <exception cref="OperationCanceledException">Loading was canceled.</exception>
    public static Task<ResNetEmbedder> CreateAsync(
        ResNetVariant variant,
        ResNetEmbedderOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return PlanFor(options).LoadAsync(variant, progress, Load, cancellationToken);
    }

    /// <summary>Loads a custom classifier or a network without a classification layer on the thread pool.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels before the model is opened. Opening is not interrupted; its result is discarded.</param>
    /// <returns>The embedder. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file does not exist.</exception>
    /// <exception cref="ResNetException">The input of the model is not an image of the size that its profile produces.</exception>
    /// <exception cref="InferenceException">
    /// The model has no pooled features, or it or an option is rejected by ONNX Runtime.
    /// </exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    /// <exception cref="OperationCanceledException">Loading was canceled.</exception>
    public static Task<ResNetEmbedder> CreateAsync(
        ModelDefinition model, ResNetEmbedderOptions? options = null, CancellationToken cancellationToken = default)
        => LoadPlan.RunAsync(() => Create(model, options), cancellationToken);

    private static LoadPlan PlanFor(ResNetEmbedderOptions? options) => new(options ?? new ResNetEmbedderOptions());

    private static ResNetEmbedder Load(LoadPlan plan, ResolvedModel model)
        => LoadedModel.Load(plan, model, loaded => new ResNetEmbedder(loaded, ((ResNetEmbedderOptions)plan.Options).Normalize));
}
