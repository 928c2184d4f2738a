namespace ResNet.Net.Orleans;

/// <summary>
/// Provides the images of a job on one machine. Implementations are thread-safe: workers read many images concurrently.
/// </summary>
public interface IImageSource
{
    /// <summary>Enumerates the names of all images, in constant memory. Runs once per job, on the machine that submits it.</summary>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The names, which <see cref="OpenAsync"/> accepts on every machine.</returns>
    /// <exception cref="ImageSourceException">The source can't be reached.</exception>
    IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens one image.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels opening, and reading of the stream.</param>
    /// <returns>The encoded image, which the caller disposes.</returns>
    /// <exception cref="ImageSourceException">
    /// The whole source can't be reached from this machine, which makes a worker give back the shard. Any other exception is the failure
    /// of this image.
    /// </exception>
    ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default);
}
