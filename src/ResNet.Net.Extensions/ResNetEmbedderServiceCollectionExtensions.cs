using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using ResNet.Net;
using ResNet.Net.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds embedders and embedding generators to an application.</summary>
/// <remarks>
/// Registers <see cref="IResNetEmbedderProvider"/> and <see cref="ResNetEmbedder"/> as singletons, which the container disposes.
/// A host loads the embedder in the background; resolving <see cref="ResNetEmbedder"/> before it is loaded blocks.
/// </remarks>
public static class ResNetEmbedderServiceCollectionExtensions
{
    /// <summary>Adds the default embedder for a variant.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Configures further settings; may be null.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default embedder has already been added.</exception>
    public static IServiceCollection AddResNetEmbedder(
        this IServiceCollection services, ResNetVariant variant, Action<ResNetEmbedderSettings>? configure = null)
        => Registrations.Embedders.Add(services, null, variant, configure);

    /// <summary>Adds the default embedder with settings from code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">
    /// Sets at least <see cref="ResNetModelSettings.Model"/> or <see cref="ResNetModelSettings.ModelPath"/>.
    /// </param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default embedder has already been added.</exception>
    public static IServiceCollection AddResNetEmbedder(this IServiceCollection services, Action<ResNetEmbedderSettings> configure)
        => Registrations.Embedders.Add(services, null, configure);

    /// <summary>Adds the default embedder with settings from the configuration.</summary>
    /// <remarks>A key that isn't a property of <see cref="ResNetEmbedderSettings"/> is an error at startup.</remarks>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The configuration section, such as <c>builder.Configuration.GetSection("ResNet")</c>.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default embedder has already been added.</exception>
    public static IServiceCollection AddResNetEmbedder(this IServiceCollection services, IConfiguration section)
        => Registrations.Embedders.Add(services, null, section, Bind);

    /// <summary>Adds the default embedder, created by the application: a model in memory, a custom profile, and the like.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="create">Creates the embedder, which the container disposes. Called again after a failure.</param>
    /// <param name="configure">Configures loading and warm-up; may be null. Other settings have no effect.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default embedder has already been added.</exception>
    public static IServiceCollection AddResNetEmbedder(
        this IServiceCollection services,
        Func<IServiceProvider, CancellationToken, Task<ResNetEmbedder>> create,
        Action<ResNetEmbedderSettings>? configure = null)
        => Registrations.Embedders.Add(services, null, create, configure);

    /// <summary>Adds a keyed embedder for a variant.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key for <c>[FromKeyedServices]</c>, which is also the name of the options.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Configures further settings; may be null.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">An embedder with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetEmbedder(
        this IServiceCollection services, string key, ResNetVariant variant, Action<ResNetEmbedderSettings>? configure = null)
        => Registrations.Embedders.Add(services, Registrations.Validated(key), variant, configure);

    /// <summary>Adds a keyed embedder with settings from code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">
    /// Sets at least <see cref="ResNetModelSettings.Model"/> or <see cref="ResNetModelSettings.ModelPath"/>.
    /// </param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">An embedder with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetEmbedder(
        this IServiceCollection services, string key, Action<ResNetEmbedderSettings> configure)
        => Registrations.Embedders.Add(services, Registrations.Validated(key), configure);

    /// <summary>Adds a keyed embedder with settings from the configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">The configuration section.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">An embedder with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetEmbedder(this IServiceCollection services, string key, IConfiguration section)
        => Registrations.Embedders.Add(services, Registrations.Validated(key), section, Bind);

    /// <summary>Adds a keyed embedder, created by the application.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key.</param>
    /// <param name="create">Creates the embedder, which the container disposes. Called again after a failure.</param>
    /// <param name="configure">Configures loading and warm-up; may be null. Other settings have no effect.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">An embedder with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetEmbedder(
        this IServiceCollection services,
        string key,
        Func<IServiceProvider, CancellationToken, Task<ResNetEmbedder>> create,
        Action<ResNetEmbedderSettings>? configure = null)
        => Registrations.Embedders.Add(services, Registrations.Validated(key), create, configure);

    /// <summary>
    /// Adds an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of <see cref="DataContent"/> that uses the default embedder.
    /// </summary>
    /// <param name="services">The service collection. <c>AddResNetEmbedder</c> may be called before or after.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddResNetEmbeddingGenerator(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            p => new ResNetEmbeddingGenerator(Registrations.Embedders.Find(p, null)));
    }

    /// <summary>Adds a keyed embedding generator that uses the embedder with the same key.</summary>
    /// <param name="services">The service collection. <c>AddKeyedResNetEmbedder</c> may be called before or after.</param>
    /// <param name="key">The key.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedResNetEmbeddingGenerator(this IServiceCollection services, string key)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddKeyedSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            Registrations.Validated(key), (p, _) => new ResNetEmbeddingGenerator(Registrations.Embedders.Find(p, key)));
    }

    private static void Bind(IConfiguration section, ResNetEmbedderSettings settings)
        => section.Bind(settings, binder => binder.ErrorOnUnknownConfiguration = true);
}
