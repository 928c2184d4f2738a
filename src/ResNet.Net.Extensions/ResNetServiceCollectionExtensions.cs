using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using ResNet.Net;
using ResNet.Net.Extensions;
using ResNet.Net.Extensions.Internals;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds classifiers to an application: <see cref="IResNetClassifierProvider"/> and, once it is loaded, <see cref="ResNetClassifier"/>, both singletons that the
/// container disposes. A host loads them in the background; to resolve a <see cref="ResNetClassifier"/> before it is there waits for it.
/// </summary>
public static class ResNetServiceCollectionExtensions
{
    /// <summary>Adds the default classifier: a variant.</summary>
    /// <param name="services">The services.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Changes further settings; null for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">There is a default classifier already.</exception>
    public static IServiceCollection AddResNetClassifier(this IServiceCollection services, ResNetVariant variant, Action<ResNetClassifierSettings>? configure = null)
        => Add(services, null, variant, configure);

    /// <summary>Adds the default classifier, with settings from code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets at least <see cref="ResNetClassifierSettings.Model"/> or <see cref="ResNetClassifierSettings.ModelPath"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">There is a default classifier already.</exception>
    public static IServiceCollection AddResNetClassifier(this IServiceCollection services, Action<ResNetClassifierSettings> configure)
        => Add(services, null, configure);

    /// <summary>Adds the default classifier, with settings from the configuration. A key that is no property of <see cref="ResNetClassifierSettings"/> is an error when the application starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">Its section, such as <c>builder.Configuration.GetSection("ResNet")</c>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">There is a default classifier already.</exception>
    public static IServiceCollection AddResNetClassifier(this IServiceCollection services, IConfiguration section)
        => Add(services, null, section);

    /// <summary>Adds the default classifier, made by the application itself: a model in memory, a profile of one's own, whatever settings cannot say.</summary>
    /// <param name="services">The services.</param>
    /// <param name="create">Makes the classifier; the container disposes it. Called again after it failed.</param>
    /// <param name="configure">Changes when it is loaded and warmed up; null for the defaults. Other settings have no effect.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">There is a default classifier already.</exception>
    public static IServiceCollection AddResNetClassifier(
        this IServiceCollection services, Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>> create, Action<ResNetClassifierSettings>? configure = null)
        => Add(services, null, create, configure);

    /// <summary>Adds a classifier under a key, beside others: a variant.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, for <c>[FromKeyedServices]</c>; the name of its options too.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Changes further settings; null for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">There is a classifier under this key already.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(this IServiceCollection services, string key, ResNetVariant variant, Action<ResNetClassifierSettings>? configure = null)
        => Add(services, Checked(key), variant, configure);

    /// <summary>Adds a classifier under a key, with settings from code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Sets at least <see cref="ResNetClassifierSettings.Model"/> or <see cref="ResNetClassifierSettings.ModelPath"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">There is a classifier under this key already.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(this IServiceCollection services, string key, Action<ResNetClassifierSettings> configure)
        => Add(services, Checked(key), configure);

    /// <summary>Adds a classifier under a key, with settings from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">Its section.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">There is a classifier under this key already.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(this IServiceCollection services, string key, IConfiguration section)
        => Add(services, Checked(key), section);

    /// <summary>Adds a classifier under a key, made by the application itself.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="create">Makes the classifier; the container disposes it. Called again after it failed.</param>
    /// <param name="configure">Changes when it is loaded and warmed up; null for the defaults. Other settings have no effect.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="InvalidOperationException">There is a classifier under this key already.</exception>
    public static IServiceCollection AddKeyedResNetClassifier(
        this IServiceCollection services, string key, Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>> create, Action<ResNetClassifierSettings>? configure = null)
        => Add(services, Checked(key), create, configure);

    private static IServiceCollection Add(IServiceCollection services, string? key, ResNetVariant variant, Action<ResNetClassifierSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return Add(services, key, settings =>
        {
            settings.Model = variant.Id;
            configure?.Invoke(settings);
        });
    }

    private static IServiceCollection Add(IServiceCollection services, string? key, Action<ResNetClassifierSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return Registration.Add(services, key, $"{nameof(ResNetClassifierSettings)}.", options => options.Configure(configure));
    }

    private static IServiceCollection Add(IServiceCollection services, string? key, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        string path = (section as IConfigurationSection)?.Path ?? "";
        return Registration.Add(services, key, path.Length > 0 ? $"{path}:" : "", options => options.Configure(settings => Bind(section, path, options.Name, settings)));
    }

    private static IServiceCollection Add(
        IServiceCollection services, string? key, Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>> create, Action<ResNetClassifierSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        return Registration.Add(services, key, $"{nameof(ResNetClassifierSettings)}.", options => options.Configure(configure ?? (_ => { })), create);
    }

    private static void Bind(IConfiguration section, string path, string name, ResNetClassifierSettings settings)
    {
        try
        {
            section.Bind(settings, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsValidationException(
                name, typeof(ResNetClassifierSettings), [$"The configuration section '{path}' cannot be read: {exception.Message} Correct it; the keys are the properties of {nameof(ResNetClassifierSettings)} (docs/aspnetcore.md)."]);
        }
    }

    private static string Checked(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return key;
    }
}
