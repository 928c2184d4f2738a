using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions;

/// <summary>Registers the services of a classifier.</summary>
internal static class Registration
{
    /// <summary>The name of the default classifier, which has no key, in messages.</summary>
    public const string DefaultName = "default";

    /// <summary>Returns the options name of a key.</summary>
    public static string OptionsName(string? key) => key ?? Options.DefaultName;

    /// <param name="services">The service collection.</param>
    /// <param name="key">The key; null for the default classifier.</param>
    /// <param name="prefix">The prefix of property names in validation messages.</param>
    /// <param name="configure">Configures the options.</param>
    /// <param name="create">Creates the classifier; null to create it from the options.</param>
    public static IServiceCollection Add(
        IServiceCollection services,
        string? key,
        string prefix,
        Action<OptionsBuilder<ResNetClassifierSettings>> configure,
        Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>>? create = null)
    {
        string name = OptionsName(key);
        if (services.Any(s => s.ServiceType == typeof(ClassifierProvider) && Equals(s.ServiceKey, key)))
        {
            throw new InvalidOperationException(key is null
                ? "A default classifier has already been added. Add further ones with AddKeyedResNetClassifier."
                : $"A classifier with the key '{key}' has already been added. Use another key.");
        }

        OptionsBuilder<ResNetClassifierSettings> options = services.AddOptions<ResNetClassifierSettings>(name);
        configure(options);
        SettingsValidator validator = new(name, prefix, describesModel: create is null);
        services.AddSingleton<IValidateOptions<ResNetClassifierSettings>>(validator);
        options.ValidateOnStart();

        ClassifierProvider Provider(IServiceProvider provider)
        {
            ResNetClassifierSettings settings = provider.GetRequiredService<IOptionsMonitor<ResNetClassifierSettings>>().Get(name);
            ILoggerFactory loggers = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
            ClassifierFactory factory = create is null
                ? (progress, token) => SettingsReader.CreateAsync(settings, loggers, progress, token)
                : (_, token) => create(provider, token);
            ILogger log = loggers.CreateLogger<IResNetClassifierProvider>();
            return new ClassifierProvider(key ?? DefaultName, factory, settings, log, TimeOf(provider));
        }

        // The provider disposes the classifier even if it is never resolved. A second Dispose by the container has no effect.
        if (key is null)
        {
            services.AddSingleton(Provider);
            services.AddSingleton<IResNetClassifierProvider>(p => p.GetRequiredService<ClassifierProvider>());
            services.AddSingleton(p => p.GetRequiredService<ClassifierProvider>().GetAsync().GetAwaiter().GetResult());
        }
        else
        {
            services.AddKeyedSingleton(key, (p, _) => Provider(p));
            services.AddKeyedSingleton<IResNetClassifierProvider>(key, (p, k) => p.GetRequiredKeyedService<ClassifierProvider>(k));
            services.AddKeyedSingleton(key, (p, k) => p.GetRequiredKeyedService<ClassifierProvider>(k).GetAsync().GetAwaiter().GetResult());
        }

        return services.AddSingleton<IHostedService>(p => new ClassifierLoader(Find(p, key), TimeOf(p)));
    }

    /// <summary>Returns the provider of a key.</summary>
    /// <exception cref="InvalidOperationException">No classifier with this key has been added.</exception>
    public static ClassifierProvider Find(IServiceProvider services, string? key)
    {
        ClassifierProvider? provider = key is null
            ? services.GetService<ClassifierProvider>()
            : services.GetKeyedService<ClassifierProvider>(key);
        return provider ?? throw new InvalidOperationException(key is null
            ? "There is no default classifier. Add it with AddResNetClassifier, or specify the key of another one."
            : $"There is no classifier with the key '{key}'. Add it with AddKeyedResNetClassifier.");
    }

    private static TimeProvider TimeOf(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}
