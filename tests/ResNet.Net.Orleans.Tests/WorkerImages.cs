using SkiaSharp;

namespace ResNet.Net.Orleans.Tests;

/// <summary>A folder of images, some of them damaged, and what a plain loop says of them.</summary>
public sealed class WorkerImages : IDisposable
{
    private const int Count = 240;

    private readonly TemporaryFolder _folder = new();

    public WorkerImages()
    {
        Random random = new(5);
        for (int i = 0; i < Count; i++)
        {
            string path = _folder[$"{i % 7}", $"image {i}.png"];
            using SKBitmap bitmap = SKBitmap.Decode(TestFolders.SampleImagePaths[i % TestFolders.SampleImagePaths.Length]);
            for (int k = 0; k < 500; k++)
            {
                bitmap.SetPixel(random.Next(bitmap.Width), random.Next(bitmap.Height), new SKColor((uint)random.Next() | 0xFF000000));
            }

            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            byte[] bytes = data.ToArray();
            File.WriteAllBytes(path, i % 20 == 7 ? bytes[..20] : i % 20 == 13 ? "text"u8.ToArray() : bytes);
        }

        Classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
    }

    public string FullPath => _folder.FullPath;

    public ResNetClassifier Classifier { get; }

    public ImageSources Sources { get; } = new();

    public JobModelProvider Models { get; } = new();

    /// <summary>Classifies images as a plain loop does.</summary>
    public async Task<List<ClassificationOutcome>> LoopAsync(IEnumerable<string> names, int top)
        => await Classifier.ClassifyManyAsync(names.Select(n => Path.Combine(FullPath, n)), top).ToListAsync();

    public void Dispose()
    {
        Classifier.Dispose();
        Models.Dispose();
        Sources.Dispose();
        _folder.Dispose();
    }
}
