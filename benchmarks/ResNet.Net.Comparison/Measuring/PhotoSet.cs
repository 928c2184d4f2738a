using System.IO.Compression;
using ResNet.Net.Benchmarks;

namespace ResNet.Net.Comparison;

/// <summary>Represents the JPEG files that all contestants classify.</summary>
internal sealed record PhotoSet(string Source, IReadOnlyList<string> Paths)
{
    private const int MaxPhotos = 50;
    private const int DrawnPhotos = 16;
    private const int Width = 500;
    private const int Height = 375;

    /// <summary>Extracts photos of an archive, evenly spaced, or draws images, into a folder.</summary>
    public static PhotoSet Create(string? archive, string folder)
    {
        Directory.CreateDirectory(folder);
        return archive is null ? Draw(folder) : Extract(archive, folder);
    }

    private static PhotoSet Extract(string archive, string folder)
    {
        using ZipArchive zip = ZipFile.OpenRead(archive);
        ZipArchiveEntry[] entries = [.. zip.Entries.Where(IsJpeg).OrderBy(entry => entry.FullName, StringComparer.Ordinal)];
        if (entries.Length == 0)
        {
            throw new InvalidDataException($"'{archive}' contains no JPEG files.");
        }

        int count = Math.Min(entries.Length, MaxPhotos);
        List<string> paths = [];
        for (int i = 0; i < count; i++)
        {
            string path = Path.Combine(folder, $"{i:000}.jpg");
            entries[i * entries.Length / count].ExtractToFile(path);
            paths.Add(path);
        }

        return new PhotoSet(Path.GetFileName(archive), paths);
    }

    private static bool IsJpeg(ZipArchiveEntry entry)
        => Path.GetExtension(entry.Name).ToUpperInvariant() is ".JPG" or ".JPEG";

    /// <summary>Draws one large image and cuts a window per photo out of it.</summary>
    private static PhotoSet Draw(string folder)
    {
        const int Step = 16;
        const int LargeWidth = Width + (DrawnPhotos * Step);
        byte[] large = DrawnImage.Rgb(LargeWidth, Height);
        List<string> paths = [];
        for (int i = 0; i < DrawnPhotos; i++)
        {
            byte[] pixels = new byte[Width * Height * 3];
            for (int y = 0; y < Height; y++)
            {
                large.AsSpan(((y * LargeWidth) + (i * Step)) * 3, Width * 3).CopyTo(pixels.AsSpan(y * Width * 3));
            }

            string path = Path.Combine(folder, $"{i:000}.jpg");
            File.WriteAllBytes(path, JpegFile.Encode(pixels, Width, Height));
            paths.Add(path);
        }

        return new PhotoSet("drawn images", paths);
    }
}
