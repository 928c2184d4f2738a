namespace ResNet.Net.Extensions;

/// <summary>Where models are kept and where they come from, as an application's configuration says it: <see cref="ModelStoreOptions"/>, value by value; null, or an empty list, is its default.</summary>
public sealed class ResNetStoreSettings
{
    /// <summary>As <see cref="ModelStoreOptions.RootFolder"/>.</summary>
    public string? RootFolder { get; set; }

    /// <summary>As <see cref="ModelStoreOptions.LocalFolders"/>.</summary>
    public IList<string> LocalFolders { get; } = [];

    /// <summary>Addresses of mirrors (<see cref="ModelSource.Mirror"/>): these alone are asked.</summary>
    public IList<string> Mirrors { get; } = [];

    /// <summary>As <see cref="ModelStoreOptions.Offline"/>.</summary>
    public bool? Offline { get; set; }

    /// <summary>As <see cref="ModelStoreOptions.AlwaysVerify"/>.</summary>
    public bool? AlwaysVerify { get; set; }

    /// <summary>As <see cref="ModelStoreOptions.ResponseTimeout"/>.</summary>
    public TimeSpan? ResponseTimeout { get; set; }

    /// <summary>As <see cref="ModelStoreOptions.IdleTimeout"/>.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>As <see cref="ModelStoreOptions.Retries"/>.</summary>
    public int? Retries { get; set; }
}
