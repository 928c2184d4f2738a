using Microsoft.Extensions.AI;
using ResNet.Net;
using ResNet.Net.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds embedding generators that use the classifiers of an application.</summary>
public static class ResNetEmbeddingServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of <see cref="DataContent"/> that uses the default classifier.
    /// </summary>
    /// <remarks>
    /// Adds <see cref="ModelOutputs.Features"/> to the classifier's settings. A classifier that the application creates must have them.
    /// </remarks>
    /// <param name="services">The service collection. <c>AddResNetClassifier</c> may be called before or after.</param>
    /// <param name="normalize">Whether to divide each vector by its Euclidean length.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddResNetEmbeddingGenerator(this IServiceCollection services, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        return WithFeatures(services, null).AddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            p => new ResNetEmbeddingGenerator(Registration.Find(p, null), normalize));
    }

    /// <summary>Adds a keyed embedding generator that uses the classifier with the same key.</summary>
    /// <param name="services">The service collection. <c>AddKeyedResNetClassifier</c> may be called before or after.</param>
    /// <param name="key">The key.</param>
    /// <param name="normalize">Whether to divide each vector by its Euclidean length.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedResNetEmbeddingGenerator(this IServiceCollection services, string key, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return WithFeatures(services, key).AddKeyedSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            key, (p, _) => new ResNetEmbeddingGenerator(Registration.Find(p, key), normalize));
    }

    private static IServiceCollection WithFeatures(IServiceCollection services, string? key)
        => services.PostConfigure<ResNetClassifierSettings>(
            Registration.OptionsName(key), settings => settings.Outputs |= ModelOutputs.Features);
}
