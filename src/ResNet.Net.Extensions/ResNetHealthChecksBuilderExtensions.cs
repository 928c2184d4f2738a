using Microsoft.Extensions.Diagnostics.HealthChecks;
using ResNet.Net.Extensions.Internals;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of classifiers.</summary>
public static class ResNetHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that is healthy when the classifier is loaded and warm, and not before: it is what a readiness probe asks. Until then, and after a failure, it
    /// reports <paramref name="failureStatus"/> with the reason. It never runs the model.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="key">The classifier's key; null for the default one.</param>
    /// <param name="name">The check's name; null for <c>resnet</c>, or <c>resnet:KEY</c>.</param>
    /// <param name="failureStatus">What it reports while the classifier is not there; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddResNetClassifier(
        this IHealthChecksBuilder builder, string? key = null, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (key is null ? "resnet" : $"resnet:{key}"), services => new ClassifierHealthCheck(Registration.Find(services, key)), failureStatus, tags));
    }
}
