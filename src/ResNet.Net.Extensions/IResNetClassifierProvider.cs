namespace ResNet.Net.Extensions;

/// <summary>
/// Gives an application's classifier as soon as it is there, without a thread that waits for it. It is loaded once, in the background, and belongs to the
/// container, which disposes it. Thread-safe.
/// </summary>
public interface IResNetClassifierProvider
{
    /// <summary>How far it is.</summary>
    ResNetClassifierState State { get; }

    /// <summary>Why the last attempt failed; null unless <see cref="State"/> is <see cref="ResNetClassifierState.Failed"/>.</summary>
    Exception? Failure { get; }

    /// <summary>The classifier, loaded and warm. The first call starts to load it; after a failure, the first call that comes when <see cref="ResNetClassifierSettings.RetryDelay"/> has passed starts again.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the loading.</param>
    /// <returns>The classifier; do not dispose it.</returns>
    /// <exception cref="ResNetException">It could not be loaded: what <see cref="ResNetClassifier.CreateAsync(ResNetVariant, ResNetClassifierOptions?, IProgress{ModelDownloadProgress}?, CancellationToken)"/> throws.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or the application is shutting down.</exception>
    /// <exception cref="ObjectDisposedException">The container is disposed.</exception>
    Task<ResNetClassifier> GetAsync(CancellationToken cancellationToken = default);
}
