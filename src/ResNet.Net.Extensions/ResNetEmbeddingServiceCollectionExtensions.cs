using Microsoft.Extensions.AI;
using ResNet.Net;
using ResNet.Net.Extensions;
using ResNet.Net.Extensions.Internals;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds embedding generators over the classifiers of an application.</summary>
public static class ResNetEmbeddingServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of <see cref="DataContent"/> over the default classifier, and <see cref="ModelOutputs.Features"/> to that
    /// one's settings. A classifier that the application makes itself must be created with them.
    /// </summary>
    /// <param name="services">The services, to which <c>AddResNetClassifier</c> adds the classifier, before or after.</param>
    /// <param name="normalize">Whether each vector is divided by its Euclidean length.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddResNetEmbeddingGenerator(this IServiceCollection services, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        return WithFeatures(services, null).AddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(p => new ResNetEmbeddingGenerator(Registration.Find(p, null), normalize));
    }

    /// <summary>Adds an embedding generator over the classifier of a key, under the same key; see <see cref="AddResNetEmbeddingGenerator"/>.</summary>
    /// <param name="services">The services, to which <c>AddKeyedResNetClassifier</c> adds the classifier, before or after.</param>
    /// <param name="key">The key.</param>
    /// <param name="normalize">Whether each vector is divided by its Euclidean length.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedResNetEmbeddingGenerator(this IServiceCollection services, string key, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return WithFeatures(services, key).AddKeyedSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(key, (p, _) => new ResNetEmbeddingGenerator(Registration.Find(p, key), normalize));
    }

    private static IServiceCollection WithFeatures(IServiceCollection services, string? key)
        => services.PostConfigure<ResNetClassifierSettings>(Registration.OptionsName(key), settings => settings.Outputs |= ModelOutputs.Features);
}
