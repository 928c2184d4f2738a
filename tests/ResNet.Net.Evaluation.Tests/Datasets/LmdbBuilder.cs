using System.Buffers.Binary;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Builds LMDB files of one leaf page, including malicious ones that the library never writes.</summary>
internal static class LmdbBuilder
{
    public const int Page = 4096;

    /// <summary>Returns a file: two descriptions, a leaf page with all records, and overflow pages of values over 1,000 bytes.</summary>
    public static byte[] Build(params IEnumerable<(string Key, byte[] Value)> records)
    {
        (string Key, byte[] Value)[] sorted = [.. records.OrderBy(r => r.Key, StringComparer.Ordinal)];
        List<byte> overflow = [];
        byte[] leaf = NewPage(2, 2);
        int upper = Page;
        for (int i = 0; i < sorted.Length; i++)
        {
            (string text, byte[] value) = sorted[i];
            byte[] key = Protobuf.Key(text);
            bool isBig = value.Length > 1000;
            byte[] stored = isBig ? BitConverter.GetBytes((long)(3 + (overflow.Count / Page))) : value;
            upper -= (8 + key.Length + stored.Length + 1) & ~1;
            Span<byte> node = leaf.AsSpan(upper);
            BinaryPrimitives.WriteInt32LittleEndian(node, value.Length);
            BinaryPrimitives.WriteInt16LittleEndian(node[4..], (short)(isBig ? 1 : 0));
            BinaryPrimitives.WriteInt16LittleEndian(node[6..], (short)key.Length);
            key.CopyTo(node[8..]);
            stored.CopyTo(node[(8 + key.Length)..]);
            BinaryPrimitives.WriteInt16LittleEndian(leaf.AsSpan(16 + (2 * i)), (short)upper);
            if (isBig)
            {
                int pages = (16 + value.Length + Page - 1) / Page;
                byte[] first = NewPage(3 + (overflow.Count / Page), 4);
                BinaryPrimitives.WriteInt32LittleEndian(first.AsSpan(12), pages);
                byte[] content = [.. first.AsSpan(0, 16), .. value];
                overflow.AddRange(content);
                overflow.AddRange(new byte[(pages * Page) - content.Length]);
            }
        }

        BinaryPrimitives.WriteInt16LittleEndian(leaf.AsSpan(12), (short)(16 + (2 * sorted.Length)));
        BinaryPrimitives.WriteInt16LittleEndian(leaf.AsSpan(14), (short)upper);
        long last = 2 + (overflow.Count / Page);
        return [.. Meta(0, 0, -1, 1), .. Meta(1, sorted.Length, sorted.Length == 0 ? -1 : 2, last), .. leaf, .. overflow];
    }

    private static byte[] NewPage(int number, short flags)
    {
        byte[] page = new byte[Page];
        BinaryPrimitives.WriteInt64LittleEndian(page, number);
        BinaryPrimitives.WriteInt16LittleEndian(page.AsSpan(10), flags);
        return page;
    }

    private static byte[] Meta(int number, long entries, long root, long last)
    {
        byte[] page = NewPage(number, 8);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(16), 0xBEEFC0DE);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(20), 1);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(32), 1 << 30);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(40), Page);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(80), -1);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(120), entries);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(128), root);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(136), last);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(144), number);
        return page;
    }
}
