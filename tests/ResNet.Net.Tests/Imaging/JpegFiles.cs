using System.Buffers.Binary;

namespace ResNet.Net.Tests;

/// <summary>Cuts JPEG files into segments and puts other ones together.</summary>
internal static class JpegFiles
{
    public static byte[] Segment(int marker, ReadOnlySpan<byte> content)
    {
        byte[] segment = [0xFF, (byte)marker, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        return segment;
    }

    /// <summary>The file with segments put in after its first marker.</summary>
    public static byte[] WithSegments(byte[] jpeg, params byte[][] segments) => [.. jpeg.AsSpan(0, 2), .. segments.SelectMany(s => s), .. jpeg.AsSpan(2)];

    /// <summary>An APP1 segment with a TIFF block.</summary>
    public static byte[] Exif(ReadOnlySpan<byte> tiff) => Segment(0xE1, [.. "Exif\0\0"u8, .. tiff]);

    /// <summary>A TIFF block of one directory.</summary>
    public static byte[] Tiff(bool isLittleEndian, params (int Tag, int Type, int Count, int Value)[] entries)
    {
        byte[] block = new byte[8 + 2 + (12 * entries.Length) + 4];
        void Short(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(at), isLittleEndian ? (ushort)value : BinaryPrimitives.ReverseEndianness((ushort)value));
        void Long(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(at), isLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
        (isLittleEndian ? "II"u8 : "MM"u8).CopyTo(block);
        Short(2, 42);
        Long(4, 8);
        Short(8, entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            int at = 10 + (12 * i);
            Short(at, entries[i].Tag);
            Short(at + 2, entries[i].Type);
            Long(at + 4, entries[i].Count);
            if (entries[i].Type == 3)
            {
                Short(at + 8, entries[i].Value);
            }
            else
            {
                Long(at + 8, entries[i].Value);
            }
        }

        return block;
    }

    /// <summary>Where the markers of a kind stand.</summary>
    public static int[] Find(byte[] jpeg, int marker) => [.. Enumerable.Range(0, jpeg.Length - 1).Where(i => jpeg[i] == 0xFF && jpeg[i + 1] == marker)];

    /// <summary>The progressive file with its second scan, which sends coefficients to the last bit, so often that there are so many scans: none of it is wrong.</summary>
    public static byte[] WithScans(byte[] progressive, int count)
    {
        int[] scans = Find(progressive, 0xDA);
        int[] tables = Find(progressive, 0xC4);
        int start = tables.Last(at => at < scans[1]); // a scan's table stands before it
        byte[] again = progressive[start..tables.First(at => at > scans[1])];
        return [.. progressive.AsSpan(0, start), .. Enumerable.Repeat(again, count - scans.Length).SelectMany(b => b), .. progressive.AsSpan(start)];
    }
}
