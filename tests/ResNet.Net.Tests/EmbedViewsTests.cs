namespace ResNet.Net.Tests;

/// <summary>Tests sequences of images with several views.</summary>
public sealed class EmbedViewsTests : IDisposable
{
    private static readonly ImageView[] Views =
        [default, new(0, 0, 0, true), new(0.8f, 0, 0, false), new(0.8f, 1, 1, true), new(1, 0.5f, 0.5f, false)];

    private readonly ResNetEmbedder _embedder = Create(1);

    public void Dispose() => _embedder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task EmbedManyAsync_Views_EqualsEachViewAlone(int batchSize)
    {
        using ResNetEmbedder batched = Create(batchSize);
        InputImage[] images = [.. TestFolders.SampleImagePaths.SelectMany(Sources)];
        InputImage[] withViews = [.. images.Select((image, i) => image.WithViews(Views[..(1 + (i % Views.Length))]))];

        EmbeddingOutcome[] outcomes = await batched.EmbedManyAsync(withViews).ToArrayAsync();

        int next = 0;
        string[] paths = TestFolders.SampleImagePaths;
        for (int i = 0; i < images.Length; i++)
        {
            foreach (ImageView view in withViews[i].Views)
            {
                float[] expected = await AloneAsync(paths[i / 4], view);
                outcomes[next++].Value.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-5f);
            }
        }

        outcomes.Should().HaveCount(next);
    }

    [Fact]
    public async Task EmbedManyAsync_OwnViewFirst_EqualsEmbedToTheBit()
    {
        foreach (string path in TestFolders.SampleImagePaths)
        {
            EmbeddingOutcome[] outcomes = await _embedder.EmbedManyAsync([InputImage.FromFile(path).WithViews(Views)]).ToArrayAsync();

            outcomes[0].Value.Should().Equal(_embedder.Embed(path));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task EmbedManyAsync_FailedImage_FailsEachOfItsViews(int batchSize)
    {
        using ResNetEmbedder batched = Create(batchSize);
        string good = TestFolders.SampleImagePaths[0];
        int opened = 0;
        InputImage[] images =
        [
            InputImage.FromFile("missing.png").WithViews(Views),
            InputImage.FromEncoded(() =>
            {
                opened++;
                return File.ReadAllBytes(good);
            }).WithViews(Views),
            InputImage.FromEncoded(new byte[] { 1, 2, 3 }).WithViews(Views[..2]),
        ];

        EmbeddingOutcome[] outcomes = await batched.EmbedManyAsync(images).ToArrayAsync();

        outcomes.Select(o => o.Succeeded).Should().Equal(
            [.. Enumerable.Repeat(false, 5), .. Enumerable.Repeat(true, 5), .. Enumerable.Repeat(false, 2)]);
        outcomes[0].Error.Should().BeOfType<FileNotFoundException>();
        outcomes[11].Error.Should().BeOfType<ImageDecodeException>();
        opened.Should().Be(1, "all views come from one decoded image");
    }

    private static ResNetEmbedder Create(int batchSize)
        => ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { Normalize = false, BatchSize = batchSize });

    private static InputImage[] Sources(string path)
    {
        using DecodedImage image = ImageDecoding.Default.Decode(File.ReadAllBytes(path));
        return
        [
            path,
            InputImage.FromStream(() => File.OpenRead(path)),
            InputImage.FromEncoded(() => File.ReadAllBytes(path)),
            InputImage.FromPixels(image.Pixels.Pixels.ToArray(), image.Width, image.Height, image.Pixels.Format),
        ];
    }

    private async Task<float[]> AloneAsync(string path, ImageView view)
        => (await _embedder.EmbedManyAsync([InputImage.FromFile(path).WithViews([view])]).ToArrayAsync()).Single().Value;
}
