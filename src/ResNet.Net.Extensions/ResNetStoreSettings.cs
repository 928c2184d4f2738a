namespace ResNet.Net.Extensions;

/// <summary>
/// Represents the settings of the model store, which correspond to <see cref="ModelStoreOptions"/>. Null or an empty list selects the
/// default.
/// </summary>
public sealed class ResNetStoreSettings
{
    /// <summary>Gets or sets <see cref="ModelStoreOptions.RootFolder"/>.</summary>
    public string? RootFolder { get; set; }

    /// <summary>Gets <see cref="ModelStoreOptions.LocalFolders"/>.</summary>
    public IList<string> LocalFolders { get; } = [];

    /// <summary>Gets the URLs of mirrors (<see cref="ModelSource.Mirror"/>), which replace the default sources.</summary>
    public IList<string> Mirrors { get; } = [];

    /// <summary>Gets or sets <see cref="ModelStoreOptions.Offline"/>.</summary>
    public bool? Offline { get; set; }

    /// <summary>Gets or sets <see cref="ModelStoreOptions.AlwaysVerify"/>.</summary>
    public bool? AlwaysVerify { get; set; }

    /// <summary>Gets or sets <see cref="ModelStoreOptions.ResponseTimeout"/>.</summary>
    public TimeSpan? ResponseTimeout { get; set; }

    /// <summary>Gets or sets <see cref="ModelStoreOptions.IdleTimeout"/>.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Gets or sets <see cref="ModelStoreOptions.Retries"/>.</summary>
    public int? Retries { get; set; }
}
