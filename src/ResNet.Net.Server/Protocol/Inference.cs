namespace ResNet.Net.Server;

/// <summary>Runs inference requests of both transports.</summary>
internal static class Inference
{
    /// <summary>Runs a request.</summary>
    /// <param name="model">The model.</param>
    /// <param name="runner">The runner of the model.</param>
    /// <param name="request">The request.</param>
    /// <param name="body">The pooled body that contains the images; null if their memory is not pooled.</param>
    /// <param name="cancellationToken">The client has gone, or its deadline has passed.</param>
    /// <exception cref="ServerException">The request is invalid, or the server is busy.</exception>
    /// <exception cref="TimeoutException">The time that the request allows has passed.</exception>
    public static async Task<InferResponse> RunAsync(
        ServedModel model, ModelRunner runner, InferRequest request, RequestBody? body, CancellationToken cancellationToken)
    {
        ImageResult[] results = await RunAsync(
            runner, [.. request.Input.Images().Select(image => new ImageWork(image, body))], request.Timeout, cancellationToken)
            .ConfigureAwait(false);
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].Error is Exception error)
            {
                throw Failure.OfImage(error, i, request.Input);
            }
        }

        IReadOnlyList<OutputTensor> outputs = OutputSelection.Create(
            OutputSelection.Resolve(runner.Contract, request.Outputs),
            [.. results.Select(r => r.Scores!)],
            runner.Classifier.Labels);
        return new InferResponse(model.Name, model.Version, request.Id, outputs);
    }

    private static async Task<ImageResult[]> RunAsync(
        ModelRunner runner, IReadOnlyList<ImageWork> images, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (timeout is not TimeSpan limit)
        {
            return await runner.RunAsync(images, cancellationToken).ConfigureAwait(false);
        }

        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            return await runner.RunAsync(images, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}
