namespace ResNet.Net.Extensions;

/// <summary>Represents the loading of a model, whatever it is used for.</summary>
internal interface IModelLoading
{
    /// <summary>Gets what is loaded, for messages: <c>classifier</c> or <c>embedder</c>.</summary>
    string Kind { get; }

    ResNetModelState State { get; }

    Exception? Failure { get; }

    /// <summary>Gets the progress of the download; null if there is none.</summary>
    ModelDownloadProgress? Download { get; }

    /// <summary>Gets the name of the loaded model, or else the name in the settings.</summary>
    string ModelName { get; }

    /// <summary>Gets the execution provider of the loaded model; null if it isn't loaded.</summary>
    string? ExecutionProvider { get; }

    ResNetModelSettings Settings { get; }

    /// <summary>Gets the time until loading may be retried after a failure.</summary>
    TimeSpan RetryDelay { get; }

    /// <summary>Starts loading unless it has started, and waits for it.</summary>
    Task LoadAsync(CancellationToken cancellationToken);

    /// <summary>Cancels loading because the application is shutting down. The next start resumes a download.</summary>
    void StopLoading();
}
