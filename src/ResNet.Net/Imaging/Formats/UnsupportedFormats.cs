using System.Text;

namespace ResNet.Net;

/// <summary>Describes input that no decoder reads, for error messages.</summary>
internal static class UnsupportedFormats
{
    private const string ConvertAdvice = "Convert it to JPEG or PNG.";
    private const string ToneMapAdvice = "It has no 8-bit pixels: tone-map it to JPEG or PNG.";
    private const string ReadTextAdvice = "A server may have returned an error instead of the image: "
        + "read the text, then download again.";

    private const string NetVipsRemedy = "To read such files, reference the package ResNet.Net.NetVips and set Decoder to "
        + "new FallbackDecoder(new SkiaSharpDecoder(), new NetVipsDecoder()).";

    private const string ImageSharpRemedy = "To read such files, reference the package ResNet.Net.ImageSharp and set Decoder to "
        + "new FallbackDecoder(new SkiaSharpDecoder(), new ImageSharpDecoder()).";

    private const string SkiaSharpRemedy = "Use a decoder that reads it, such as SkiaSharpDecoder.";
    private const string PixelsRemedy = "Or decode it in code and pass a PixelView.";
    private const string Base64Remedy = "Convert.FromBase64String decodes it.";

    /// <summary>Describes what the bytes appear to be, and what to do.</summary>
    /// <param name="encoded">Bytes that the decoder does not read.</param>
    /// <returns>A noun with its article, a sentence for the sender, and one for the developer, or null.</returns>
    public static (string Kind, string Advice, string? Remedy) Describe(ReadOnlySpan<byte> encoded)
    {
        if (ImageFormatDetector.Detect(encoded) is var format and not ImageFormat.Unknown)
        {
            return ($"a {format.Name()} file", ConvertAdvice, format == ImageFormat.Tiff ? NetVipsRemedy : SkiaSharpRemedy);
        }

        return encoded switch
        {
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => DescribeIsoMedia(encoded[8..]),
            [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => ("a JPEG XL file", ConvertAdvice, null),
            [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..]
                => ("a JPEG 2000 file", ConvertAdvice, null),
            [0xFF, 0xD8] or [0x89, (byte)'P', ..]
                => ("the first bytes of an image", "Check that it was uploaded or read completely.", null),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => ("a PDF file", "Render its page to PNG.", null),
            [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'#', ..]
                => ("a Netpbm file", ConvertAdvice, ImageSharpRemedy),
            [(byte)'P', (byte)'K', 3, 4, ..] => ("a ZIP file", "Extract the image.", null),
            [0x1F, 0x8B, ..] => ("a gzip file", "Decompress it.", null),
            [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => ("a Photoshop file", ConvertAdvice, null),
            [0, 0, 2, 0, ..] => ("a Windows cursor or TGA file", ConvertAdvice, null),
            [0x76, 0x2F, 0x31, 0x01, ..] => ("an OpenEXR file", ToneMapAdvice, PixelsRemedy),
            _ when encoded.StartsWith("#?RADIANCE"u8) => ("a Radiance HDR file", ToneMapAdvice, PixelsRemedy),
            _ => DescribeText(encoded),
        };
    }

    /// <summary>Describes the property of a JPEG image that common decoders do not support.</summary>
    /// <returns>A predicate such as <c>lossless</c>; <see langword="null"/> if the image has no such property.</returns>
    public static string? DescribeJpeg(ReadOnlySpan<byte> encoded)
    {
        JpegMarkers markers = new(encoded);
        while (markers.MoveNext() && markers.Marker is not (JpegMarkers.StartOfScan or JpegMarkers.EndOfImage))
        {
            switch (markers.Marker)
            {
                case 0xC3 or 0xC7 or 0xCB or 0xCF or 0xF7:
                    return "lossless";
                case 0xC5 or 0xC6 or 0xCD or 0xCE:
                    return "hierarchical";
                case 0xC9 or 0xCA:
                    return "arithmetic-coded";
                case JpegMarkers.StartOfFrameBaseline or JpegMarkers.StartOfFrameExtended or JpegMarkers.StartOfFrameProgressive
                    when markers.Segment is [not 8, ..]:
                    return $"of {markers.Segment[0]} bits per sample";
            }
        }

        return null;
    }

    private static (string Kind, string Advice, string? Remedy) DescribeIsoMedia(ReadOnlySpan<byte> brand) => brand switch
    {
        [(byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s', ..] => ("an AVIF file", ConvertAdvice, NetVipsRemedy),
        [(byte)'h', (byte)'e', ..] or [(byte)'m', (byte)'i', (byte)'f', ..] or [(byte)'m', (byte)'s', (byte)'f', ..]
            => ("a HEIC (HEIF) file", ConvertAdvice, null),
        _ => ("a video (MP4 or QuickTime) or another ISO media file", "Extract a frame as JPEG or PNG.", null),
    };

    private static (string Kind, string Advice, string? Remedy) DescribeText(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> text = encoded.TrimStart(" \t\r\n\uFEFF"u8);
        if (text.StartsWith("version https://git-lfs"u8))
        {
            return ("a Git LFS pointer", "Run 'git lfs pull' to fetch the image.", null);
        }

        if (text.StartsWith("data:"u8))
        {
            return ("a data: URI (base64 text)", "Decode the part after the comma and send the bytes.", Base64Remedy);
        }

        if (DescribeBase64(text) is string format)
        {
            return ($"base64 text of a {format} image", "Decode it and send the bytes.", Base64Remedy);
        }

        if (text is [(byte)'<', (byte)'!' or (byte)'?' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z'), ..])
        {
            bool isSvg = text[..Math.Min(text.Length, 1024)].IndexOf("<svg"u8) >= 0;
            return isSvg ? ("an SVG file", "Render it to PNG.", null) : ("HTML or XML text", ReadTextAdvice, null);
        }

        if (text is [(byte)'{' or (byte)'[', ..])
        {
            return ("JSON text", ReadTextAdvice, null);
        }

        bool isAscii = encoded.Length > 0 && !encoded[..Math.Min(encoded.Length, 64)].ContainsAnyExceptInRange((byte)' ', (byte)'~');
        return isAscii
            ? ($"text that begins with '{Encoding.ASCII.GetString(encoded[..Math.Min(encoded.Length, 16)])}'", ReadTextAdvice, null)
            : ($"bytes that begin with {Convert.ToHexString(encoded[..Math.Min(8, encoded.Length)])}", ConvertAdvice, PixelsRemedy);
    }

    private static string? DescribeBase64(ReadOnlySpan<byte> text) => text switch
    {
        _ when text.StartsWith("/9j/"u8) => "JPEG",
        _ when text.StartsWith("iVBORw0KGgo"u8) => "PNG",
        _ when text.StartsWith("UklGR"u8) => "WebP",
        _ when text.StartsWith("R0lGODdh"u8) || text.StartsWith("R0lGODlh"u8) => "GIF",
        _ => null,
    };
}
