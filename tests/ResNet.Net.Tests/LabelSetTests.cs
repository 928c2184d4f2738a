namespace ResNet.Net.Tests;

public class LabelSetTests
{
    [Fact]
    public void ImageNet_Labels_HaveUniqueSynsetIds()
    {
        LabelSet labels = LabelSet.ImageNet;

        labels.Count.Should().Be(1000);
        (labels.GetSynsetId(0), labels[0]).Should().Be(("n01440764", "tench, Tinca tinca"));
        (labels.GetSynsetId(999), labels[999]).Should().Be(("n15075141", "toilet tissue, toilet paper, bathroom tissue"));
        Enumerable.Range(0, 1000).Select(labels.GetSynsetId).Should().OnlyHaveUniqueItems().And.OnlyContain(id => id!.Length == 9);
    }

    [SharedFact]
    public void ImageNet_Labels_EqualThePublishedList()
        => File.ReadAllLines(Path.Combine(TestFolders.Shared, "zoo", "synset.txt"))
            .Should().Equal(Enumerable.Range(0, 1000).Select(i => $"{LabelSet.ImageNet.GetSynsetId(i)} {LabelSet.ImageNet[i]}"));

    [Fact]
    public void Cifar10_Labels_AreTheTenClasses()
    {
        LabelSet.Cifar10.Count.Should().Be(10);
        LabelSet.Cifar10[8].Should().Be("ship");
        LabelSet.Cifar10.GetSynsetId(8).Should().BeNull();
    }

    [Fact]
    public void FromFile_PlainLabels_ReturnsTrimmedLines()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("labels.txt", "red, dark\r\n  green\nn12345678\n\n\n");

        LabelSet labels = LabelSet.FromFile(path);

        Enumerable.Range(0, labels.Count).Select(i => labels[i]).Should().Equal("red, dark", "green", "n12345678");
        labels.GetSynsetId(0).Should().BeNull();
    }

    [Fact]
    public void FromFile_SynsetIds_SplitsIdsAndLabels()
    {
        using TemporaryFolder folder = new();

        LabelSet labels = LabelSet.FromFile(folder.Write("synset.txt", "n01440764 tench, Tinca tinca\nn01443537 goldfish\n"));

        (labels.Count, labels.GetSynsetId(1), labels[1]).Should().Be((2, "n01443537", "goldfish"));
    }

    [Fact]
    public void FromFile_InvalidFile_ThrowsWithTheReason()
    {
        using TemporaryFolder folder = new();
        string empty = folder.Write("empty.txt", "\n\n");
        string gap = folder.Write("gap.txt", "a\n\nb\n");

        ((Action)(() => LabelSet.FromFile(empty))).Should().Throw<ArgumentException>().WithMessage("*empty.txt*no labels*");
        ((Action)(() => LabelSet.FromFile(gap))).Should().Throw<ArgumentException>().WithMessage("*Label 1*gap.txt*empty*");
        ((Action)(() => LabelSet.FromFile(Path.Combine(empty, "none")))).Should().Throw<IOException>();
    }

    [Fact]
    public void Indexer_IndexOutOfRange_Throws()
    {
        ((Func<string>)(() => LabelSet.Cifar10[10])).Should().Throw<ArgumentOutOfRangeException>();
        ((Func<string>)(() => LabelSet.Cifar10[-1])).Should().Throw<ArgumentOutOfRangeException>();
        ((Func<string?>)(() => LabelSet.ImageNet.GetSynsetId(1000))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Constructor_DifferentCounts_Throws()
    {
        Func<LabelSet> create = () => new LabelSet("two", ["a", "b"], ["n00000001"]);

        create.Should().Throw<ArgumentException>().WithMessage("*'two'*2 labels but 1 synset ids*");
    }
}
