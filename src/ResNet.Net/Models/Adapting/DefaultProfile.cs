using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Chooses the profile of a custom model for which the caller sets none.</summary>
internal static class DefaultProfile
{
    // Longer sides are rejected as a mismatch with the crop instead.
    private const int MaxSide = 32_767;

    private static readonly ChannelValues Zero = new(0, 0, 0);
    private static readonly ChannelValues One = new(1, 1, 1);

    /// <summary>Creates the profile from the input, the metadata of the file, and the normalization inside the graph.</summary>
    /// <param name="form">The form of the input; null if it is unknown.</param>
    /// <param name="metadata">The metadata of the file; may be empty.</param>
    public static PreprocessingProfile For(InputForm? form, IReadOnlyDictionary<string, string> metadata)
    {
        PreprocessingProfile profile = PreprocessingProfile.Torchvision;
        if (form is null)
        {
            return profile;
        }

        (string? format, string? range) = (Find(metadata, "Image.BitmapPixelFormat"), Find(metadata, "Image.NominalPixelRange"));
        if (format?.StartsWith("Bgr", StringComparison.OrdinalIgnoreCase) == true)
        {
            profile = profile with { Channels = ChannelOrder.Bgr };
        }

        profile = form.ElementType == OnnxElementType.UInt8 ? WithBytes(profile)
            : format is not null || range is not null ? WithRange(profile, range)
            : NormalizesBytes(form.Use) is bool normalizesBytes ? normalizesBytes ? WithBytes(profile) : WithUnitRange(profile)
            : form.Channels == 1 ? WithUnitRange(profile)
            : profile;
        (long? height, long? width) = (form.Height.Value ?? form.Width.Value, form.Width.Value ?? form.Height.Value);
        return height is > 0 and <= MaxSide && width is > 0 and <= MaxSide
            ? profile.WithCrop((int)width, (int)height)
            : profile;
    }

    /// <summary>Determines which values a graph normalizes itself.</summary>
    /// <returns>True for values up to 255, false for values up to 1; null if it does not normalize or does not show it.</returns>
    private static bool? NormalizesBytes(OnnxInputUse use)
    {
        // Networks expect values of about -3 to 3, or bytes minus a mean of about 110.
        const double LargestByteScale = 1.0 / 16;
        const double SmallestByteMean = 16;
        if (use is { Scale: 1, Offset: 0 })
        {
            return null;
        }

        // A scale above 1 makes bytes of values up to 1, whatever is subtracted then.
        return Math.Abs(use.Scale) > 1 ? false
            : Math.Abs(use.Scale) <= LargestByteScale || Math.Abs(use.Offset) >= SmallestByteMean ? true
            : use.Scale == 1 ? false
            : null;
    }

    // The metadata of images in the ONNX specification (docs/MetadataProps.md), as Custom Vision writes it. Case does not matter.
    private static PreprocessingProfile WithRange(PreprocessingProfile profile, string? range) => range?.ToUpperInvariant() switch
    {
        "NORMALIZED_0_1" => WithUnitRange(profile),
        "NORMALIZED_1_1" => WithUnitRange(profile) with { Mean = new ChannelValues(0.5f, 0.5f, 0.5f), Std = new(0.5f, 0.5f, 0.5f) },
        "NOMINALRANGE_16_235" => WithBytes(profile) with { Mean = Same(-16 * 255 / 219f), Std = Same(255 / 219f) },
        _ => WithBytes(profile),
    };

    private static PreprocessingProfile WithBytes(PreprocessingProfile profile)
        => profile with { Name = "Bytes", Range = ValueRange.ZeroTo255, Mean = Zero, Std = One };

    private static PreprocessingProfile WithUnitRange(PreprocessingProfile profile)
        => profile with { Name = "UnitRange", Range = ValueRange.ZeroToOne, Mean = Zero, Std = One };

    private static ChannelValues Same(float value) => new(value, value, value);

    private static string? Find(IReadOnlyDictionary<string, string> metadata, string key)
        => metadata.FirstOrDefault(p => p.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;
}
