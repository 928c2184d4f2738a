using System.Buffers;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Gets the scores and the probabilities of all classes.</summary>
    /// <param name="image">The image: a file, a stream, encoded bytes, pixels or a tensor.</param>
    /// <returns>The scores of the image.</returns>
    /// <exception cref="ImageDecodeException">The image is not supported, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">The file or the stream cannot be read.</exception>
    /// <exception cref="ArgumentException">
    /// The tensor of the image does not have the length of the model's input, or has values so large that the scores are not finite.
    /// </exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public ClassScores GetScores(InputImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ClassScores?[] target = new ClassScores?[1];
        if (image.OpenStream is null)
        {
            ImageInput input = image.ToInput(out IMemoryOwner<byte>? memory);
            using (memory)
            {
                _ = _pipeline.Run(Operation.Scores, input, _readAll, target);
            }

            return target[0]!;
        }

        Stream stream = image.GetStream();
        using Stream? owned = image.OwnsStream ? stream : null;
        _ = _pipeline.Run(Operation.Scores, ImageInput.FromStream(stream), _readAll, target);
        return target[0]!;
    }

    /// <summary>Gets the scores and the probabilities of all classes for several images, on all cores.</summary>
    /// <param name="images">The images: files, streams, encoded bytes, pixels or tensors.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public async Task<IReadOnlyList<ScoresOutcome>> GetScoresBatchAsync(
        IReadOnlyList<InputImage> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        BatchJob<ScoresOutcome> job = new(
            Operation.Scores,
            (_, slot, position, timings) => new ScoresOutcome(ReadAll(slot, position, timings)),
            error => new ScoresOutcome(error));
        return await _pipeline.RunBatchesAsync(job, images.Count, i => images[i], cancellationToken).ConfigureAwait(false);
    }

    private ClassScores ReadAll(InferenceSlot slot, int position, StageTimings timings)
    {
        // Probabilities replace the scores in the slot, so the scores are copied first.
        float[] scores = slot.Output(position).ToArray();
        scores = scores.Length == _layout.OutputLength ? scores : ScoreMath.AverageCrops(scores, _layout.OutputLength).ToArray();
        return new ClassScores(scores, ToProbabilities(slot, position).ToArray(), timings);
    }
}
