using SkiaSharp;

namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>Represents an image of the load, encoded and as a file.</summary>
internal sealed record SoakImage(string Path, byte[] Bytes)
{
    /// <summary>Writes drawn images of several sizes and formats, and damaged ones.</summary>
    /// <returns>These images, and those with which the decoders are tested.</returns>
    public static SoakImage[] Create(string folder)
    {
        List<string> paths = [];
        foreach ((int width, int height) in ((int, int)[])[(32, 32), (224, 224), (500, 375), (1600, 1200), (3000, 2000)])
        {
            byte[] jpeg = JpegFile.Encode(DrawnImage.Rgb(width, height), width, height);
            Add($"{width}.jpg", jpeg);
            Add($"{width}-truncated.jpg", jpeg[..(jpeg.Length / 2)]);
            if (width < 1000)
            {
                using SKBitmap bitmap = SKBitmap.Decode(jpeg);
                using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100), webp = bitmap.Encode(SKEncodedImageFormat.Webp, 80);
                Add($"{width}.png", png.ToArray());
                Add($"{width}.webp", webp.ToArray());
            }
        }

        paths.AddRange(Directory.GetFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "images")).Order(StringComparer.Ordinal));
        return [.. paths.Select(path => new SoakImage(path, File.ReadAllBytes(path)))];

        void Add(string name, byte[] bytes)
        {
            paths.Add(System.IO.Path.Combine(folder, name));
            File.WriteAllBytes(paths[^1], bytes);
        }
    }
}
