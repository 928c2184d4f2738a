using System.Runtime.CompilerServices;

namespace ResNet.Net.Tests;

/// <summary>Tests embeddings of sequences: order, back-pressure, early ends.</summary>
public sealed class EmbedManyTests : IDisposable
{
    private const int BatchSize = 3;

    private static readonly string[] Paths = TestFolders.SampleImagePaths;

    private readonly ResNetEmbedder _embedder
        = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20, new ResNetEmbedderOptions { BatchSize = BatchSize });

    // Two batches run, and the outcomes of eight are kept; one more has been enumerated.
    private const int MostAhead = 9 * BatchSize;

    private int _enumerated;

    public void Dispose() => _embedder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task EmbedManyAsync_AnyNumberOfFiles_EqualsEmbedInOrder(int count)
    {
        float[][] expected = [.. Paths.Select(p => _embedder.Embed(p))];

        List<EmbeddingOutcome> outcomes = await _embedder.EmbedManyAsync(Endless().Take(count)).ToListAsync();

        outcomes.Should().HaveCount(count);
        for (int i = 0; i < count; i++)
        {
            outcomes[i].Value.Should().Equal(expected[i % Paths.Length], (a, e) => Math.Abs(a - e) < 1e-5);
        }
    }

    [Fact]
    public async Task EmbedManyAsync_EndlessSequence_IsEnumeratedAsFastAsTheOutcomes()
    {
        int consumed = 0;
        await foreach (EmbeddingOutcome outcome in _embedder.EmbedManyAsync(Endless()))
        {
            outcome.Succeeded.Should().BeTrue();
            consumed++;
            Volatile.Read(ref _enumerated).Should().BeLessThanOrEqualTo(consumed - 1 + MostAhead + BatchSize);
            if (consumed == 20)
            {
                break;
            }
        }

        consumed.Should().Be(20);
        _embedder.Embed(Paths[0]).Should().HaveCount(64);
    }

    [Fact]
    public async Task EmbedManyAsync_CallerStopsEarly_NoStreamIsInUseAfterwards()
    {
        List<MemoryStream> streams = [];
        byte[] image = await File.ReadAllBytesAsync(Paths[0]);
        IEnumerable<InputImage> images = Enumerable.Range(0, 100).Select(_ => InputImage.FromStream(() =>
        {
            streams.Add(new MemoryStream(image));
            return streams[^1];
        }));

        EmbeddingOutcome first = await _embedder.EmbedManyAsync(images).FirstAsync();

        first.Succeeded.Should().BeTrue();
        streams.Should().HaveCountLessThanOrEqualTo(MostAhead + BatchSize).And.OnlyContain(s => !s.CanRead, "they are disposed");
    }

    [Fact]
    public async Task EmbedManyAsync_SourceThrows_ThrowsTheSame()
    {
        IEnumerable<string> Failing()
        {
            yield return Paths[0];
            throw new InvalidDataException("the list ends");
        }

        Func<Task> embed = async () => await _embedder.EmbedManyAsync(Failing()).ToListAsync();

        await embed.Should().ThrowAsync<InvalidDataException>().WithMessage("the list ends");
    }

    [Fact]
    public async Task EmbedManyAsync_AsyncSequence_IsCanceledWithTheToken()
    {
        using CancellationTokenSource source = new();
        int outcomes = 0;
        async IAsyncEnumerable<InputImage> Images([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            for (int i = 0; i < 2 * BatchSize; i++)
            {
                yield return Paths[i];
            }

            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        Func<Task> embed = async () =>
        {
            await foreach (EmbeddingOutcome outcome in _embedder.EmbedManyAsync(Images(), source.Token))
            {
                outcomes += outcome.Succeeded ? 1 : 0;
            }
        };

        await embed.Should().ThrowAsync<OperationCanceledException>();
        outcomes.Should().BeLessThanOrEqualTo(2 * BatchSize);
    }

    private IEnumerable<string> Endless()
    {
        for (int i = 0; ; i++)
        {
            _enumerated++;
            yield return Paths[i % Paths.Length];
        }
    }
}
