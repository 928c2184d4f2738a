using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>
/// Computes the features of images with a backbone. Each file is read once; cached features are not computed again. Besides the features,
/// only a few images are in memory.
/// </summary>
/// <param name="backbone">The backbone, which the caller disposes.</param>
/// <param name="cacheFolder">The folder of the cache; null for none.</param>
internal sealed class FeatureExtractor(Backbone backbone, string? cacheFolder)
{
    // Files that are read and hashed ahead of the model.
    private static readonly int FilesAhead = 2 * Environment.ProcessorCount;

    private readonly ILogger _log = backbone.Options.LoggerFactory?.CreateLogger(typeof(TransferLearning)) ?? NullLogger.Instance;

    /// <summary>Computes the features of images. An image that fails is reported and left out.</summary>
    /// <param name="images">The images.</param>
    /// <param name="augmentation">The views of each image.</param>
    /// <param name="progress">Receives the progress after each image; may be null.</param>
    /// <param name="cancellationToken">Cancels between two images. Computed features are cached.</param>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The extraction was canceled.</exception>
    public async Task<ExtractedFeatures> ExtractAsync(
        IReadOnlyList<LabeledImage> images,
        ImageAugmentation augmentation,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageView> views = ImageViews.Of(augmentation);
        using FeatureCache? cache = cacheFolder is null
            ? null
            : FeatureCache.Open(cacheFolder, backbone.Identity, backbone.Dimension, _log);
        Run run = new(backbone, cache, images, views, progress);
        await run.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return run.Result();
    }

    /// <summary>Represents one call.</summary>
    private sealed class Run(
        Backbone backbone,
        FeatureCache? cache,
        IReadOnlyList<LabeledImage> images,
        IReadOnlyList<ImageView> views,
        IProgress<TrainingProgress>? progress)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly float[] _features = new float[images.Count * views.Count * backbone.Dimension];
        private readonly byte[]?[] _hashes = new byte[images.Count][];
        private readonly string?[] _errors = new string?[images.Count];
        private readonly Queue<(int Image, int[] Views)> _running = new();
        private readonly Lock _gate = new();
        private int _completed;
        private int _cached;

        public async Task CompleteAsync(CancellationToken cancellationToken)
        {
            progress?.Report(new TrainingProgress(TrainingStage.Features, 0, images.Count, 0, TimeSpan.Zero));
            IAsyncEnumerator<EmbeddingOutcome> outcomes = backbone.Embedder
                .EmbedManyAsync(MissingAsync(CancellationToken.None), cancellationToken)
                .GetAsyncEnumerator(CancellationToken.None);
            await using (outcomes.ConfigureAwait(false))
            {
                while (await outcomes.MoveNextAsync().ConfigureAwait(false))
                {
                    (int image, int[] missing) = Next();
                    for (int i = 0; i < missing.Length; i++)
                    {
                        if (i > 0)
                        {
                            _ = await outcomes.MoveNextAsync().ConfigureAwait(false);
                        }

                        Receive(outcomes.Current, image, missing[i]);
                    }

                    Complete(isCached: false);
                }
            }
        }

        public ExtractedFeatures Result()
        {
            int[] succeeded = [.. Enumerable.Range(0, images.Count).Where(i => _errors[i] is null)];
            int length = views.Count * backbone.Dimension;
            float[] features = _features;
            if (succeeded.Length < images.Count)
            {
                features = new float[succeeded.Length * length];
                for (int i = 0; i < succeeded.Length; i++)
                {
                    _features.AsSpan(succeeded[i] * length, length).CopyTo(features.AsSpan(i * length));
                }
            }

            return new ExtractedFeatures(
                new FeatureMatrix(features, succeeded.Length * views.Count, backbone.Dimension),
                views.Count,
                [.. succeeded.Select(i => images[i])],
                [.. succeeded.Select(i => _hashes[i]!)],
                [.. images.Zip(_errors).Where(i => i.Second is not null).Select(i => new FailedImage(i.First.Name, i.Second!))]);
        }

        /// <summary>Reads all images and returns those with views that are not cached, in order.</summary>
        private async IAsyncEnumerable<InputImage> MissingAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Queue<Task<ReadOnlyMemory<byte>?>> reading = new();
            int next = 0;
            try
            {
                for (int image = 0; image < images.Count; image++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    for (; next < images.Count && reading.Count < FilesAhead; next++)
                    {
                        int index = next;
                        reading.Enqueue(Task.Run(() => Read(index), CancellationToken.None));
                    }

                    if (await reading.Dequeue().ConfigureAwait(false) is not ReadOnlyMemory<byte> file)
                    {
                        Complete(isCached: false);
                        continue;
                    }

                    int[] missing = [.. Enumerable.Range(0, views.Count).Where(view => !IsCached(image, view))];
                    if (missing.Length == 0)
                    {
                        Complete(isCached: true);
                        continue;
                    }

                    lock (_gate)
                    {
                        _running.Enqueue((image, missing));
                    }

                    yield return InputImage.FromEncoded(file).WithViews([.. missing.Select(view => views[view])]);
                }
            }
            finally
            {
                await ((Task)Task.WhenAll(reading)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        /// <summary>Reads and hashes a file; returns null if that fails.</summary>
        private ReadOnlyMemory<byte>? Read(int image)
        {
            try
            {
                ReadOnlyMemory<byte> file = images[image].Read();
                _hashes[image] = SHA256.HashData(file.Span);
                return file;
            }
            catch (Exception exception)
            {
                // The caller's function can throw anything, as in the pipeline.
                _errors[image] = exception.Message;
                return null;
            }
        }

        private bool IsCached(int image, int view)
            => cache is not null && cache.TryRead(_hashes[image], views[view], Row(image, view));

        private void Receive(EmbeddingOutcome outcome, int image, int view)
        {
            if (!outcome.Succeeded)
            {
                _errors[image] = outcome.Error.Message;
                return;
            }

            outcome.Value.CopyTo(Row(image, view));
            cache?.Add(_hashes[image], views[view], outcome.Value);
        }

        private Span<float> Row(int image, int view)
            => _features.AsSpan(((image * views.Count) + view) * backbone.Dimension, backbone.Dimension);

        private (int Image, int[] Views) Next()
        {
            lock (_gate)
            {
                return _running.Dequeue();
            }
        }

        private void Complete(bool isCached)
        {
            // Reported in order.
            lock (_gate)
            {
                _completed++;
                _cached += isCached ? 1 : 0;
                progress?.Report(new TrainingProgress(
                    TrainingStage.Features, _completed, images.Count, _cached, Stopwatch.GetElapsedTime(_start)));
            }
        }
    }
}
