using Microsoft.Extensions.Configuration;
using ResNet.Net;
using ResNet.Net.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds classifiers to an application.</summary>
/// <remarks>
/// Registers <see cref="IResNetClassifierProvider"/> and <see cref="ResNetClassifier"/> as singletons, which the container disposes.
/// A host loads the classifier in the background; resolving <see cref="ResNetClassifier"/> before it is loaded blocks.
/// </remarks>
public static class ResNetServiceCollectionExtensions
{
    /// <summary>Adds the default classifier for a variant.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Configures further settings; may be null.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default classifier has already been added.</exception>
    public static IServiceCollection AddResNetClassifier(
        this IServiceCollection services, ResNetVariant variant, Action<ResNetClassifierSettings>? configure = null)
        => Registrations.Classifiers.Add(services, null, variant, configure);

    /// <summary>Adds the default classifier with settings from code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">
    /// Sets at least <see cref="ResNetModelSettings.Model"/> or <see cref="ResNetModelSettings.ModelPath"/>.
    /// </param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default classifier has already been added.</exception>
    public static IServiceCollection AddResNetClassifier(this IServiceCollection services, Action<ResNetClassifierSettings> configure)
        => Registrations.Classifiers.Add(services, null, configure);

    /// <summary>Adds the default classifier with settings from the configuration.</summary>
    /// <remarks>A key that isn't a property of <see cref="ResNetClassifierSettings"/> is an error at startup.</remarks>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The configuration section, such as <c>builder.Configuration.GetSection("ResNet")</c>.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default classifier has already been added.</exception>
    public static IServiceCollection AddResNetClassifier(this IServiceCollection services, IConfiguration section)
        => Registrations.Classifiers.Add(services, null, section, Bind);

    /// <summary>Adds the default classifier, created by the application: a model in memory, a custom profile, and the like.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="create">Creates the classifier, which the container disposes. Called again after a failure.</param>
    /// <param name="configure">Configures loading and warm-up; may be null. Other settings have no effect.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="InvalidOperationException">A default classifier has already been added.</exception>
    public static IServiceCollection AddResNetClassifier(
        this IServiceCollection services,
        Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>> create,
        Action<ResNetClassifierSettings>? configure = null)
        => Registrations.Classifiers.Add(services, null, create, configure);

    /// <summary>Adds a keyed classifier for a variant.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key for <c>[FromKeyedServices]</c>, which is also the name of the options.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Configures further settings; may be null.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">A classifier with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(
        this IServiceCollection services, string key, ResNetVariant variant, Action<ResNetClassifierSettings>? configure = null)
        => Registrations.Classifiers.Add(services, Registrations.Validated(key), variant, configure);

    /// <summary>Adds a keyed classifier with settings from code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">
    /// Sets at least <see cref="ResNetModelSettings.Model"/> or <see cref="ResNetModelSettings.ModelPath"/>.
    /// </param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">A classifier with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(
        this IServiceCollection services, string key, Action<ResNetClassifierSettings> configure)
        => Registrations.Classifiers.Add(services, Registrations.Validated(key), configure);

    /// <summary>Adds a keyed classifier with settings from the configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">The configuration section.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">A classifier with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(this IServiceCollection services, string key, IConfiguration section)
        => Registrations.Classifiers.Add(services, Registrations.Validated(key), section, Bind);

    /// <summary>Adds a keyed classifier, created by the application.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key.</param>
    /// <param name="create">Creates the classifier, which the container disposes. Called again after a failure.</param>
    /// <param name="configure">Configures loading and warm-up; may be null. Other settings have no effect.</param>
    /// <returns>The service collection.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">A classifier with this key has already been added.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(
        this IServiceCollection services,
        string key,
        Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>> create,
        Action<ResNetClassifierSettings>? configure = null)
        => Registrations.Classifiers.Add(services, Registrations.Validated(key), create, configure);

    private static void Bind(IConfiguration section, ResNetClassifierSettings settings)
        => section.Bind(settings, binder => binder.ErrorOnUnknownConfiguration = true);
}
