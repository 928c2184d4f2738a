namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Loads a variant. The store downloads its file if necessary and verifies it by SHA-256 before it is opened.</summary>
    /// <param name="variant">The variant. Embedded variants need no file.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives download progress; may be <see langword="null"/>.</param>
    /// <returns>The classifier. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file is missing and cannot be downloaded.</exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the variant.</exception>
    /// <exception cref="InferenceException">The model or an option is rejected by ONNX Runtime.</exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    public static ResNetClassifier Create(
        ResNetVariant variant, ResNetClassifierOptions? options = null, IProgress<ModelDownloadProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return PlanFor(options).Load(variant, progress, Load);
    }

    /// <summary>Loads a custom model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The classifier. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file does not exist.</exception>
    /// <exception cref="ResNetException">The model is not an image classifier, or the number of labels is wrong.</exception>
    /// <exception cref="InferenceException">
    /// The model or an option is rejected by ONNX Runtime, or <see cref="ResNetClassifierOptions.ActivationMaps"/> cannot be added.
    /// </exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    public static ResNetClassifier Create(ModelDefinition model, ResNetClassifierOptions? options = null)
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
    /// <returns>The classifier. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file is missing and cannot be downloaded.</exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the variant.</exception>
    /// <exception cref="InferenceException">The model or an option is rejected by ONNX Runtime.</exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    /// <exception cref="OperationCanceledException">Loading was canceled.</exception>
    public static Task<ResNetClassifier> CreateAsync(
        ResNetVariant variant,
        ResNetClassifierOptions? options = null,
        IProgress<ModelDownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return PlanFor(options).LoadAsync(variant, progress, Load, cancellationToken);
    }

    /// <summary>Loads a custom model on the thread pool.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels before the model is opened. Opening is not interrupted; its result is discarded.</param>
    /// <returns>The classifier. The caller disposes it.</returns>
    /// <exception cref="ModelUnavailableException">The file does not exist.</exception>
    /// <exception cref="ResNetException">The model is not an image classifier, or the number of labels is wrong.</exception>
    /// <exception cref="InferenceException">
    /// The model or an option is rejected by ONNX Runtime, or <see cref="ResNetClassifierOptions.ActivationMaps"/> cannot be added.
    /// </exception>
    /// <exception cref="ArgumentException">An option or an environment variable is out of range.</exception>
    /// <exception cref="OperationCanceledException">Loading was canceled.</exception>
    public static Task<ResNetClassifier> CreateAsync(
        ModelDefinition model, ResNetClassifierOptions? options = null, CancellationToken cancellationToken = default)
        => LoadPlan.RunAsync(() => Create(model, options), cancellationToken);

    private static LoadPlan PlanFor(ResNetClassifierOptions? options) => new(options ?? new ResNetClassifierOptions());

    private static ResNetClassifier Load(LoadPlan plan, ResolvedModel model)
        => LoadedModel.Load(plan, model, loaded => new ResNetClassifier(loaded));
}
