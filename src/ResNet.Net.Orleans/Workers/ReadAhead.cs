using System.Runtime.CompilerServices;

namespace ResNet.Net.Orleans;

/// <summary>Reads the images of a shard concurrently, a bounded number ahead of the model, and returns them in order.</summary>
internal sealed class ReadAhead(IImageSource source, IReadOnlyList<ShardImage> images, int window, int maxBytes)
{
    private readonly string?[] _hashes = new string?[images.Count];

    /// <summary>Gets the hash of an image that was returned; null if it could not be read.</summary>
    public string? HashOf(int position) => _hashes[position];

    /// <exception cref="ImageSourceException">The whole source can't be reached.</exception>
    public async IAsyncEnumerable<InputImage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<EncodedImage>> reading = new();
        int next = 0;
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                for (; next < images.Count && reading.Count < window; next++)
                {
                    string name = images[next].Name;
                    reading.Enqueue(Task.Run(
                        () => EncodedImage.ReadAsync(source, name, maxBytes, stopping.Token), CancellationToken.None));
                }

                // Awaited here, so that no thread that decodes waits for a network.
                Task<EncodedImage> read = reading.Dequeue();
                await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                if (read.IsCompletedSuccessfully)
                {
                    EncodedImage image = await read.ConfigureAwait(false);
                    _hashes[i] = image.Sha256;
                    yield return InputImage.FromPooled(() => image);
                    continue;
                }

                Exception error = read.Exception?.InnerException ?? new IOException("Reading was canceled.");
                if (error is ImageSourceException unavailable)
                {
                    throw unavailable;
                }

                yield return InputImage.FromEncoded(() => throw error);
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            foreach (Task<EncodedImage> read in reading)
            {
                await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (read.IsCompletedSuccessfully)
                {
                    (await read.ConfigureAwait(false)).Dispose();
                }
            }
        }
    }
}
