using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions;

/// <summary>Creates a provider.</summary>
internal delegate ModelProvider<TModel> ProviderFactory<TModel>(
    string name, ModelFactory<TModel> create, ResNetModelSettings settings, ILogger log, TimeProvider time)
    where TModel : class, IDisposable;

/// <summary>Registers classifiers or embedders, and the services that load them.</summary>
/// <typeparam name="TModel">The classifier or embedder.</typeparam>
/// <typeparam name="TSettings">Its settings.</typeparam>
/// <typeparam name="TProvider">The public interface of its provider.</typeparam>
/// <param name="kind">What is registered, for messages: <c>classifier</c> or <c>embedder</c>.</param>
/// <param name="createProvider">Creates the provider, which implements <typeparamref name="TProvider"/>.</param>
/// <param name="load">Loads the model from settings.</param>
internal sealed class Registration<TModel, TSettings, TProvider>(
    string kind,
    ProviderFactory<TModel> createProvider,
    Func<TSettings, ILoggerFactory, IProgress<ModelDownloadProgress>, CancellationToken, Task<TModel>> load)
    where TModel : class, IDisposable
    where TSettings : ResNetModelSettings, new()
    where TProvider : class
{
    // The default model has no key; this is its name in messages.
    private const string DefaultName = "default";

    private readonly string _article = kind[0] == 'e' ? "An" : "A";
    private readonly string _method = typeof(TModel).Name;

    /// <summary>Adds a model with settings for a variant.</summary>
    public IServiceCollection Add(IServiceCollection services, string? key, ResNetVariant variant, Action<TSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return Add(services, key, settings =>
        {
            settings.Model = variant.Id;
            configure?.Invoke(settings);
        });
    }

    /// <summary>Adds a model with settings from code.</summary>
    public IServiceCollection Add(IServiceCollection services, string? key, Action<TSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, key, $"{typeof(TSettings).Name}.", options => options.Configure(configure));
    }

    /// <summary>Adds a model with settings from the configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="key">The key; null for the default model.</param>
    /// <param name="section">The section.</param>
    /// <param name="bind">Binds the section to the settings. A delegate, since the generated code needs the type of the settings.</param>
    public IServiceCollection Add(
        IServiceCollection services, string? key, IConfiguration section, Action<IConfiguration, TSettings> bind)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        string path = (section as IConfigurationSection)?.Path ?? "";
        string prefix = path.Length > 0 ? $"{path}:" : "";
        return Add(services, key, prefix, options => options.Configure(settings =>
        {
            try
            {
                bind(section, settings);
            }
            catch (InvalidOperationException exception)
            {
                throw new OptionsValidationException(
                    options.Name,
                    typeof(TSettings),
                    [
                        $"The configuration section '{path}' cannot be bound: {exception.Message} "
                        + $"The keys are the properties of {typeof(TSettings).Name} (docs/aspnetcore.md).",
                    ]);
            }
        }));
    }

    /// <summary>Adds a model that the application creates.</summary>
    public IServiceCollection Add(
        IServiceCollection services,
        string? key,
        Func<IServiceProvider, CancellationToken, Task<TModel>> create,
        Action<TSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        return Add(services, key, $"{typeof(TSettings).Name}.", options => options.Configure(configure ?? (_ => { })), create);
    }

    /// <summary>Returns the provider of a key.</summary>
    /// <exception cref="InvalidOperationException">No model with this key has been added.</exception>
    public ModelProvider<TModel> Find(IServiceProvider services, string? key)
    {
        ModelProvider<TModel>? provider = key is null
            ? services.GetService<ModelProvider<TModel>>()
            : services.GetKeyedService<ModelProvider<TModel>>(key);
        return provider ?? throw new InvalidOperationException(key is null
            ? $"There is no default {kind}. Add it with Add{_method}, or specify the key of another one."
            : $"There is no {kind} with the key '{key}'. Add it with AddKeyed{_method}.");
    }

    private IServiceCollection Add(
        IServiceCollection services,
        string? key,
        string prefix,
        Action<OptionsBuilder<TSettings>> configure,
        Func<IServiceProvider, CancellationToken, Task<TModel>>? create = null)
    {
        string name = key ?? Options.DefaultName;
        if (services.Any(s => s.ServiceType == typeof(ModelProvider<TModel>) && Equals(s.ServiceKey, key)))
        {
            throw new InvalidOperationException(key is null
                ? $"A default {kind} has already been added. Add further ones with AddKeyed{_method}."
                : $"{_article} {kind} with the key '{key}' has already been added. Use another key.");
        }

        OptionsBuilder<TSettings> options = services.AddOptions<TSettings>(name);
        configure(options);
        services.AddSingleton<IValidateOptions<TSettings>>(new SettingsValidator<TSettings>(name, prefix, describesModel: create is null));
        options.ValidateOnStart();

        ModelProvider<TModel> Provider(IServiceProvider provider)
        {
            TSettings settings = provider.GetRequiredService<IOptionsMonitor<TSettings>>().Get(name);
            ILoggerFactory loggers = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
            ModelFactory<TModel> factory = create is null
                ? (progress, token) => load(settings, loggers, progress, token)
                : (_, token) => create(provider, token);
            return createProvider(key ?? DefaultName, factory, settings, loggers.CreateLogger<TProvider>(), TimeOf(provider));
        }

        // The provider disposes the model even if it is never resolved. A second Dispose by the container has no effect.
        if (key is null)
        {
            services.AddSingleton(Provider);
            services.AddSingleton(p => (TProvider)(object)p.GetRequiredService<ModelProvider<TModel>>());
            services.AddSingleton(p => p.GetRequiredService<ModelProvider<TModel>>().GetAsync().GetAwaiter().GetResult());
        }
        else
        {
            services.AddKeyedSingleton(key, (p, _) => Provider(p));
            services.AddKeyedSingleton(key, (p, k) => (TProvider)(object)p.GetRequiredKeyedService<ModelProvider<TModel>>(k));
            services.AddKeyedSingleton(
                key, (p, k) => p.GetRequiredKeyedService<ModelProvider<TModel>>(k).GetAsync().GetAwaiter().GetResult());
        }

        return services.AddSingleton<IHostedService>(p => new ModelLoader(Find(p, key), TimeOf(p)));
    }

    private static TimeProvider TimeOf(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}

/// <summary>Provides the registrations of the two kinds of models.</summary>
internal static class Registrations
{
    public static Registration<ResNetClassifier, ResNetClassifierSettings, IResNetClassifierProvider> Classifiers { get; } = new(
        "classifier",
        (name, create, settings, log, time) => new ClassifierProvider(name, create, settings, log, time),
        SettingsReader.CreateAsync);

    public static Registration<ResNetEmbedder, ResNetEmbedderSettings, IResNetEmbedderProvider> Embedders { get; } = new(
        "embedder",
        (name, create, settings, log, time) => new EmbedderProvider(name, create, settings, log, time),
        SettingsReader.CreateAsync);

    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static string Validated(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return key;
    }
}
