namespace ResNet.Net.Tests;

/// <summary>What a decoder makes of an image: its pixels as packed RGB on black, or its refusal.</summary>
internal sealed record DecodeOutcome(int Width, int Height, byte[] Pixels, ImageDecodeFailure? Failure, string Message)
{
    public static DecodeOutcome Of(IImageDecoder decoder, ReadOnlySpan<byte> encoded, ImageDecodingOptions? options = null, bool autoOrient = true, ResizeRule? shrinkFor = null)
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
    public static DecodeOutcome Of(ReadOnlySpan<byte> encoded, ImageDecodingOptions? options = null, bool autoOrient = true, ResizeRule? shrinkFor = null)
        => Of(ImageDecoding.Default, encoded, options, autoOrient, shrinkFor);

    /// <summary>Null where both have the same pixels or the same failure; else what differs.</summary>
    public string? DifferenceFrom(DecodeOutcome other)
    {
        if (Failure != other.Failure || Width != other.Width || Height != other.Height)
        {
            return $"{this} instead of {other}";
        }

        int wrong = Pixels.AsSpan().CommonPrefixLength(other.Pixels);
        return wrong == Pixels.Length ? null : $"byte {wrong} is {Pixels[wrong]} instead of {other.Pixels[wrong]}";
    }

    public override string ToString() => Failure is null ? $"{Width}x{Height} pixels" : $"{Failure} ({Message})";
}
