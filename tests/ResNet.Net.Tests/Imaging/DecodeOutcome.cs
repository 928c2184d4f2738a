namespace ResNet.Net.Tests;

/// <summary>Represents the result of decoding an image: its pixels as packed RGB on black, or its failure.</summary>
internal sealed record DecodeOutcome(int Width, int Height, byte[] Pixels, ImageDecodeFailure? Failure, string Message)
{
    public static DecodeOutcome Of(
        IImageDecoder decoder,
        ReadOnlySpan<byte> encoded,
        ImageDecodingOptions? options = null,
        bool autoOrient = true,
        ResizeRule? shrinkFor = null)
    {
        try
        {
            using DecodedImage image = ImageDecoding.Decode(decoder, encoded, options ?? new ImageDecodingOptions(), autoOrient, shrinkFor);
            return new DecodeOutcome(image.Width, image.Height, image.Rgb(), null, "");
        }
        catch (ImageDecodeException exception)
        {
            return new DecodeOutcome(0, 0, [], exception.Failure, exception.Message);
        }
    }

    /// <summary>Decodes with the default decoder.</summary>
    public static DecodeOutcome Of(
        ReadOnlySpan<byte> encoded, ImageDecodingOptions? options = null, bool autoOrient = true, ResizeRule? shrinkFor = null)
        => Of(ImageDecoding.Default, encoded, options, autoOrient, shrinkFor);

    /// <summary>Describes the first difference; <see langword="null"/> if both have the same pixels or the same failure.</summary>
    public string? DifferenceFrom(DecodeOutcome other)
    {
        if (Failure != other.Failure || Width != other.Width || Height != other.Height)
        {
            return $"{this} instead of {other}";
        }

        int index = Pixels.AsSpan().CommonPrefixLength(other.Pixels);
        return index == Pixels.Length ? null : $"byte {index} is {Pixels[index]} instead of {other.Pixels[index]}";
    }

    public override string ToString() => Failure is null ? $"{Width}x{Height} pixels" : $"{Failure} ({Message})";
}
