using System.Runtime.CompilerServices;

namespace ResNet.Net.Orleans;

/// <summary>Reads the images of a shard concurrently, a bounded number ahead of the model, and returns them in order.</summary>
/// <param name="source">The source.</param>
/// <param name="images">The images of the shard.</param>
/// <param name="window">How many images are read ahead.</param>
/// <param name="options">The limits.</param>
internal sealed class ReadAhead(IImageSource source, IReadOnlyList<ShardImage> images, int window, ImageSourceOptions options)
{
    // A task per image would take the processor from the model once per image.
    private const int GroupsPerWindow = 8;

    private readonly string?[] _hashes = new string?[images.Count];
    private readonly int _groupSize = Math.Max(1, window / GroupsPerWindow);

    /// <summary>Gets the hash of an image that was returned; null if it could not be read.</summary>
    public string? HashOf(int position) => _hashes[position];

    /// <exception cref="ImageSourceException">The whole source can't be reached, or doesn't answer.</exception>
    public async IAsyncEnumerable<InputImage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<Task<EncodedImage>[]>> groups = new();
        Queue<Task<EncodedImage>> reading = new();
        int next = 0;
        TimeSpan patience = options.Timeout;
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
                    // A share whose server is gone blocks its readers for as long as that lasts.
                    Task<Task<EncodedImage>[]> group = groups.Peek();
                    await ((Task)group).WaitAsync(options.Timeout * _groupSize, cancellationToken)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!group.IsCompleted)
                    {
                        patience = TimeSpan.Zero;
                        throw new ImageSourceException(
                            $"The storage of this machine did not return '{images[i].Name}' and the next images within "
                            + $"{(options.Timeout * _groupSize).TotalSeconds:0.#} seconds.");
                    }

                    Array.ForEach(await groups.Dequeue().ConfigureAwait(false), reading.Enqueue);
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
            await DiscardAsync(groups, reading).WaitAsync(patience, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Disposes images that nobody takes, as soon as they are read.</summary>
    private static async Task DiscardAsync(Queue<Task<Task<EncodedImage>[]>> groups, Queue<Task<EncodedImage>> reading)
    {
        foreach (Task<Task<EncodedImage>[]> group in groups)
        {
            Array.ForEach(await group.ConfigureAwait(false), reading.Enqueue);
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

    /// <summary>Starts to read images. Files are read here, one after the other; downloads run concurrently.</summary>
    private Task<EncodedImage>[] Start(int first, int end, CancellationToken cancellationToken)
    {
        Task<EncodedImage>[] reads = new Task<EncodedImage>[end - first];
        for (int i = 0; i < reads.Length; i++)
        {
            reads[i] = EncodedImage.ReadAsync(source, images[first + i].Name, options.MaxBytes, cancellationToken);
        }

        return reads;
    }
}
