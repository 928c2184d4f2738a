namespace ResNet.Net;

/// <summary>Decodes images: what is the same for every decoder, in one place.</summary>
internal static class ImageDecoding
{
    public static IImageDecoder Default { get; } = new SkiaSharpDecoder();

    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The encoded image.</param>
    /// <param name="options">The limits, validated.</param>
    /// <param name="autoOrient">Whether to turn the image upright.</param>
    /// <param name="shrinkFor">How the image will be resized, if it may be decoded at a reduced size.</param>
    /// <returns>The image; the caller disposes it.</returns>
    public static DecodedImage Decode(IImageDecoder decoder, ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient, ResizeRule? shrinkFor = null)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageDecodeException(ImageDecodeFailure.Empty, "the image has 0 bytes. Was it uploaded or read completely?");
        }

        if (encoded.Length > options.MaxBytes)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge,
                $"the encoded image has {encoded.Length} bytes; the limit is {options.MaxBytes}. Raise ImageDecodingOptions.MaxBytes if such images are wanted.");
        }

        if (!decoder.CanDecode(encoded))
        {
            (string kind, string remedy) = UnsupportedFormats.Describe(encoded);
            throw new ImageDecodeException(
                ImageDecodeFailure.UnsupportedFormat, $"{kind}, which the decoder does not read. It reads {string.Join(", ", decoder.Formats)}. {remedy}");
        }

        if (ImageFormatDetector.Detect(encoded) == ImageFormat.Jpeg && JpegScanLimit.IsReached(encoded))
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge, $"the JPEG image has {JpegScanLimit.Value} scans or more, each of which costs a pass over the image. Save it again from its source.");
        }

        ImageDecodeRequest request = new(options, autoOrient, shrinkFor);
        try
        {
            decoder.Decode(encoded, request);
            return request.Finish();
        }
        catch
        {
            request.Abandon();
            throw;
        }
    }
}
