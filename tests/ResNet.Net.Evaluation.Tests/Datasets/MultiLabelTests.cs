namespace ResNet.Net.Evaluation.Tests;

public sealed class MultiLabelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("list.tsv", "a.png\tsea;blue sky\nb.png\tsea\nc.png\t\n")]
    [InlineData("list.csv", "file,labels\na.png,\"sea; blue sky\"\nb.png,sea\nc.png,\n")]
    [InlineData("list.csv", "a.png,blue sky;sea\nb.png,sea;\nc.png,\"\"\n")]
    public void Open_LabelsWithSemicolons_AreSeveralClasses(string name, string text)
    {
        Images();

        using ImageDataset dataset = ImageDataset.Open(_folder.Write(name, text));

        dataset.IsMultiLabel.Should().BeTrue();
        (dataset.Labels.Count, dataset.Labels[0], dataset.Labels[1]).Should().Be((2, "blue sky", "sea"));
        dataset.Images.Select(i => string.Join(' ', i.Classes)).Should().Equal("0 1", "1", "");
    }

    [Fact]
    public void Open_GivenLabels_ResolvesEachAndKeepsSemicolonsOfALabel()
    {
        Images();
        string many = _folder.Write("many.tsv", "a.png\tSEA;blue_sky\nb.png\tsea\n");
        string one = _folder.Write("one.tsv", "a.png\tsea; salty\nb.png\tsky\n");

        using ImageDataset several = ImageDataset.Open(many, new LabelSet("l", ["blue sky", "sea"]));
        using ImageDataset single = ImageDataset.Open(one, new LabelSet("l", ["sea; salty", "sky"]));

        several.Images[0].Classes.Should().Equal(0, 1);
        single.IsMultiLabel.Should().BeFalse();
        single.Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
    }

    [Fact]
    public void Open_InvalidLines_AreListed()
    {
        Images();
        string list = _folder.Write("list.tsv", "a.png\tsea;sea\nb.png\tsea;land\n");

        ((Action)(() => ImageDataset.Open(list, new LabelSet("l", ["sea", "sky"])).Dispose())).Should().Throw<ImageDatasetException>()
            .WithMessage("*line 1: the label 'sea' occurs twice*line 2: the label 'land' is not a class*");
    }

    [Fact]
    public void Options_MultiLabel_AppliesToImagesOfOneClass()
    {
        Images();
        string list = _folder.Write("list.tsv", "a.png\tsea\nb.png\tsky\n");

        using ImageDataset dataset = ImageDataset.Open(list, new ImageDatasetOptions { MultiLabel = true });

        dataset.IsMultiLabel.Should().BeTrue();
        dataset.Sample(1).IsMultiLabel.Should().BeTrue();
    }

    [Fact]
    public void LabeledImage_SeveralClasses_HasNoSingleClass()
    {
        LabeledImage image = new("a.png", [2, 0], () => default);

        image.Classes.Should().Equal(0, 2);
        image.Invoking(i => i.ClassIndex).Should().Throw<InvalidOperationException>().WithMessage("*'a.png' has 2 classes*");
        ((Action)(() => _ = new LabeledImage("a.png", [1, 1], () => default))).Should().Throw<ArgumentException>().WithMessage("*1 twice*");
        ((Action)(() => _ = new LabeledImage("a.png", [-1], () => default))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Dataset_ClassWithoutLabel_IsAnError()
        => ((Action)(() => _ = new ImageDataset("d", new LabelSet("l", ["a", "b"]), [new LabeledImage("x", [0, 2], () => default)])))
            .Should().Throw<ImageDatasetException>().WithMessage("*'x' has class 2; the last class is 1*");

    [Fact]
    public async Task EvaluateAsync_MultiLabelDataset_IsRefused()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        ImageDataset dataset = new("many", LabelSet.Cifar10, [new LabeledImage("x", [0, 2], () => default)]);

        await FluentActions.Awaiting(() => Evaluator.EvaluateAsync(classifier, dataset))
            .Should().ThrowAsync<EvaluationException>().WithMessage("*'many' is multi-label*");
    }

    private void Images()
    {
        foreach (string name in (string[])["a.png", "b.png", "c.png"])
        {
            _folder.Write(name, "1");
        }
    }
}
