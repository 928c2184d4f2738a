using System.Text;

namespace ResNet.Net;

/// <summary>Recognizes what people pass by mistake or in the hope that it works, for error messages.</summary>
internal static class UnsupportedFormats
{
    private const string Convert = "Convert it to JPEG or PNG.";
    private const string NetVips = "Reference the package ResNet.Net.NetVips and set Decoder to new FallbackDecoder(new SkiaSharpDecoder(), new NetVipsDecoder()), or convert the image.";
    private const string ImageSharp = "Reference the package ResNet.Net.ImageSharp and set Decoder to new FallbackDecoder(new SkiaSharpDecoder(), new ImageSharpDecoder()), or convert the image.";

    /// <summary>What the bytes seem to be, and what to do.</summary>
    /// <param name="encoded">Bytes that the decoder does not read.</param>
    /// <returns>A noun with its article, and a sentence.</returns>
    public static (string Kind, string Remedy) Describe(ReadOnlySpan<byte> encoded)
    {
        if (ImageFormatDetector.Detect(encoded) is var format and not ImageFormat.Unknown)
        {
            return ($"a {format.Name()} file", format == ImageFormat.Tiff ? NetVips : "Choose a decoder that reads it, such as SkiaSharpDecoder.");
        }

        return encoded switch
        {
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => DescribeMedia(encoded[8..]),
            [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => ("a JPEG XL file", Convert),
            [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..] => ("a JPEG 2000 file", Convert),
            [0xFF, 0xD8] or [0x89, (byte)'P', ..] => ("the first bytes of an image", "Was it uploaded or read completely?"),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => ("a PDF file", "Render its page to PNG."),
            [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'#', ..] => ("a Netpbm file", ImageSharp),
            [(byte)'P', (byte)'K', 3, 4, ..] => ("a ZIP file", "Extract the image."),
            [0x1F, 0x8B, ..] => ("a gzip file", "Decompress it."),
            [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => ("a Photoshop file", Convert),
            [0, 0, 2, 0, ..] => ("a Windows cursor or TGA file", Convert),
            [0x76, 0x2F, 0x31, 0x01, ..] => ("an OpenEXR file", "It has no 8-bit pixels: map its range yourself and pass a PixelView."),
            _ when encoded.StartsWith("#?RADIANCE"u8) => ("a Radiance HDR file", "It has no 8-bit pixels: map its range yourself and pass a PixelView."),
            _ => DescribeText(encoded),
        };
    }

    private static (string Kind, string Remedy) DescribeMedia(ReadOnlySpan<byte> brand) => brand switch
    {
        [(byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s', ..] => ("an AVIF file", NetVips),
        [(byte)'h', (byte)'e', ..] or [(byte)'m', (byte)'i', (byte)'f', ..] or [(byte)'m', (byte)'s', (byte)'f', ..] => ("a HEIC (HEIF) file", Convert),
        _ => ("a video (MP4 or QuickTime) or another ISO media file", "Extract a frame as JPEG or PNG."),
    };

    private static (string Kind, string Remedy) DescribeText(ReadOnlySpan<byte> encoded)
    {
        const string ServerAnswer = "A server may have answered with an error instead of the image: look at the text, and download again.";
        ReadOnlySpan<byte> text = encoded.TrimStart(" \t\r\n\uFEFF"u8);
        if (text.StartsWith("version https://git-lfs"u8))
        {
            return ("a Git LFS pointer", "Run 'git lfs pull' to get the image itself.");
        }

        if (text.StartsWith("data:"u8))
        {
            return ("a data: URI (base64 text)", "Decode what follows its comma with Convert.FromBase64String.");
        }

        if (DescribeBase64(text) is string format)
        {
            return ($"base64 text of a {format} image", "Decode it with Convert.FromBase64String.");
        }

        if (text is [(byte)'<', (byte)'!' or (byte)'?' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z'), ..])
        {
            return text[..Math.Min(text.Length, 1024)].IndexOf("<svg"u8) >= 0 ? ("an SVG file", "Render it to PNG.") : ("HTML or XML text", ServerAnswer);
        }

        return text is [(byte)'{' or (byte)'[', ..] ? ("JSON text", ServerAnswer)
            : encoded.Length > 0 && !encoded[..Math.Min(encoded.Length, 64)].ContainsAnyExceptInRange((byte)' ', (byte)'~')
                ? ($"text that begins with '{Encoding.ASCII.GetString(encoded[..Math.Min(encoded.Length, 16)])}'", ServerAnswer)
            : ($"bytes that begin with {System.Convert.ToHexString(encoded[..Math.Min(8, encoded.Length)])}", "Convert it to JPEG or PNG, or decode it yourself and pass a PixelView.");
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
