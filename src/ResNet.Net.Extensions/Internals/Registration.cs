using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Extensions.Internals;

/// <summary>What every way to add a classifier does.</summary>
internal static class Registration
{
    /// <summary>How the default classifier, which has no key, is called in messages.</summary>
    public const string DefaultName = "default";

    /// <summary>The name of the options of a key.</summary>
    public static string OptionsName(string? key) => key ?? Options.DefaultName;

    /// <param name="services">The services.</param>
    /// <param name="key">The key; null for the default classifier.</param>
    /// <param name="prefix">What goes before a property's name in messages about options.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="create">Makes the classifier; null: from the options.</param>
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
                ? "A default classifier is added already. Add the second one with AddKeyedResNetClassifier, under a key."
                : $"A classifier is added already under the key '{key}'. Use another key.");
        }

        OptionsBuilder<ResNetClassifierSettings> options = services.AddOptions<ResNetClassifierSettings>(name);
        configure(options);
        services.AddSingleton<IValidateOptions<ResNetClassifierSettings>>(new SettingsValidator(name, prefix, describesModel: create is null));
        options.ValidateOnStart();

        ClassifierProvider Provider(IServiceProvider provider)
        {
            ResNetClassifierSettings settings = provider.GetRequiredService<IOptionsMonitor<ResNetClassifierSettings>>().Get(name);
            ILoggerFactory loggers = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
            ClassifierFactory factory = create is null
                ? (progress, token) => SettingsReader.CreateAsync(settings, loggers, progress, token)
                : (_, token) => create(provider, token);
            return new ClassifierProvider(key ?? DefaultName, factory, settings, loggers.CreateLogger<IResNetClassifierProvider>(), TimeOf(provider));
        }

        // The provider owns the classifier, whether or not anybody resolves it: that the container disposes it too does no harm.
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

    /// <summary>The provider of a key.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static ClassifierProvider Find(IServiceProvider services, string? key)
        => key is null
            ? services.GetService<ClassifierProvider>() ?? throw new InvalidOperationException("There is no default classifier. Add it with AddResNetClassifier, or give the key of another.")
            : services.GetKeyedService<ClassifierProvider>(key) ?? throw new InvalidOperationException($"There is no classifier under the key '{key}'. Add it with AddKeyedResNetClassifier.");

    private static TimeProvider TimeOf(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}
