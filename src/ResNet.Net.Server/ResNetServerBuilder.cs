using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ResNet.Net.Extensions;

namespace ResNet.Net.Server;

/// <summary>Adds models to a server. Each version of a model is a keyed classifier with the key <c>NAME/VERSION</c>.</summary>
public sealed partial class ResNetServerBuilder
{
    private const string FirstVersion = "1";

    internal ResNetServerBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the service collection.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a variant.</summary>
    /// <param name="name">The name in addresses: letters, digits, '.', '_' and '-'.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="configure">Configures further settings; may be <see langword="null"/>.</param>
    /// <param name="version">The version. Requests without a version get the highest one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="version"/> has other characters.</exception>
    /// <exception cref="InvalidOperationException">The version has already been added.</exception>
    public ResNetServerBuilder AddModel(
        string name, ResNetVariant variant, Action<ResNetClassifierSettings>? configure = null, string version = FirstVersion)
    {
        Services.AddKeyedResNetClassifier(KeyOf(name, version), variant, configure);
        return Add(name, version);
    }

    /// <summary>Adds a model with settings from code.</summary>
    /// <param name="name">The name in addresses: letters, digits, '.', '_' and '-'.</param>
    /// <param name="configure">
    /// Sets at least <see cref="ResNetModelSettings.Model"/> or <see cref="ResNetModelSettings.ModelPath"/>.
    /// </param>
    /// <param name="version">The version. Requests without a version get the highest one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="version"/> has other characters.</exception>
    /// <exception cref="InvalidOperationException">The version has already been added.</exception>
    public ResNetServerBuilder AddModel(string name, Action<ResNetClassifierSettings> configure, string version = FirstVersion)
    {
        Services.AddKeyedResNetClassifier(KeyOf(name, version), configure);
        return Add(name, version);
    }

    /// <summary>Adds a model with settings from the configuration.</summary>
    /// <param name="name">The name in addresses: letters, digits, '.', '_' and '-'.</param>
    /// <param name="section">The configuration section with the properties of <see cref="ResNetClassifierSettings"/>.</param>
    /// <param name="version">The version. Requests without a version get the highest one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="version"/> has other characters.</exception>
    /// <exception cref="InvalidOperationException">The version has already been added.</exception>
    public ResNetServerBuilder AddModel(string name, IConfiguration section, string version = FirstVersion)
    {
        Services.AddKeyedResNetClassifier(KeyOf(name, version), section);
        return Add(name, version);
    }

    /// <summary>Adds a model that the application creates.</summary>
    /// <param name="name">The name in addresses: letters, digits, '.', '_' and '-'.</param>
    /// <param name="create">Creates the classifier, which the container disposes. Called again after a failure.</param>
    /// <param name="version">The version. Requests without a version get the highest one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="version"/> has other characters.</exception>
    /// <exception cref="InvalidOperationException">The version has already been added.</exception>
    public ResNetServerBuilder AddModel(
        string name, Func<IServiceProvider, CancellationToken, Task<ResNetClassifier>> create, string version = FirstVersion)
    {
        Services.AddKeyedResNetClassifier(KeyOf(name, version), create);
        return Add(name, version);
    }

    /// <summary>Adds the models of a section: the settings of a classifier, or a section <c>Versions</c> of several.</summary>
    internal void AddModels(IConfigurationSection models)
    {
        foreach (IConfigurationSection model in models.GetChildren())
        {
            IConfigurationSection[] versions = [.. model.GetSection("Versions").GetChildren()];
            if (versions.Length == 0)
            {
                AddConfigured(model.Key, model, FirstVersion);
                continue;
            }

            if (model.GetChildren().FirstOrDefault(c => c.Key != "Versions") is IConfigurationSection other)
            {
                throw new InvalidOperationException(
                    $"The configuration section '{model.Path}' has Versions and '{other.Key}'. Move '{other.Key}' into each version.");
            }

            foreach (IConfigurationSection version in versions)
            {
                AddConfigured(model.Key, version, version.Key);
            }
        }
    }

    private static string KeyOf(string name, string version) => $"{Validated(name)}/{Validated(version)}";

    private static string Validated(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NamePattern().IsMatch(name)
            ? name
            : throw new ArgumentException(
                $"'{name}' cannot be part of an address. Use 1 to 64 letters, digits, '.', '_' or '-', with a letter or digit first.",
                nameof(name));
    }

    private void AddConfigured(string name, IConfigurationSection section, string version)
    {
        Services.AddKeyedResNetClassifier(KeyOf(name, version), section);
        Add(name, version, isConfigured: true);
    }

    private ResNetServerBuilder Add(string name, string version, bool isConfigured = false)
    {
        Services.AddSingleton(new ModelRegistration(name, version, KeyOf(name, version), isConfigured));
        return this;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NamePattern();
}

/// <summary>Names a version of a model and the key of its classifier.</summary>
/// <param name="Name">The name of the model.</param>
/// <param name="Version">The version.</param>
/// <param name="Key">The key of the classifier.</param>
/// <param name="IsConfigured">Whether the model comes from the section of all models, which has no order.</param>
internal sealed record ModelRegistration(string Name, string Version, string Key, bool IsConfigured);
