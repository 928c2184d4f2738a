using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ResNet.Net.Extensions.Internals;

/// <summary>Healthy when the classifier is loaded and warm. Asks for it, so that it is loaded where nothing else does.</summary>
internal sealed class ClassifierHealthCheck(ClassifierProvider provider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Starts it where nobody has; not waited for, so that there is nothing to cancel.
        _ = provider.GetAsync(CancellationToken.None);
        ResNetClassifierState state = provider.State;
        ResNetClassifier? classifier = provider.Loaded;
        Dictionary<string, object> data = new() { ["state"] = state.ToString(), ["model"] = classifier?.ModelName ?? provider.ModelName };
        if (classifier is not null)
        {
            data["execution_provider"] = classifier.ExecutionProvider;
            return Task.FromResult(HealthCheckResult.Healthy($"The model '{classifier.ModelName}' is loaded.", data));
        }

        string description = provider.Failure is Exception failure ? $"The classifier cannot be loaded: {failure.Message}"
            : provider.Download is { Stage: ModelDownloadStage.Downloading } download ? $"The model '{download.ModelId}' is being downloaded: {Percent(download)} %."
            : "The classifier is being loaded.";
        return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, description, provider.Failure, data));
    }

    private static string Percent(ModelDownloadProgress download) => (100.0 * download.Bytes / Math.Max(1, download.TotalBytes)).ToString("0", CultureInfo.InvariantCulture);
}
