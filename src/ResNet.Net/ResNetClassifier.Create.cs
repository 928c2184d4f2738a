using ResNet.Net.Internals.Models;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Loads a variant. Load once, reuse.</summary>
    /// <param name="variant">The variant. The embedded one needs no file; the others are looked for in the model folder and verified by SHA-256 before they are opened.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="ModelUnavailableException">The variant's file is not there, or (<see cref="ModelVerificationException"/>) its bytes are wrong.</exception>
    /// <exception cref="NativeLibraryException">ONNX Runtime cannot be loaded.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model or an option.</exception>
    /// <exception cref="NotSupportedException">The variant's file is older than what ONNX Runtime opens (opsets 3 and 6).</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ResNetClassifier Create(ResNetVariant variant, ResNetClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(variant);
        options ??= new ResNetClassifierOptions();
        return new ResNetClassifier(ModelRecipe.For(variant, options.ModelFolder), options);
    }

    /// <summary>Loads a model of the caller's own.</summary>
    /// <param name="model">Any ONNX file that classifies pictures, with its labels and its profile.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="ModelUnavailableException">The file is not there.</exception>
    /// <exception cref="ResNetException">The model does not have the shape of a picture classifier, or the labels do not fit it.</exception>
    /// <exception cref="NativeLibraryException">ONNX Runtime cannot be loaded.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model or an option.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ResNetClassifier Create(ModelDefinition model, ResNetClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ResNetClassifier(ModelRecipe.For(model), options ?? new ResNetClassifierOptions());
    }

    /// <summary>As <see cref="Create(ResNetVariant, ResNetClassifierOptions?)"/>, on a thread of the pool: loading takes from milliseconds to seconds.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels before loading starts; a load that has started is finished and thrown away.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<ResNetClassifier> CreateAsync(ResNetVariant variant, ResNetClassifierOptions? options = null, CancellationToken cancellationToken = default)
        => CreateAsync(() => Create(variant, options), cancellationToken);

    /// <summary>As <see cref="Create(ModelDefinition, ResNetClassifierOptions?)"/>, on a thread of the pool.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels before loading starts; a load that has started is finished and thrown away.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<ResNetClassifier> CreateAsync(ModelDefinition model, ResNetClassifierOptions? options = null, CancellationToken cancellationToken = default)
        => CreateAsync(() => Create(model, options), cancellationToken);

    private static async Task<ResNetClassifier> CreateAsync(Func<ResNetClassifier> create, CancellationToken cancellationToken)
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
