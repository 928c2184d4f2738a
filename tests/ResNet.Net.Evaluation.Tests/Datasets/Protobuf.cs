using System.Text;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Encodes protobuf messages of Caffe and Caffe2, field by field.</summary>
internal static class Protobuf
{
    public static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    public static byte[] Bytes(int field, params ReadOnlySpan<byte> value)
        => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    public static byte[] Float(int field, float value) => [.. Varint(((ulong)field << 3) | 5), .. BitConverter.GetBytes(value)];

    /// <summary>Encodes a <c>Datum</c> of raw pixels as Caffe's convert_imageset writes it.</summary>
    public static byte[] Raw(int channels, int height, int width, byte[] data, int label)
        => [.. Number(1, channels), .. Number(2, height), .. Number(3, width), .. Bytes(4, data), .. Number(5, label), .. Number(7, 0)];

    /// <summary>Encodes a <c>Datum</c> of an image file.</summary>
    public static byte[] Encoded(byte[] file, int label) => [.. Bytes(4, file), .. Number(5, label), .. Number(7, 1)];

    public static byte[] Key(string key) => Encoding.ASCII.GetBytes(key);

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
