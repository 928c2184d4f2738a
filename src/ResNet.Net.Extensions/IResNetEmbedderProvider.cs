namespace ResNet.Net.Extensions;

/// <summary>Provides an application's embedder once it is loaded, without blocking a thread. Thread-safe.</summary>
/// <remarks>The embedder is loaded once, in the background. The container owns and disposes it.</remarks>
public interface IResNetEmbedderProvider
{
    /// <summary>Gets the state of the embedder.</summary>
    ResNetModelState State { get; }

    /// <summary>Gets the error of the last attempt; null unless the state is <see cref="ResNetModelState.Failed"/>.</summary>
    Exception? Failure { get; }

    /// <summary>Gets the loaded and warmed-up embedder.</summary>
    /// <remarks>
    /// The first call starts loading. After a failure, the first call after <see cref="ResNetModelSettings.RetryDelay"/> tries again.
    /// </remarks>
    /// <param name="cancellationToken">Cancels waiting, but not loading.</param>
    /// <returns>The embedder. Don't dispose it.</returns>
    /// <exception cref="ResNetException">The embedder cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The call was canceled, or the application is shutting down.</exception>
    /// <exception cref="ObjectDisposedException">The container is disposed.</exception>
    Task<ResNetEmbedder> GetAsync(CancellationToken cancellationToken = default);
}
