using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ResNet.Net.Extensions;

/// <summary>Reports whether the model is loaded and warmed up. The check also starts loading if nothing else has.</summary>
internal sealed class ModelHealthCheck(IModelLoading model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Starts loading without waiting for it.
        _ = model.LoadAsync(CancellationToken.None);
        ResNetModelState state = model.State;
        Dictionary<string, object> data = new() { ["state"] = state.ToString(), ["model"] = model.ModelName };
        if (model.ExecutionProvider is string provider)
        {
            data["execution_provider"] = provider;
            return Task.FromResult(HealthCheckResult.Healthy($"The model '{model.ModelName}' is loaded.", data));
        }

        string description = model.Failure is Exception failure ? $"The {model.Kind} cannot be loaded: {failure.Message}"
            : model.Download is { Stage: ModelDownloadStage.Downloading } download
                ? $"The model '{download.ModelId}' is being downloaded: {Percent(download)} %."
            : $"The {model.Kind} is being loaded.";
        return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, description, model.Failure, data));
    }

    private static string Percent(ModelDownloadProgress download)
        => (100.0 * download.Bytes / Math.Max(1, download.TotalBytes)).ToString("0", CultureInfo.InvariantCulture);
}
