namespace ResNet.Net.Extensions;

/// <summary>Provides an application's classifier once it is loaded, without blocking a thread. Thread-safe.</summary>
/// <remarks>The classifier is loaded once, in the background. The container owns and disposes it.</remarks>
public interface IResNetClassifierProvider
{
    /// <summary>Gets the state of the classifier.</summary>
    ResNetModelState State { get; }

    /// <summary>Gets the error of the last attempt; null unless the state is <see cref="ResNetModelState.Failed"/>.</summary>
    Exception? Failure { get; }

    /// <summary>Gets the loaded and warmed-up classifier.</summary>
    /// <remarks>
    /// The first call starts loading. After a failure, the first call after <see cref="ResNetModelSettings.RetryDelay"/> tries again.
    /// </remarks>
    /// <param name="cancellationToken">Cancels waiting, but not loading.</param>
    /// <returns>The classifier. Don't dispose it.</returns>
    /// <exception cref="ResNetException">The classifier cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The call was canceled, or the application is shutting down.</exception>
    /// <exception cref="ObjectDisposedException">The container is disposed.</exception>
    Task<ResNetClassifier> GetAsync(CancellationToken cancellationToken = default);
}
