
namespace ResNet.Net;

/// <summary>Recognizes files from which ImageSharp 2.1.13 may never return.</summary>
/// <remarks>
/// PngDecoderCore.DecodeInterlacedPixelData loops forever if the compressed data ends early. Valid files trigger it too: a pass without
/// columns, the second pass of images with at most 4 columns, leaves the row counter at the start of the skipped pass, so the decoder
/// requests more rows than exist. Telling good files apart requires inflating the data as ImageSharp does, damaged chunks included, so
/// every interlaced PNG image is rejected.
/// </remarks>
internal static class HangingFiles
{
    private const int InterlaceMethod = 28;
    private const int FirstChunkType = 12;

    /// <exception cref="ImageDecodeException">The file is one of them.</exception>
    public static void Refuse(ReadOnlySpan<byte> encoded)
    {
        if (ImageFormatDetector.Detect(encoded) != ImageFormat.Png)
        {
            return;
        }

        // ImageSharp takes a header wherever it finds one, in damaged files too: with a second one, the first says nothing.
        ReadOnlySpan<byte> header = "IHDR"u8;
        if (encoded.Length > InterlaceMethod
            && encoded[FirstChunkType..].StartsWith(header) && encoded[(FirstChunkType + header.Length)..].IndexOf(header) < 0)
        {
            if (encoded[InterlaceMethod] != 0)
            {
                throw new ImageDecodeException(
                    ImageDecodeFailure.UnsupportedFormat,
                    "the PNG image is interlaced, and ImageSharp 2.1 may never return from such an image. Save it without interlacing.")
                {
                    Remedy = "Or use SkiaSharpDecoder.",
                };
            }

            return;
        }

        throw TruncationDetector.IsTruncated(encoded, ImageFormat.Png)
            ? new ImageDecodeException(ImageDecodeFailure.Truncated, "the PNG image ends early. Read the whole file.")
            : new ImageDecodeException(
                ImageDecodeFailure.Corrupt,
                "the PNG image is damaged (it does not have one IHDR chunk, at its start). Save it again from its source.");
    }
}
