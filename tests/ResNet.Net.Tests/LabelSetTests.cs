namespace ResNet.Net.Tests;

public class LabelSetTests
{
    [Fact]
    public void ImageNet_Classes_AreTheThousandSynsets()
    {
        LabelSet labels = LabelSet.ImageNet;

        labels.Count.Should().Be(1000);
        (labels.GetSynsetId(0), labels[0]).Should().Be(("n01440764", "tench, Tinca tinca"));
        (labels.GetSynsetId(999), labels[999]).Should().Be(("n15075141", "toilet tissue, toilet paper, bathroom tissue"));
        Enumerable.Range(0, 1000).Select(labels.GetSynsetId).Should().OnlyHaveUniqueItems().And.OnlyContain(id => id!.Length == 9);
    }

    [SharedFact]
    public void ImageNet_Classes_EqualThePublishedList()
        => File.ReadAllLines(Path.Combine(TestFolders.Shared, "zoo", "synset.txt"))
            .Should().Equal(Enumerable.Range(0, 1000).Select(i => $"{LabelSet.ImageNet.GetSynsetId(i)} {LabelSet.ImageNet[i]}"));

    [Fact]
    public void Cifar10_Classes_AreTheTen()
    {
        LabelSet.Cifar10.Count.Should().Be(10);
        LabelSet.Cifar10[8].Should().Be("ship");
        LabelSet.Cifar10.GetSynsetId(8).Should().BeNull();
    }

    [Fact]
    public void FromFile_PlainLabels_AreTaken()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("labels.txt", "red, dark\r\n  green\nn12345678\n\n\n");

        LabelSet labels = LabelSet.FromFile(path);

        Enumerable.Range(0, labels.Count).Select(i => labels[i]).Should().Equal("red, dark", "green", "n12345678");
        labels.GetSynsetId(0).Should().BeNull();
    }

    [Fact]
    public void FromFile_Synsets_AreSplit()
    {
        using TemporaryFolder folder = new();

        LabelSet labels = LabelSet.FromFile(folder.Write("synset.txt", "n01440764 tench, Tinca tinca\nn01443537 goldfish\n"));

        (labels.Count, labels.GetSynsetId(1), labels[1]).Should().Be((2, "n01443537", "goldfish"));
    }

    [Fact]
    public void FromFile_BadFiles_SayWhat()
    {
        using TemporaryFolder folder = new();
        string empty = folder.Write("empty.txt", "\n\n");
        string gap = folder.Write("gap.txt", "a\n\nb\n");

        ((Action)(() => LabelSet.FromFile(empty))).Should().Throw<ArgumentException>().WithMessage("*empty.txt*no labels*");
        ((Action)(() => LabelSet.FromFile(gap))).Should().Throw<ArgumentException>().WithMessage("*Label 1*gap.txt*empty*");
        ((Action)(() => LabelSet.FromFile(Path.Combine(empty, "none")))).Should().Throw<IOException>();
    }

    [Fact]
    public void Indexer_NoSuchClass_Throws()
    {
        ((Func<string>)(() => LabelSet.Cifar10[10])).Should().Throw<ArgumentOutOfRangeException>();
        ((Func<string>)(() => LabelSet.Cifar10[-1])).Should().Throw<ArgumentOutOfRangeException>();
        ((Func<string?>)(() => LabelSet.ImageNet.GetSynsetId(1000))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Create_CountsDiffer_Throws()
        => ((Func<LabelSet>)(() => new LabelSet("two", ["a", "b"], ["n00000001"]))).Should().Throw<ArgumentException>().WithMessage("*2 labels but 1 synset*");
}
