using ResNet.Net.Samples.Draw;
using SkiaSharp;

namespace ResNet.Net.Samples.Tests;

public sealed class DrawTests : IDisposable
{
    private const string LabelFile = "labels.txt";

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);

    public static TheoryData<string> FileNames => [.. SceneCatalog.All.Select(s => s.FileName)];

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void Catalog_IsTheFolderOfImages()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(TestFolders.SampleImages).Select(f => Path.GetFileName(f));

        files.Should().BeEquivalentTo(SceneCatalog.All.Select(s => s.FileName).Append(LabelFile));
    }

    [Fact]
    public void LabelFile_HasTheLabelOfEachScene()
    {
        IEnumerable<string[]> lines = File.ReadLines(Path.Combine(TestFolders.SampleImages, LabelFile))
            .Where(l => l.Length > 0 && l[0] != '#').Select(
            l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        lines.Select(l => (l[0], l[1])).Should().BeEquivalentTo(SceneCatalog.All.Select(s => (s.FileName, s.Label)));
    }

    [Fact]
    public void Catalog_ShowsSixClassesOrMore()
    {
        string[] labels = [.. SceneCatalog.All.Select(s => s.Label).Distinct()];

        labels.Should().HaveCountGreaterThanOrEqualTo(6);
        labels.Should().BeSubsetOf(Enumerable.Range(0, LabelSet.Cifar10.Count).Select(i => LabelSet.Cifar10[i]));
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void Image_IsWhatItsSceneDraws(string fileName)
    {
        Scene scene = SceneCatalog.All.Single(s => s.FileName == fileName);

        ShouldBeCommitted(scene.Render(), Path.Combine(TestFolders.SampleImages, fileName));
    }

    [Fact]
    public void PackageIcon_IsWhatIsCommitted()
        => ShouldBeCommitted(PackageIcon.Render(), Path.Combine(TestFolders.Repository, "eng", "icon.png"));

    [Theory]
    [MemberData(nameof(FileNames))]
    public void Image_IsClassifiedCorrectlyByTheEmbeddedModel(string fileName)
    {
        Scene scene = SceneCatalog.All.Single(s => s.FileName == fileName);

        Prediction best = _classifier.Classify(Path.Combine(TestFolders.SampleImages, fileName)).Best;

        best.Label.Should().Be(scene.Label);
        best.Probability.Should().BeGreaterThan(0.5f);
    }

    private static byte[] Rgb(SKBitmap bitmap) => [.. bitmap.Pixels.SelectMany(color => new[] { color.Red, color.Green, color.Blue })];

    private static void ShouldBeCommitted(Canvas canvas, string path)
    {
        using SKBitmap committed = SKBitmap.Decode(path)!;
        using SKBitmap written = SKBitmap.Decode(canvas.ToPng())!;
        byte[] drawn = canvas.ToRgb();

        (committed.Width, committed.Height).Should().Be((canvas.Width, canvas.Height));
        Rgb(written).Should().Equal(drawn, "PNG keeps every pixel");

        // One level: platforms may round differently.
        int largest = drawn.Zip(Rgb(committed), (a, b) => Math.Abs(a - b)).Max();
        largest.Should().BeLessThanOrEqualTo(1);
    }
}
