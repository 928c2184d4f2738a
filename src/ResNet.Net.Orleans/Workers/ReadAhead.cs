using System.Runtime.CompilerServices;

namespace ResNet.Net.Orleans;

/// <summary>Reads the images of a shard concurrently, a bounded number ahead of the model, and returns them in order.</summary>
internal sealed class ReadAhead(IImageSource source, IReadOnlyList<ShardImage> images, int window, int maxBytes)
{
    // A task per image would take the processor from the model once per image.
    private const int GroupsPerWindow = 8;

    private readonly string?[] _hashes = new string?[images.Count];
    private readonly int _groupSize = Math.Max(1, window / GroupsPerWindow);

    /// <summary>Gets the hash of an image that was returned; null if it could not be read.</summary>
    public string? HashOf(int position) => _hashes[position];

    /// <exception cref="ImageSourceException">The whole source can't be reached.</exception>
    public async IAsyncEnumerable<InputImage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<Task<EncodedImage>[]>> groups = new();
        Queue<Task<EncodedImage>> reading = new();
        int next = 0;
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                while (next < images.Count && next + _groupSize <= i + window)
                {
                    int first = next;
                    next = Math.Min(first + _groupSize, images.Count);
                    int end = next;
                    groups.Enqueue(Task.Run(() => Start(first, end, stopping.Token), CancellationToken.None));
                }

                if (reading.Count == 0)
                {
                    Enqueue(await groups.Dequeue().ConfigureAwait(false));
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
            foreach (Task<Task<EncodedImage>[]> group in groups)
            {
                Enqueue(await group.ConfigureAwait(false));
            }

            foreach (Task<EncodedImage> read in reading)
            {
                await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (read.IsCompletedSuccessfully)
                {
                    (await read.ConfigureAwait(false)).Dispose();
                }
            }
        }

        void Enqueue(Task<EncodedImage>[] reads)
        {
            foreach (Task<EncodedImage> read in reads)
            {
                reading.Enqueue(read);
            }
        }
    }

    /// <summary>Starts to read images. Files are read here, one after the other; downloads run concurrently.</summary>
    private Task<EncodedImage>[] Start(int first, int end, CancellationToken cancellationToken)
    {
        Task<EncodedImage>[] reads = new Task<EncodedImage>[end - first];
        for (int i = 0; i < reads.Length; i++)
        {
            reads[i] = EncodedImage.ReadAsync(source, images[first + i].Name, maxBytes, cancellationToken);
        }

        return reads;
    }
}
