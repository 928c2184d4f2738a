namespace ResNet.Net;

/// <summary>Provides methods for using a decoder on its own.</summary>
public static class ImageDecoderExtensions
{
    /// <summary>Decodes an image and turns it upright, as a classifier does before preprocessing.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">A whole encoded image; read during the call only.</param>
    /// <param name="options">The limits; <see langword="null"/> for the defaults.</param>
    /// <returns>The image, which the caller disposes.</returns>
    /// <exception cref="ImageDecodeException">
    /// The image cannot be decoded, is of a format that the decoder does not read, or exceeds a limit.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="decoder"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit of <paramref name="options"/> is out of range.</exception>
    public static DecodedImage Decode(this IImageDecoder decoder, ReadOnlySpan<byte> encoded, ImageDecodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        options ??= new ImageDecodingOptions();
        options.Validate();
        return ImageDecoding.Decode(decoder, encoded, options, autoOrient: true);
    }
}
