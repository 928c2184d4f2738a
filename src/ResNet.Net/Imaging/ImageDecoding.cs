namespace ResNet.Net;

/// <summary>Decodes images with any decoder and does the work that all decoders share.</summary>
internal static class ImageDecoding
{
    public static IImageDecoder Default { get; } = new SkiaSharpDecoder();

    /// <summary>Decodes an image, flattens its alpha channel if the background asks for it, and turns it upright.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="options">The limits, validated.</param>
    /// <param name="autoOrient">Whether to turn the image upright.</param>
    /// <param name="shrinkFor">How the image will be resized, if it may be decoded at a reduced size.</param>
    /// <returns>The image, which the caller disposes.</returns>
    /// <exception cref="ImageDecodeException">The image cannot be decoded or exceeds a limit.</exception>
    public static DecodedImage Decode(
        IImageDecoder decoder, ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient, ResizeRule? shrinkFor = null)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageDecodeException(ImageDecodeFailure.Empty, "the image has 0 bytes. Was it uploaded or read completely?");
        }

        if (encoded.Length > options.MaxBytes)
        {
            throw EncodedFile.TooLong(encoded.Length.ToString(), options.MaxBytes, null);
        }

        ImageFormat format = ImageFormatDetector.Detect(encoded);
        if (format == ImageFormat.Jpeg && JpegScanLimit.Find(encoded, options.MaxPixels) is int scans)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge,
                $"the JPEG image has {scans} scans or more, each of which costs a pass over the image. Save it again from its source.");
        }

        ImageDecodeRequest request = new(options, format, autoOrient, shrinkFor);
        try
        {
            bool isSupported = decoder.TryDecode(encoded, request);
            request.ThrowIfTimedOut();
            return isSupported ? request.Complete() : throw Unsupported(decoder, encoded);
        }
        catch
        {
            request.Reset();
            throw;
        }
    }

    private static ImageDecodeException Unsupported(IImageDecoder decoder, ReadOnlySpan<byte> encoded)
    {
        (string kind, string advice, string? remedy) = UnsupportedFormats.Describe(encoded);
        return new ImageDecodeException(
            ImageDecodeFailure.UnsupportedFormat,
            $"{kind}, which the decoder does not read. It reads {string.Join(", ", decoder.Formats)}. {advice}")
        {
            Remedy = remedy,
        };
    }
}
