using System.Buffers.Binary;

namespace ResNet.Net.Tests;

/// <summary>Edits the segments of JPEG files.</summary>
internal static class JpegFiles
{
    /// <summary>Creates a marker segment.</summary>
    public static byte[] Segment(int marker, ReadOnlySpan<byte> content)
    {
        byte[] segment = [0xFF, (byte)marker, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(content.Length + 2));
        return segment;
    }

    /// <summary>Inserts segments after the first marker of a file.</summary>
    public static byte[] WithSegments(byte[] jpeg, params byte[][] segments)
        => [.. jpeg.AsSpan(0, 2), .. segments.SelectMany(s => s), .. jpeg.AsSpan(2)];

    /// <summary>Creates an APP1 segment with EXIF metadata.</summary>
    public static byte[] Exif(ReadOnlySpan<byte> tiff) => Segment(0xE1, [.. "Exif\0\0"u8, .. tiff]);

    /// <summary>Creates the TIFF structure of EXIF metadata, with one directory.</summary>
    public static byte[] Tiff(bool isLittleEndian, params (int Tag, int Type, int Count, int Value)[] entries)
    {
        byte[] block = new byte[8 + 2 + (12 * entries.Length) + 4];
        void Short(int offset, int value)
        {
            ushort ordered = isLittleEndian ? (ushort)value : BinaryPrimitives.ReverseEndianness((ushort)value);
            BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(offset), ordered);
        }

        void Long(int offset, int value)
        {
            int ordered = isLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(offset), ordered);
        }

        (isLittleEndian ? "II"u8 : "MM"u8).CopyTo(block);
        Short(2, 42);
        Long(4, 8);
        Short(8, entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            int entry = 10 + (12 * i);
            Short(entry, entries[i].Tag);
            Short(entry + 2, entries[i].Type);
            Long(entry + 4, entries[i].Count);
            if (entries[i].Type == 3)
            {
                Short(entry + 8, entries[i].Value);
            }
            else
            {
                Long(entry + 8, entries[i].Value);
            }
        }

        return block;
    }

    /// <summary>Gets the offsets of all occurrences of a marker.</summary>
    public static int[] Find(byte[] jpeg, int marker)
        => [.. Enumerable.Range(0, jpeg.Length - 1).Where(i => jpeg[i] == 0xFF && jpeg[i + 1] == marker)];

    /// <summary>
    /// Repeats the second scan of a progressive file up to a number of scans. The scan sends the last bits of its coefficients, so the file
    /// stays valid.
    /// </summary>
    public static byte[] WithScans(byte[] progressive, int count)
    {
        int[] scans = Find(progressive, 0xDA);
        int[] tables = Find(progressive, 0xC4);
        int start = tables.Last(at => at < scans[1]); // the table of a scan precedes it
        byte[] scan = progressive[start..tables.First(at => at > scans[1])];
        IEnumerable<byte> repeated = Enumerable.Repeat(scan, count - scans.Length).SelectMany(b => b);
        return [.. progressive.AsSpan(0, start), .. repeated, .. progressive.AsSpan(start)];
    }
}
