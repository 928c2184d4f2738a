namespace ResNet.Net.Extensions;

/// <summary>Represents the decoding settings, which correspond to <see cref="ImageDecodingOptions"/>. Null selects the default.</summary>
public sealed class ResNetDecodingSettings
{
    /// <summary>Gets or sets <see cref="ImageDecodingOptions.MaxBytes"/>.</summary>
    public int? MaxBytes { get; set; }

    /// <summary>Gets or sets <see cref="ImageDecodingOptions.MaxWidth"/>.</summary>
    public int? MaxWidth { get; set; }

    /// <summary>Gets or sets <see cref="ImageDecodingOptions.MaxHeight"/>.</summary>
    public int? MaxHeight { get; set; }

    /// <summary>Gets or sets <see cref="ImageDecodingOptions.MaxPixels"/>.</summary>
    public int? MaxPixels { get; set; }

    /// <summary>Gets or sets <see cref="ImageDecodingOptions.MaxDuration"/>.</summary>
    public TimeSpan? MaxDuration { get; set; }

    /// <summary>Gets or sets <see cref="ImageDecodingOptions.Background"/>.</summary>
    public byte? Background { get; set; }

    /// <summary>Gets or sets <see cref="ImageDecodingOptions.AllowTruncated"/>.</summary>
    public bool? AllowTruncated { get; set; }
}
