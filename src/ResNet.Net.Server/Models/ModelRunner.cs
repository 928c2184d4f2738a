using Microsoft.AspNetCore.Http;

namespace ResNet.Net.Server;

/// <summary>Runs the images of concurrent requests on a classifier, in the order of their arrival, with a bounded queue.</summary>
internal sealed class ModelRunner : IAsyncDisposable
{
    private readonly DynamicBatcher<ImageWork, ImageResult> _batcher;
    private readonly QueueEstimate _estimate;
    private readonly ResNetServerOptions _options;
    private readonly InferenceThreads _threads;

    public ModelRunner(string name, ResNetClassifier classifier, ResNetServerOptions options, int? threads)
    {
        Classifier = classifier;
        Contract = new ModelContract(classifier);
        Inputs = new InputReader(Contract, options.MaxImagesPerRequest);
        _options = options;
        int batchSize = Math.Min(classifier.BatchSize, options.MaxBatchSize ?? classifier.BatchSize);
        const int ConcurrentBatches = 2;
        int concurrency = options.MaxConcurrentBatches
            ?? (classifier.BatchSize > 1 ? ConcurrentBatches : Math.Min(threads ?? Environment.ProcessorCount, Environment.ProcessorCount));
        _estimate = new QueueEstimate(concurrency);
        _threads = new InferenceThreads(name, concurrency);
        _batcher = new DynamicBatcher<ImageWork, ImageResult>(RunBatchAsync, new DynamicBatcherOptions
        {
            Name = name,
            MaxBatchSize = batchSize,
            MaxConcurrentBatches = concurrency,
            MaxQueueDelay = options.MaxQueueDelay,
            MaxQueueTime = options.MaxQueueTime,
            MaxQueueLength = Math.Max(options.MaxQueueLength, batchSize),
            Start = _threads.Queue,
        });
    }

    public ResNetClassifier Classifier { get; }

    public ModelContract Contract { get; }

    public InputReader Inputs { get; }

    /// <summary>Gets the number of images in the queue.</summary>
    public int QueueLength => _batcher.QueueLength;

    /// <summary>Runs images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellationToken">Removes the images from the queue: the client has gone, or its deadline has passed.</param>
    /// <returns>One result per image.</returns>
    /// <exception cref="ServerException">The queue is full, or the images waited too long.</exception>
    public async Task<ImageResult[]> RunAsync(IReadOnlyList<ImageWork> images, CancellationToken cancellationToken)
    {
        TimeSpan wait = _estimate.WaitFor(_batcher.QueueLength);
        if (wait > _options.MaxQueueTime)
        {
            throw Busy(RejectionReasons.QueueFull, wait);
        }

        // If an image is rejected, the others don't run in vain.
        using CancellationTokenSource? rest = images.Count > 1
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken)
            : null;
        CancellationToken token = rest?.Token ?? cancellationToken;
        Task<ImageResult>[] tasks = [.. images.Select(image => _batcher.SubmitAsync(image, token))];
        try
        {
            return await Task.WhenAll(tasks).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BatcherRejectedException or OperationCanceledException or ObjectDisposedException)
        {
            throw exception switch
            {
                BatcherRejectedException { Reason: BatcherRejectionReason.QueueFull } rejected
                    => Busy(RejectionReasons.QueueFull, rejected.QueueTime),
                BatcherRejectedException { Reason: BatcherRejectionReason.QueueTimeout } rejected
                    => Busy(RejectionReasons.QueueTimeout, rejected.QueueTime),
                OperationCanceledException => exception,
                _ => new ServerException(
                    StatusCodes.Status503ServiceUnavailable,
                    "The server is shutting down. Send the request to another one.",
                    RejectionReasons.Draining,
                    TimeSpan.FromSeconds(1)),
            };
        }
        finally
        {
            if (rest is not null)
            {
                await rest.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _batcher.DrainAsync().ConfigureAwait(false);
        await _batcher.DisposeAsync().ConfigureAwait(false);
        _threads.Dispose();
    }

    private static ServerException Busy(string reason, TimeSpan queueTime) => new(
        StatusCodes.Status429TooManyRequests, "The server is busy. Try again later.", reason, queueTime);

    private async Task<IReadOnlyList<ImageResult>> RunBatchAsync(IReadOnlyList<ImageWork> batch, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        ImageResult[] results = new ImageResult[batch.Count];
        List<int> together = [];
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Count == 1 || batch[i].RunsAlone)
            {
                results[i] = batch[i].Run(Classifier);
            }
            else
            {
                together.Add(i);
            }
        }

        if (together.Count > 0)
        {
            await RunTogetherAsync(batch, together, results, cancellationToken).ConfigureAwait(false);
        }

        _estimate.Add(TimeProvider.System.GetElapsedTime(start) / batch.Count);
        return results;
    }

    private async Task RunTogetherAsync(
        IReadOnlyList<ImageWork> batch, List<int> positions, ImageResult[] results, CancellationToken cancellationToken)
    {
        List<ImageWork> held = [];
        try
        {
            List<int> running = [];
            foreach (int position in positions)
            {
                if (batch[position].TryHold())
                {
                    held.Add(batch[position]);
                    running.Add(position);
                }
                else
                {
                    results[position] = ImageResult.Gone;
                }
            }

            IReadOnlyList<ScoresOutcome> outcomes = await Classifier.GetScoresBatchAsync(
                [.. held.Select(w => w.Image)], cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < running.Count; i++)
            {
                results[running[i]] = outcomes[i].Succeeded
                    ? new ImageResult { Scores = outcomes[i].Value }
                    : new ImageResult { Error = outcomes[i].Error };
            }
        }
        finally
        {
            held.ForEach(w => w.Release());
        }
    }
}
