using System.Runtime.CompilerServices;

namespace ResNet.Net.Orleans;

/// <summary>Reads the images of a shard concurrently, a bounded number ahead of the model, and returns them in order.</summary>
/// <param name="source">The source.</param>
/// <param name="images">The images of the shard.</param>
/// <param name="window">How many images are read ahead.</param>
/// <param name="options">The limits.</param>
internal sealed class ReadAhead(IImageSource source, IReadOnlyList<ShardImage> images, int window, ImageSourceOptions options)
{
    // One task per image would cause a context switch per image, which slows the model.
    private const int LargestGroup = 4, GroupsPerWindow = 8;

    // For images that nobody takes any more. They are discarded later if their storage takes longer.
    private static readonly TimeSpan DiscardTime = TimeSpan.FromSeconds(1);

    private readonly string?[] _hashes = new string?[images.Count];
    private readonly int _groupSize = Math.Clamp(window / GroupsPerWindow, 1, LargestGroup);

    private TimeSpan GroupTime => options.Timeout * _groupSize;

    /// <summary>Gets the task that ends when the storage has returned all images that were read in vain.</summary>
    public Task Discarded { get; private set; } = Task.CompletedTask;

    /// <summary>Gets the hash of an image that was returned; null if it could not be read.</summary>
    public string? HashOf(int position) => _hashes[position];

    /// <exception cref="ImageSourceException">The whole source can't be reached, or doesn't answer.</exception>
    public async IAsyncEnumerable<InputImage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<Task<EncodedImage>[]>> groups = new();
        Queue<Task<EncodedImage>> reading = new();
        int next = 0;

        // A read that hangs may outlive the source of the token.
        CancellationToken stop = stopping.Token;
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                while (next < images.Count && next + _groupSize <= i + window)
                {
                    int first = next;
                    next = Math.Min(first + _groupSize, images.Count);
                    int end = next;
                    groups.Enqueue(Task.Run(() => Start(first, end, stop), CancellationToken.None));
                }

                if (reading.Count == 0)
                {
                    // A share whose server is gone blocks its readers for as long as that lasts.
                    Task<Task<EncodedImage>[]> group = groups.Peek();
                    await ((Task)group).WaitAsync(GroupTime, cancellationToken)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!group.IsCompleted)
                    {
                        throw new ImageSourceException(
                            $"The storage of this machine did not return '{images[i].Name}' and the next images within "
                            + $"{GroupTime.TotalSeconds:0.#} seconds.");
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
            Discarded = Task.WhenAll(groups.Select(DiscardAsync).Append(DiscardAsync(reading)));
            await Discarded.WaitAsync(DiscardTime, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task DiscardAsync(Task<Task<EncodedImage>[]> group) => await DiscardAsync(await group.ConfigureAwait(false));

    private static async Task DiscardAsync(IEnumerable<Task<EncodedImage>> reads)
    {
        foreach (Task<EncodedImage> read in reads)
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
