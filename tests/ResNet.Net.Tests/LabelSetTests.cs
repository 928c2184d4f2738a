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
