using SkiaSharp;

namespace ResNet.Net.Fuzz;

/// <summary>Creates images of every format, valid and hostile. The files of tests/fixtures, drawn by its make.py, are among them.</summary>
internal static class ImageCorpus
{
    public static IReadOnlyList<byte[]> Create()
    {
        string folder = Path.Combine(TestFolders.Fixtures, "images");
        List<byte[]> files = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(folder, name));
        byte[] jpeg = Fixture("jpeg-baseline.jpg");
        byte[] png = Fixture("png-rgb.png");
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (17, 9), (64, 48), (1, 300), (300, 1)])
        {
            files.Add(JpegBombs.Encode(width, height, SKEncodedImageFormat.Jpeg, 60));
            files.Add(JpegBombs.Encode(width, height, SKEncodedImageFormat.Png, 100));
            files.Add(JpegBombs.Encode(width, height, SKEncodedImageFormat.Webp, 60));
            files.Add(JpegBombs.Encode(width, height, SKEncodedImageFormat.Webp, 100));
        }

        files.AddRange(JpegBombs.Hostile(Fixture("jpeg-many-scans.jpg"), jpeg));
        files.AddRange(PngBombs.Hostile());
        files.AddRange(GifFiles.Hostile());
        files.AddRange(BmpFiles.Hostile());
        files.AddRange(WebPFiles.Hostile(Fixture("webp-lossy.webp")));
        files.AddRange(WebPFiles.Hostile(Fixture("webp-lossless.webp")));
        files.AddRange(WebPFiles.HostileIcons(png));
        files.AddRange(Polyglots(files, jpeg, png));
        return files;
    }

    /// <summary>Mutates an image, and mostly repairs what would keep the mutation from the codec.</summary>
    public static byte[] Mutate(byte[] image, byte[] other, Random random)
    {
        if (image.Length == 0 || other.Length == 0)
        {
            return [.. image, .. other];
        }

        byte[] mutated = random.Next(4) == 0 && image.AsSpan().IndexOf("IDAT"u8) > 0
            ? PngBombs.MutateRows(image, random)
            : ImageMutator.Mutate(image, [other, image], random);
        if (random.Next(5) > 0)
        {
            PngBombs.Repair(mutated);
            WebPFiles.Repair(mutated);
        }

        return mutated;
    }

    // Two formats in one file, the first bytes of one before another, and files within files.
    private static IEnumerable<byte[]> Polyglots(List<byte[]> files, byte[] jpeg, byte[] png)
    {
        byte[] gif = GifFiles.Write(4, 4, new byte[16]);
        byte[] zip = [.. "PK\u0003\u0004"u8, .. new byte[60]];
        byte[] script = "/*<html><script>alert(1)</script>*/=1;"u8.ToArray();
        byte[][] parts = [jpeg, png, gif, zip, script, BmpFiles.Write(4, 4, 24, new byte[64])];
        foreach (byte[] first in parts)
        {
            foreach (byte[] second in parts.Where(part => part != first))
            {
                yield return [.. first, .. second];
                yield return [.. first.AsSpan(0, Math.Min(16, first.Length)), .. second];
                yield return JpegFiles.WithSegments(jpeg, JpegFiles.Segment(0xFE, [.. first, .. second]));
                yield return PngFiles.WithChunks(png, PngFiles.Chunk("tEXt"u8, [.. first, .. second]));
            }
        }

        yield return [];
        yield return [.. files[0].AsSpan(0, 1)];
    }
}
