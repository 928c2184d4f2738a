using Microsoft.Extensions.Diagnostics.HealthChecks;
using ResNet.Net.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks for classifiers and embedders.</summary>
public static class ResNetHealthChecksBuilderExtensions
{
    /// <summary>Adds a readiness check, which is healthy once the classifier is loaded and warmed up.</summary>
    /// <remarks>
    /// Until then, and after a failure, it reports <paramref name="failureStatus"/> with the reason. It doesn't run the model.
    /// </remarks>
    /// <param name="builder">The health checks builder.</param>
    /// <param name="key">The classifier's key; null for the default classifier.</param>
    /// <param name="name">The name of the check; null for <c>resnet</c> or <c>resnet:KEY</c>.</param>
    /// <param name="failureStatus">The status while the classifier is not ready; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags that select the check, such as <c>ready</c>.</param>
    /// <returns>The health checks builder.</returns>
    public static IHealthChecksBuilder AddResNetClassifier(
        this IHealthChecksBuilder builder,
        string? key = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (key is null ? "resnet" : $"resnet:{key}"),
            services => new ModelHealthCheck(Registrations.Classifiers.Find(services, key)),
            failureStatus,
            tags));
    }

    /// <summary>Adds a readiness check, which is healthy once the embedder is loaded and warmed up.</summary>
    /// <remarks>
    /// Until then, and after a failure, it reports <paramref name="failureStatus"/> with the reason. It doesn't run the model.
    /// </remarks>
    /// <param name="builder">The health checks builder.</param>
    /// <param name="key">The embedder's key; null for the default embedder.</param>
    /// <param name="name">The name of the check; null for <c>resnet-embedder</c> or <c>resnet-embedder:KEY</c>.</param>
    /// <param name="failureStatus">The status while the embedder is not ready; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags that select the check, such as <c>ready</c>.</param>
    /// <returns>The health checks builder.</returns>
    public static IHealthChecksBuilder AddResNetEmbedder(
        this IHealthChecksBuilder builder,
        string? key = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (key is null ? "resnet-embedder" : $"resnet-embedder:{key}"),
            services => new ModelHealthCheck(Registrations.Embedders.Find(services, key)),
            failureStatus,
            tags));
    }
}
