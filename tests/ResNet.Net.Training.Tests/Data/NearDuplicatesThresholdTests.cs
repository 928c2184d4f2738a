using System.Numerics.Tensors;
using System.Security.Cryptography;
using ResNet.Net.Evaluation;
using SkiaSharp;
using Xunit.Abstractions;

namespace ResNet.Net.Training.Tests;

/// <summary>Justifies the threshold of <see cref="NearDuplicates"/> on real photos and the real backbone.</summary>
public sealed class NearDuplicatesThresholdTests(ITestOutputHelper output) : IAsyncLifetime
{
    private Backbone _backbone = null!;
    private PixelComparison _pixels = null!;

    public async Task InitializeAsync()
    {
        _backbone = await Backbone.OpenAsync(ResNetVariant.ResNet18Backbone, new ResNetEmbedderOptions(), default);
        _pixels = new PixelComparison(_backbone);
    }

    public Task DisposeAsync()
    {
        _backbone.Dispose();
        return Task.CompletedTask;
    }

    [SharedFact]
    public void Find_CopiesOfPhotos_AreFoundAndOtherPhotosAreNot()
    {
        using ImageDataset photos = ImageDataset.Open(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"), LabelSet.ImageNet);
        byte[][] originals = [.. photos.Sample(50).Images.Select(i => i.Read().ToArray())];
        ExtractedFeatures training = Extract("t", originals);

        (string, Func<byte[], byte[]>, int)[] copiesOf =
        [
            ("recompressed", p => Copy(p, 1, 0, 50), 49),
            ("half size", p => Copy(p, 0.5, 0, 85), 49),
            ("cropped 5 %", p => Copy(p, 1, 0.05, 90), 48),
        ];
        foreach ((string name, Func<byte[], byte[]> copy, int least) in copiesOf)
        {
            ExtractedFeatures copies = Extract("v", [.. originals.Select(copy)]);
            output.WriteLine($"{name}: {Quantiles(Diagonal(training, copies))}");
            output.WriteLine($"  pixels: {Quantiles(training.Images.Zip(copies.Images, _pixels.Correlate).Select(c => (float)c))}");

            IReadOnlyList<DuplicateImages> found = NearDuplicates.Find(training, copies, _pixels.AreCopies, default);

            found.Should().HaveCountGreaterThanOrEqualTo(least, name);
            found.Select(f => f.TrainingImage[1..])
                .Should().Equal(found.Select(f => f.ValidationImage[1..]), "no other photo is as similar");
        }
    }

    [SharedFact]
    public void Find_DifferentPhotosOfOneClass_AreRarelyTakenForCopies()
    {
        using DatasetSplits clothing = DatasetSplits.Open(Path.Combine(TestFolders.Shared, "data", "clothing.zip"));
        ExtractedFeatures training = Extract("t", [.. clothing.Train.Sample(300).Images.Select(i => i.Read().ToArray())]);
        ExtractedFeatures test = Extract("v", [.. clothing.Test!.Sample(100).Images.Select(i => i.Read().ToArray())]);
        output.WriteLine($"nearest other photo: {Quantiles(Nearest(training, test))}");

        NearDuplicates.Find(training, test, _pixels.AreCopies, default).Should().HaveCountLessThanOrEqualTo(1);
    }

    private static byte[] Copy(byte[] photo, double scale, double crop, int quality)
    {
        using SKBitmap bitmap = SKBitmap.Decode(photo)!;
        int left = (int)(bitmap.Width * crop / 2), top = (int)(bitmap.Height * crop / 2);
        SKRect from = new(left, top, bitmap.Width - left, bitmap.Height - top);
        using SKSurface surface = SKSurface.Create(new SKImageInfo((int)(from.Width * scale), (int)(from.Height * scale)));
        using SKImage image = SKImage.FromBitmap(bitmap);
        SKRect to = new(0, 0, (int)(from.Width * scale), (int)(from.Height * scale));
        surface.Canvas.DrawImage(image, from, to, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKImage result = surface.Snapshot();
        using SKData jpeg = result.Encode(SKEncodedImageFormat.Jpeg, quality);
        return jpeg.ToArray();
    }

    private static string Quantiles(IEnumerable<float> values)
    {
        float[] sorted = [.. values.Order()];
        return string.Join(' ', new[] { 0, 0.01, 0.02, 0.05, 0.1, 0.5, 0.9, 0.95, 0.98, 0.99, 1 }
            .Select(q => $"{q}: {sorted[(int)(q * (sorted.Length - 1))]:F3};"));
    }

    private static IEnumerable<float> Diagonal(ExtractedFeatures left, ExtractedFeatures right)
        => Enumerable.Range(0, left.Images.Count).Select(i => TensorPrimitives.CosineSimilarity(left.Features[i], right.Features[i]));

    private static IEnumerable<float> Nearest(ExtractedFeatures left, ExtractedFeatures right)
        => Enumerable.Range(0, right.Images.Count).Select(i => Enumerable.Range(0, left.Images.Count)
            .Max(j => TensorPrimitives.CosineSimilarity(left.Features[j], right.Features[i])));

    private ExtractedFeatures Extract(string prefix, byte[][] files)
    {
        float[][] rows = [.. _backbone.Embedder.EmbedBatch([.. files.Select(f => InputImage.FromEncoded(f))]).Select(o => o.Value)];
        return new ExtractedFeatures(
            new FeatureMatrix([.. rows.SelectMany(r => r)], rows.Length, rows[0].Length),
            1,
            [.. files.Select((f, i) => new LabeledImage($"{prefix}{i}", 0, () => f))],
            [.. files.Select(f => SHA256.HashData(f))],
            []);
    }
}
