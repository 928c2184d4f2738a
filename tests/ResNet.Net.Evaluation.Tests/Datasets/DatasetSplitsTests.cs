namespace ResNet.Net.Evaluation.Tests;

public sealed class DatasetSplitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train", "val", "test")]
    [InlineData("Training", "valid", "TESTING")]
    [InlineData("data/train", "data/validation", "data/test")]
    public void Open_KnownFolders_AreTheParts(string train, string validation, string test)
    {
        Write($"{train}/cat/1.png", $"{train}/dog/2.png", $"{validation}/dog/3.png", $"{test}/cat/4.png", $"{test}/dog/5.png");

        using DatasetSplits splits = DatasetSplits.Open(_folder.FullPath);

        splits.Labels.Count.Should().Be(2);
        splits.Train.Images.Select(i => (i.Name, i.ClassIndex)).Should().Equal(($"{train}/cat/1.png", 0), ($"{train}/dog/2.png", 1));
        splits.Validation!.Images.Select(i => i.ClassIndex).Should().Equal([1], "a class may have no validation images");
        splits.Test!.Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
        splits.Validation.Labels.Should().BeSameAs(splits.Labels);
        splits.Test.Images[0].Read().Length.Should().Be(1);
    }

    [Fact]
    public void Open_OtherFolderNextToTrain_AreClasses()
    {
        Write("train/1.png", "plane/2.png");

        using DatasetSplits splits = DatasetSplits.Open(_folder.FullPath);

        splits.Train.Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
        (splits.Validation, splits.Test).Should().Be((null, null));
        splits.Labels[1].Should().Be("train");
    }

    [Fact]
    public void Open_UnknownClassOfTheValidation_IsNamed()
    {
        Write("train/cat/1.png", "train/dog/2.png", "val/cat/3.png", "val/bird/4.png");

        ((Action)(() => DatasetSplits.Open(_folder.FullPath).Dispose())).Should().Throw<ImageDatasetException>()
            .WithMessage("*/val'*cat; dog*'bird' (1 image) is not a class*");
    }

    [Fact]
    public void Open_TwoFoldersForOnePart_AreRejected()
    {
        Write("train/cat/1.png", "val/cat/3.png", "validation/cat/4.png");

        ((Action)(() => DatasetSplits.Open(_folder.FullPath).Dispose())).Should().Throw<ImageDatasetException>()
            .WithMessage("*'val' and 'validation'*");
    }

    [SharedFact]
    public void Open_ClothingPhotos_HasBothParts()
    {
        using DatasetSplits splits = DatasetSplits.Open(Path.Combine(TestFolders.Shared, "data", "clothing.zip"));

        splits.Labels.Count.Should().Be(10);
        splits.Train.Images.Should().HaveCount(1192);
        splits.Test!.Images.Should().HaveCount(293);
        splits.Validation.Should().BeNull();
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.01)]
    [InlineData(0.99)]
    public void Split_EveryClass_HasTheFractionAndAnImageInBothParts(double fraction)
    {
        int[] sizes = [1, 2, 3, 10, 55];
        using ImageDataset dataset = Dataset(sizes);

        (ImageDataset training, ImageDataset validation) = dataset.Split(fraction, 7);

        for (int c = 0; c < sizes.Length; c++)
        {
            int expected = sizes[c] < 2
                ? 0
                : Math.Clamp((int)Math.Round(sizes[c] * fraction, MidpointRounding.AwayFromZero), 1, sizes[c] - 1);
            validation.Images.Count(i => i.ClassIndex == c).Should().Be(expected);
            training.Images.Count(i => i.ClassIndex == c).Should().Be(sizes[c] - expected);
        }

        training.Images.Concat(validation.Images).Select(i => i.Name).Should().BeEquivalentTo(dataset.Images.Select(i => i.Name));
        validation.Images.Select(i => i.Name).Should().Equal(
            dataset.Images.Select(i => i.Name).Where(n => validation.Images.Any(v => v.Name == n)), "the order is kept");
    }

    [Fact]
    public void Split_Seed_DeterminesTheParts()
    {
        using ImageDataset dataset = Dataset(100, 100);

        string[] first = Names(dataset.Split(0.2, 1).Validation);

        Names(dataset.Split(0.2, 1).Validation).Should().Equal(first);
        Names(dataset.Split(0.2, 2).Validation).Should().NotEqual(first);

        // From an implementation of SplitMix64 in Python: the parts must be the same on every platform and in every version.
        first.Take(4).Should().Equal("0/005", "0/016", "0/021", "0/026");
    }

    [Fact]
    public void Split_ManySeeds_ChooseEveryImageEquallyOften()
    {
        using ImageDataset dataset = Dataset(10);
        int[] counts = new int[10];
        for (int seed = 0; seed < 2000; seed++)
        {
            foreach (LabeledImage image in dataset.Split(0.2, seed).Validation.Images)
            {
                counts[int.Parse(image.Name[2..])]++;
            }
        }

        // 400 expected, with a standard deviation of 18.
        counts.Should().OnlyContain(c => c > 310 && c < 490);
    }

    [Fact]
    public void Split_OneImagePerClass_IsAnError()
    {
        using ImageDataset dataset = Dataset(1, 1);

        dataset.Invoking(d => d.Split(0.2)).Should().Throw<ImageDatasetException>().WithMessage("*no class has two images*");
        dataset.Invoking(d => d.Split(1)).Should().Throw<ArgumentOutOfRangeException>();
        dataset.Invoking(d => d.Split(double.NaN)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Split_MultiLabel_KeepsTheShareOfEveryClass()
    {
        Random random = new(3);
        LabeledImage[] images = [.. Enumerable.Range(0, 400).Select(i => new LabeledImage(
            $"{i}", Enumerable.Range(0, 6).Where(c => random.NextDouble() < 0.05 * (c + 1)), () => default))];
        ImageDataset dataset = new("many", new LabelSet("l", ["a", "b", "c", "d", "e", "f"]), images);

        (ImageDataset training, ImageDataset validation) = dataset.Split(0.25, 1);

        (training.IsMultiLabel, validation.IsMultiLabel).Should().Be((true, true));
        validation.Images.Count.Should().BeInRange(92, 108);
        for (int c = 0; c < 6; c++)
        {
            double all = images.Count(i => i.Classes.Contains(c));
            (validation.Images.Count(i => i.Classes.Contains(c)) / all).Should().BeApproximately(0.25, 0.05);
        }
    }

    private static string[] Names(ImageDataset dataset) => [.. dataset.Images.Select(i => i.Name)];

    private static ImageDataset Dataset(params int[] sizes) => new(
        "images",
        new LabelSet("labels", sizes.Select((_, c) => $"class {c}")),
        sizes.SelectMany((size, c) => Enumerable.Range(0, size).Select(i => new LabeledImage($"{c}/{i:000}", c, () => default))));

    private void Write(params string[] names)
    {
        foreach (string name in names)
        {
            File.WriteAllText(_folder[name.Split('/')], "1");
        }
    }
}
