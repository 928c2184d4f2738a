using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ResNet.Net.Extensions;

/// <summary>Reports whether the classifier is loaded and warmed up. The check also starts loading if nothing else has.</summary>
internal sealed class ClassifierHealthCheck(ClassifierProvider provider) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Starts loading without waiting for it.
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
            : provider.Download is { Stage: ModelDownloadStage.Downloading } download
                ? $"The model '{download.ModelId}' is being downloaded: {Percent(download)} %."
            : "The classifier is being loaded.";
        return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, description, provider.Failure, data));
    }

    private static string Percent(ModelDownloadProgress download)
        => (100.0 * download.Bytes / Math.Max(1, download.TotalBytes)).ToString("0", CultureInfo.InvariantCulture);
}
