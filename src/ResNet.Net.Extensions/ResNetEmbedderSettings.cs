namespace ResNet.Net.Extensions;

/// <summary>Represents the settings of an embedder, which are validated when the application starts.</summary>
public sealed class ResNetEmbedderSettings : ResNetModelSettings
{
    /// <summary>Gets or sets <see cref="ResNetEmbedderOptions.Normalize"/>.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Normalize { get; set; } = true;
}
