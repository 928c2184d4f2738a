namespace ResNet.Net.Extensions;

/// <summary>What pictures are accepted, as an application's configuration says it: <see cref="ImageDecodingOptions"/>, value by value; null is its default.</summary>
public sealed class ResNetDecodingSettings
{
    /// <summary>As <see cref="ImageDecodingOptions.MaxBytes"/>.</summary>
    public int? MaxBytes { get; set; }

    /// <summary>As <see cref="ImageDecodingOptions.MaxWidth"/>.</summary>
    public int? MaxWidth { get; set; }

    /// <summary>As <see cref="ImageDecodingOptions.MaxHeight"/>.</summary>
    public int? MaxHeight { get; set; }

    /// <summary>As <see cref="ImageDecodingOptions.MaxPixels"/>.</summary>
    public int? MaxPixels { get; set; }

    /// <summary>As <see cref="ImageDecodingOptions.Background"/>.</summary>
    public byte? Background { get; set; }

    /// <summary>As <see cref="ImageDecodingOptions.AllowTruncated"/>.</summary>
    public bool? AllowTruncated { get; set; }
}
