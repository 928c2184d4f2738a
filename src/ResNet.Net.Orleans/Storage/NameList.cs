using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Orleans;

/// <summary>The names of a shard's images as bytes: compressed, since paths repeat each other.</summary>
internal static class NameList
{
    public static byte[] Write(IReadOnlyList<string> names)
    {
        using MemoryStream memory = new();
        using (ZLibStream compressed = new(memory, CompressionLevel.Fastest))
        using (BinaryWriter writer = new(compressed, Encoding.UTF8))
        {
            foreach (string name in names)
            {
                writer.Write(name);
            }
        }

        return memory.ToArray();
    }

    public static string[] Read(byte[] bytes, int count)
    {
        ZLibStream compressed = new(new MemoryStream(bytes), CompressionMode.Decompress);
        using BinaryReader reader = new(new BufferedStream(compressed), Encoding.UTF8);
        string[] names = new string[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = reader.ReadString();
        }

        return names;
    }
}
