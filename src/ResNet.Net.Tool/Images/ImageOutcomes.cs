using System.Collections.Concurrent;

namespace ResNet.Net.Tool.Images;

/// <summary>Pairs the images of a sequence with their outcomes.</summary>
internal static class ImageOutcomes
{
    /// <param name="images">The images; enumerated once, only as fast as the outcomes are.</param>
    /// <param name="process">Processes images; returns one outcome per image, in order.</param>
    public static async IAsyncEnumerable<(TImage Image, TOutcome Outcome)> OfAsync<TImage, TOutcome>(
        IEnumerable<TImage> images, Func<IEnumerable<TImage>, IAsyncEnumerable<TOutcome>> process)
    {
        // Another thread may enumerate the images.
        ConcurrentQueue<TImage> pending = new();
        await foreach (TOutcome outcome in process(Remembered()))
        {
            yield return pending.TryDequeue(out TImage? image)
                ? (image, outcome)
                : throw new InvalidOperationException("There are more outcomes than images.");
        }

        IEnumerable<TImage> Remembered()
        {
            foreach (TImage image in images)
            {
                pending.Enqueue(image);
                yield return image;
            }
        }
    }
}
