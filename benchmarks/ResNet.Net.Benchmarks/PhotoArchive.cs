using System.IO.Compression;

namespace ResNet.Net.Benchmarks;

/// <summary>Reads JPEG files from a ZIP archive of photos.</summary>
internal static class PhotoArchive
{
    /// <summary>Reads the first files of an archive.</summary>
    public static byte[][] Read(string path, int count) => [.. Files(path).Take(count)];

    /// <summary>Reads the first JPEG images of a size.</summary>
    public static byte[][] Read(string path, int count, int width, int height)
        =>
        [
            .. Files(path)
                .Where(file => JpegStructure.TryRead(file, out JpegStructure jpeg) && (jpeg.Width, jpeg.Height) == (width, height))
                .Take(count),
        ];

    private static IEnumerable<byte[]> Files(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.Length > 0))
        {
            byte[] file = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(file);
            yield return file;
        }
    }
}
