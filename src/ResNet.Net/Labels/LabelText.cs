using System.Buffers;
using System.Text;

namespace ResNet.Net;

/// <summary>Decodes the bytes of a text file whose encoding is unknown.</summary>
internal static class LabelText
{
    /// <summary>The largest accepted file: more than the labels of any classification model.</summary>
    public const int MaxBytes = 16 << 20;

    private static readonly SearchValues<char> Binary = SearchValues.Create("\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b");
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Decodes UTF-8, UTF-16 and UTF-32 by their byte order marks, and other bytes as UTF-8, or as Windows-1252 (a superset of Latin-1)
    /// if they are not valid UTF-8.
    /// </summary>
    /// <returns>The text; <see langword="null"/> if the bytes are no text.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes)
    {
        string text = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => DecodeByteText(bytes[3..]),
            [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32.GetString(bytes[4..]),
            [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes[2..]),
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes[2..]),
            _ => DecodeByteText(bytes),
        };
        return text.AsSpan().ContainsAny(Binary) ? null : text;
    }

    private static string DecodeByteText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes);
        }
    }
}
