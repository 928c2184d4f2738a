using System.Security.Cryptography;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training.Tests;

public sealed class FeatureExtractorTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Backbone _backbone = null!;

    public async Task InitializeAsync() => _backbone = await Backbone.OpenAsync(ResNetVariant.Cifar10ResNet20, TestData.Raw, default);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _backbone.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(ImageAugmentation.None, 1)]
    [InlineData(ImageAugmentation.Flips, 2)]
    [InlineData(ImageAugmentation.FlipsAndCrops, 10)]
    public async Task ExtractAsync_Views_FirstIsThatOfTheClassifier(ImageAugmentation augmentation, int views)
    {
        LabeledImage[] images = TestData.Images(9);
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, TestData.Raw);

        ExtractedFeatures features = await ExtractAsync(images, augmentation);

        features.ViewsPerImage.Should().Be(views);
        (features.Features.Rows, features.Features.Columns).Should().Be((9 * views, 64));
        features.Features.Values.Should().HaveCount(9 * views * 64);
        features.Images.Should().Equal(images);
        features.Failed.Should().BeEmpty();
        for (int i = 0; i < images.Length; i++)
        {
            features.Hashes[i].Should().Equal(SHA256.HashData(TestData.Png(i)));
            TestData.Distance(features.Features[i * views].ToArray(), embedder.Embed(TestData.Png(i))).Should().BeLessThan(1e-5);
            Enumerable.Range(0, views).Select(v => Convert.ToHexString(MemoryMarshalBytes(features.Features[(i * views) + v])))
                .Should().OnlyHaveUniqueItems("every view differs");
        }
    }

    [Fact]
    public async Task ExtractAsync_FailingImages_AreReportedAndLeftOut()
    {
        LabeledImage[] images = TestData.Images(12);
        images[0] = new LabeledImage("missing", 0, () => throw new FileNotFoundException("It is gone."));
        images[5] = new LabeledImage("damaged", 1, () => new byte[] { 1, 2, 3 });
        images[11] = new LabeledImage("odd", 1, () => throw new InvalidOperationException("The source is closed."));
        ExtractedFeatures all = await ExtractAsync(TestData.Images(12), ImageAugmentation.Flips);

        ExtractedFeatures features = await ExtractAsync(images, ImageAugmentation.Flips, _folder.FullPath);

        features.Failed.Select(f => f.Name).Should().Equal("missing", "damaged", "odd");
        features.Failed[0].Error.Should().Be("It is gone.");
        features.Failed[1].Error.Should().Contain("010203");
        features.Images.Should().Equal(images[1..5].Concat(images[6..11]));
        features.Hashes.Should().HaveCount(9);
        int[] kept = [1, 2, 3, 4, 6, 7, 8, 9, 10];
        for (int i = 0; i < kept.Length; i++)
        {
            features.Features[2 * i].ToArray().Should().Equal(all.Features[2 * kept[i]].ToArray());
            features.Features[(2 * i) + 1].ToArray().Should().Equal(all.Features[(2 * kept[i]) + 1].ToArray());
        }
    }

    [Fact]
    public async Task ExtractAsync_AllFail_ReturnsNoFeatures()
    {
        LabeledImage[] images = [new("a", 0, () => new byte[4]), new("b", 0, () => throw new IOException("no"))];

        ExtractedFeatures features = await ExtractAsync(images, ImageAugmentation.None);

        (features.Features.Rows, features.Features.Values.Length, features.Failed.Count).Should().Be((0, 0, 2));
    }

    [Fact]
    public async Task ExtractAsync_Cached_ReadsEachFileOnceAndComputesNothing()
    {
        int[] reads = new int[20];
        LabeledImage[] images = TestData.Images(20, i => Interlocked.Increment(ref reads[i]));
        List<TrainingProgress> progress = [];
        ExtractedFeatures first = await ExtractAsync(images, ImageAugmentation.FlipsAndCrops, _folder.FullPath);

        ExtractedFeatures second = await ExtractAsync(images, ImageAugmentation.FlipsAndCrops, _folder.FullPath, new Caller(progress.Add));

        reads.Should().OnlyContain(count => count == 2);
        second.Features.Values.Should().Equal(first.Features.Values);
        progress.Select(p => p.Completed).Should().Equal(Enumerable.Range(0, 21));
        progress[^1].Should().BeEquivalentTo(new { Stage = TrainingStage.Features, Completed = 20, Total = 20, Cached = 20 });
        progress.Should().OnlyContain(p => p.Cached == p.Completed && p.Elapsed >= TimeSpan.Zero);
    }

    [Fact]
    public async Task ExtractAsync_MoreImagesAndViews_ComputesOnlyTheMissingOnes()
    {
        LabeledImage[] images = TestData.Images(16);
        ExtractedFeatures expected = await ExtractAsync(images, ImageAugmentation.FlipsAndCrops);
        _ = await ExtractAsync(images[..8], ImageAugmentation.Flips, _folder.FullPath);
        long before = CacheFile().Length;
        _ = await ExtractAsync(images[4..], ImageAugmentation.FlipsAndCrops, _folder.FullPath);
        long after = CacheFile().Length;
        List<TrainingProgress> progress = [];

        ExtractedFeatures all = await ExtractAsync(images, ImageAugmentation.FlipsAndCrops, _folder.FullPath, new Caller(progress.Add));

        all.Features.Values.Should().Equal(expected.Features.Values);
        progress[^1].Cached.Should().Be(12);
        const int Header = 64, Record = 48 + (64 * 4) + 16;
        before.Should().Be(Header + (16 * Record));
        after.Should().Be(before + (((4 * 8) + (8 * 10)) * Record), "four images had two of their ten views");
    }

    [Fact]
    public async Task ExtractAsync_RenamedAndChangedFiles_AreRecognizedByContent()
    {
        LabeledImage[] images = TestData.Images(6);
        _ = await ExtractAsync(images, ImageAugmentation.None, _folder.FullPath);
        LabeledImage[] changed = [new("other name", 2, () => TestData.Png(3)), new("0.png", 0, () => TestData.Png(100))];
        List<TrainingProgress> progress = [];

        ExtractedFeatures features = await ExtractAsync(changed, ImageAugmentation.None, _folder.FullPath, new Caller(progress.Add));

        progress[^1].Cached.Should().Be(1);
        features.Features.Values.Should().Equal((await ExtractAsync(changed, ImageAugmentation.None)).Features.Values);
    }

    [Fact]
    public async Task ExtractAsync_Canceled_KeepsWhatWasComputed()
    {
        using CancellationTokenSource source = new();
        Caller cancel = new(p =>
        {
            if (p.Completed == 40)
            {
                source.Cancel();
            }
        });
        LabeledImage[] images = TestData.Images(400);
        Func<Task> extract = () => new FeatureExtractor(_backbone, _folder.FullPath)
            .ExtractAsync(images, ImageAugmentation.None, cancel, source.Token);
        await extract.Should().ThrowAsync<OperationCanceledException>();
        List<TrainingProgress> progress = [];

        _ = await ExtractAsync(images, ImageAugmentation.None, _folder.FullPath, new Caller(progress.Add));

        progress[^1].Cached.Should().BeInRange(40, 399);
    }

    [SharedFact]
    public async Task ExtractAsync_RealResNet18_EqualsTheEmbedder()
    {
        byte[][] photos = TestData.Photos(4);
        using Backbone backbone = await Backbone.OpenAsync(ResNetVariant.ResNet18Backbone, TestData.Raw, default);
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.ResNet18Backbone, TestData.Raw);

        ExtractedFeatures features = await new FeatureExtractor(backbone, null).ExtractAsync(
            [.. photos.Select((p, i) => new LabeledImage($"{i}", 0, () => p))], ImageAugmentation.Flips, null, default);

        for (int i = 0; i < photos.Length; i++)
        {
            TestData.Distance(features.Features[2 * i].ToArray(), embedder.Embed(photos[i])).Should().BeLessThan(1e-4);
        }
    }

    private static byte[] MemoryMarshalBytes(ReadOnlySpan<float> values)
        => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();

    private FileInfo CacheFile() => new(Directory.GetFiles(_folder.FullPath, "*.features").Single());

    private Task<ExtractedFeatures> ExtractAsync(
        IReadOnlyList<LabeledImage> images,
        ImageAugmentation augmentation,
        string? cache = null,
        IProgress<TrainingProgress>? progress = null)
        => new FeatureExtractor(_backbone, cache).ExtractAsync(images, augmentation, progress, default);

    private sealed class Caller(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
