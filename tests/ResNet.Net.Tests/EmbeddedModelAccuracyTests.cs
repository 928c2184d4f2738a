using System.IO.Compression;

namespace ResNet.Net.Tests;

/// <summary>The embedded model on all 10,000 test pictures of CIFAR-10, through this library's own decoder, preprocessing and session.</summary>
[Collection(nameof(Alone))]
public class EmbeddedModelAccuracyTests
{
    private const double PublishedByHe2015 = 91.25;

    [SharedFact]
    public void Cifar10ResNet20_TestPictures_ReachThePapersAccuracyAndTheCatalogs()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { BatchSize = 100 });
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "cifar10-test.zip"));
        int right = 0;
        int count = 0;
        foreach (ZipArchiveEntry[] chunk in archive.Entries.Where(e => e.Name.EndsWith(".png", StringComparison.Ordinal)).Chunk(1000))
        {
            IReadOnlyList<ClassificationOutcome> outcomes = classifier.ClassifyBatch([.. chunk.Select(Read)], topK: 1);
            count += outcomes.Count;
            right += outcomes.Zip(chunk, (o, e) => o.Value.Best.Label == e.FullName.Split('/')[^2] ? 1 : 0).Sum();
        }

        count.Should().Be(10_000);
        double top1 = right / 100.0;
        top1.Should().BeGreaterThanOrEqualTo(PublishedByHe2015);
        top1.Should().BeApproximately(ResNetVariant.Cifar10ResNet20.Top1, 0.05, "the catalog states it; processors differ in the last bits");
    }

    private static ReadOnlyMemory<byte> Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream memory = new();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
