namespace ResNet.Net.Server;

/// <summary>Represents an image in the queue of a model.</summary>
/// <param name="image">The image.</param>
/// <param name="body">The body that contains the image, which must not be released while it is read; null if memory is not pooled.</param>
/// <param name="run">What to do with the image; null to compute its scores, which can run in a batch.</param>
internal sealed class ImageWork(InputImage image, RequestBody? body = null, Func<ResNetClassifier, ImageResult>? run = null)
{
    public InputImage Image => image;

    public bool RunsAlone => run is not null;

    /// <summary>Keeps the body of the request; returns false if the request has ended.</summary>
    public bool TryHold() => body?.TryHold() ?? true;

    public void Release() => body?.Release();

    /// <summary>Processes the image. A failure is part of the result.</summary>
    public ImageResult Run(ResNetClassifier classifier)
    {
        if (!TryHold())
        {
            return ImageResult.Gone;
        }

        try
        {
            return run is null ? new ImageResult { Scores = classifier.GetScores(image) } : run(classifier);
        }
        catch (Exception exception)
        {
            return new ImageResult { Error = exception };
        }
        finally
        {
            Release();
        }
    }
}

/// <summary>Represents what came of an image.</summary>
internal sealed record ImageResult
{
    /// <summary>Gets the result of an image whose request has ended. Nobody reads it.</summary>
    public static ImageResult Gone { get; } = new() { Error = new OperationCanceledException("The request has ended.") };

    public ClassScores? Scores { get; init; }

    public ActivationMap? Map { get; init; }

    /// <summary>Gets what the model sees, as a PNG file.</summary>
    public byte[]? Crop { get; init; }

    /// <summary>Gets the reason why the image failed; null if it succeeded.</summary>
    public Exception? Error { get; init; }
}
