namespace ResNet.Net.Internals.Imaging;

/// <summary>Tells a format by its first bytes; names and content types are never trusted.</summary>
internal static class ImageFormatDetector
{
    public static ImageFormat Detect(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.WebP,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageFormat.Gif,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => ImageFormat.Tiff,
        [(byte)'B', (byte)'M', ..] => ImageFormat.Bmp,
        [0, 0, 1, 0, ..] => ImageFormat.Ico,
        _ => ImageFormat.Unknown,
    };

    /// <summary>The format as people write it.</summary>
    public static string Name(this ImageFormat format) => format == ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();

    /// <summary>What bytes that are no accepted picture seem to be, for the message.</summary>
    public static string Describe(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF file",
        [(byte)'P', >= (byte)'1' and <= (byte)'7', ..] => "a Netpbm file",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "an ISO media file (HEIF, AVIF or video)",
        [(byte)'P', (byte)'K', 3, 4, ..] => "a ZIP file",
        _ when LooksLikeMarkup(encoded) => "a text file that begins like HTML or SVG",
        _ => $"bytes that begin with {Convert.ToHexString(encoded[..Math.Min(8, encoded.Length)])}",
    };

    private static bool LooksLikeMarkup(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> start = encoded.TrimStart(" \t\r\n\uFEFF"u8);
        return start.Length > 1 && start[0] == '<' && (start[1] is (byte)'!' or (byte)'?' or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z'));
    }
}
