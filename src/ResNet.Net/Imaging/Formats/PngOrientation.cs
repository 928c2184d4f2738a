using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace ResNet.Net;

/// <summary>
/// Reads the orientation of a PNG image from its eXIf chunk, from the text chunk <c>Raw profile type exif</c> or <c>Raw profile type
/// APP1</c> that ImageMagick and ExifTool write, or from XMP (<c>tiff:Orientation</c>). EXIF takes precedence over XMP, as in Pillow.
/// </summary>
internal static unsafe class PngOrientation
{
    // The orientation is near the beginning of a profile.
    private const int MaxTextLength = 64 * 1024;
    private const int MaxInflatedChunks = 4;

    private enum Compression
    {
        None,
        Deflate,
    }

    /// <summary>Reads the orientation.</summary>
    /// <returns>The orientation, 1 to 8; 1 if the file has none or it is invalid.</returns>
    public static int Read(ReadOnlySpan<byte> png)
    {
        const int ChunkOverhead = 12; // length, type, checksum
        int exif = 0;
        int xmp = 0;
        int inflated = 0;
        long position = 8;
        while (exif == 0 && position + ChunkOverhead <= png.Length)
        {
            ReadOnlySpan<byte> chunk = png[(int)position..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            ReadOnlySpan<byte> type = chunk.Slice(4, 4);
            position += ChunkOverhead + (long)length;
            if (position > png.Length || type.SequenceEqual("IEND"u8))
            {
                break;
            }

            ReadOnlySpan<byte> data = chunk.Slice(8, (int)length);
            if (type.SequenceEqual("eXIf"u8))
            {
                exif = ExifOrientation.Read(WithoutPrefix(data));
            }
            else if (TryReadText(type, data, out ReadOnlySpan<byte> keyword, out ReadOnlySpan<byte> text, out Compression compression))
            {
                bool isXmp = keyword.SequenceEqual("XML:com.adobe.xmp"u8);
                if ((isXmp || IsRawProfile(keyword)) && (compression == Compression.None || ++inflated <= MaxInflatedChunks))
                {
                    int found = compression == Compression.None ? Parse(text, isXmp) : Inflate(text, isXmp);
                    (exif, xmp) = isXmp ? (exif, found) : (found, xmp);
                }
            }
        }

        return exif != 0 ? exif : Math.Max(xmp, 1);
    }

    private static bool IsRawProfile(ReadOnlySpan<byte> keyword)
        => keyword.SequenceEqual("Raw profile type exif"u8) || keyword.SequenceEqual("Raw profile type APP1"u8);

    private static bool TryReadText(
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> data,
        out ReadOnlySpan<byte> keyword,
        out ReadOnlySpan<byte> text,
        out Compression compression)
    {
        compression = Compression.None;
        text = default;
        int end = data.IndexOf((byte)0);
        keyword = end < 0 ? default : data[..end];
        if (end < 0)
        {
            return false;
        }

        data = data[(end + 1)..];
        if (type.SequenceEqual("tEXt"u8))
        {
            text = data;
            return true;
        }

        if (type.SequenceEqual("zTXt"u8) && data.Length > 1)
        {
            text = data[1..];
            compression = Compression.Deflate;
            return data[0] == 0;
        }

        if (type.SequenceEqual("iTXt"u8) && data.Length > 2)
        {
            // Compression flag and method; then language and translated keyword, each terminated by a zero.
            compression = data[0] == 0 ? Compression.None : Compression.Deflate;
            text = data[2..];
            int language = text.IndexOf((byte)0);
            int translated = language < 0 ? -1 : text[(language + 1)..].IndexOf((byte)0);
            text = translated < 0 ? default : text[(language + translated + 2)..];
            return translated >= 0;
        }

        return false;
    }

    private static int Inflate(ReadOnlySpan<byte> deflated, bool isXmp)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent(MaxTextLength);
        Span<byte> buffer = text.AsSpan(0, MaxTextLength);
        try
        {
            fixed (byte* memory = deflated)
            {
                using UnmanagedMemoryStream source = new(memory, deflated.Length);
                using ZLibStream inflate = new(source, CompressionMode.Decompress);
                int length = inflate.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                return Parse(buffer[..length], isXmp);
            }
        }
        catch (InvalidDataException)
        {
            return 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static int Parse(ReadOnlySpan<byte> text, bool isXmp)
    {
        text = text[..Math.Min(text.Length, MaxTextLength)];
        return isXmp ? ParseXmp(text) : ParseRawProfile(text);
    }

    // tiff:Orientation="6" or <tiff:Orientation>6</tiff:Orientation>
    private static int ParseXmp(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> name = "tiff:Orientation"u8;
        for (int at = text.IndexOf(name); at >= 0; at = text.IndexOf(name))
        {
            text = text[(at + name.Length)..];
            if (text is [(byte)'=', (byte)'"' or (byte)'\'', >= (byte)'1' and <= (byte)'8', (byte)'"' or (byte)'\'', ..])
            {
                return text[2] - '0';
            }

            if (text is [(byte)'>', >= (byte)'1' and <= (byte)'8', (byte)'<', ..])
            {
                return text[1] - '0';
            }
        }

        return 0;
    }

    // A line feed, the name of the profile, its length in decimal, then lines of hexadecimal digits.
    private static int ParseRawProfile(ReadOnlySpan<byte> text)
    {
        for (int line = 0; line < 3; line++)
        {
            int end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                return 0;
            }

            text = text[(end + 1)..];
        }

        byte[] profile = ArrayPool<byte>.Shared.Rent(MaxTextLength / 2);
        try
        {
            int digits = 0;
            foreach (byte letter in text)
            {
                if (char.IsAsciiHexDigit((char)letter))
                {
                    int value = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
                    profile[digits / 2] = (byte)(digits % 2 == 0 ? value << 4 : profile[digits / 2] | value);
                    digits++;
                }
                else if (letter is not ((byte)'\n' or (byte)'\r' or (byte)' '))
                {
                    break;
                }
            }

            return ExifOrientation.Read(WithoutPrefix(profile.AsSpan(0, digits / 2)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(profile);
        }
    }

    private static ReadOnlySpan<byte> WithoutPrefix(ReadOnlySpan<byte> exif) => exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
}
