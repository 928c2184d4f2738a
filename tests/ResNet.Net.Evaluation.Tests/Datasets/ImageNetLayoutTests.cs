using System.Globalization;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Tests ImageNet's ground-truth formats with three images.</summary>
public sealed class ImageNetLayoutTests : IDisposable
{
    private static readonly string[] Images =
        ["ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_val_00000002.JPEG", "ILSVRC2012_val_00000003.JPEG"];

    private readonly TemporaryFolder _folder = new();

    public ImageNetLayoutTests()
    {
        foreach (string image in Images)
        {
            _folder.Write(Path.Combine("val", image), "x");
        }
    }

    private string Val => Path.Combine(_folder.FullPath, "val");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "val.txt",
        "ILSVRC2012_val_00000001.JPEG 65\nILSVRC2012_val_00000003.JPEG 0\n"
            + "ILSVRC2012_val_00000002.JPEG 970\nILSVRC2012_val_00000004.JPEG 3\n")]
    [InlineData(
        "LOC_val_solution.csv",
        "ImageId,PredictionString\nILSVRC2012_val_00000003,n01440764 1 2 3 4\n"
            + "ILSVRC2012_val_00000002,n09193705 85 1 499 272 n09193705 1 1 2 2 \nILSVRC2012_val_00000001,n01751748 111 108 428 367 \n")]
    [InlineData("synset_labels.txt", "n01751748\nn09193705\nn01440764\n")]
    public void Open_GroundTruthInParentFolder_IsFound(string name, string truth)
    {
        _folder.Write(name, truth);

        foreach (string path in new[] { Val, _folder.FullPath })
        {
            ImageDataset dataset = ImageDataset.Open(path, LabelSet.ImageNet);

            dataset.Images.Select(i => i.ClassIndex).Should().Equal(65, 970, 0);
            dataset.Images[0].Read().Length.Should().Be(1);
        }
    }

    [Fact]
    public void FromImageNet_SubsetOfTheImages_UsesTheNumbersInTheirNames()
    {
        File.Delete(Path.Combine(Val, Images[1]));
        string truth = _folder.Write("labels.txt", "n01751748\nn09193705\nn01440764\n");

        ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet).Images.Select(i => i.ClassIndex).Should().Equal(65, 0);
    }

    [Fact]
    public void FromImageNet_DevelopmentKitIdsWithoutMap_Throws()
    {
        string truth = _folder.Write("ILSVRC2012_validation_ground_truth.txt", "490\n361\n171\n");
        string mapping = _folder.Write("LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n");

        ErrorOf(() => ImageDataset.Open(Val, LabelSet.ImageNet))
            .Should().ContainAll("ILSVRC2012 ids", "not in the order of the synset ids", "map_clsloc.txt", "171 to 490");
        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet, mapping)).Should().Contain("doesn't define ILSVRC2012 ids");
    }

    [Fact]
    public void FromImageNet_DevelopmentKitIdsWithMap_AreRead()
    {
        _folder.Write("ILSVRC2012_validation_ground_truth.txt", "490\n1\n1000\n");
        _folder.Write("map_clsloc.txt", "n02119789 1 kit_fox\nn03255030 1000 dumbbell\nn01751748 490 sea_snake\n");

        int[] classes = [.. ImageDataset.Open(Val, LabelSet.ImageNet).Images.Select(i => i.ClassIndex)];

        classes.Select(LabelSet.ImageNet.GetSynsetId).Should().Equal("n01751748", "n02119789", "n03255030");
        classes[0].Should().Be(65);
    }

    [Fact]
    public void FromImageNet_NumbersUpToTheClassCount_Throws()
    {
        string truth = _folder.Write(
            "val.txt",
            string.Join('\n', Images.Select((p, i) => string.Create(CultureInfo.InvariantCulture, $"{p} {(i == 0 ? 1000 : i)}"))));

        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet)).Should().Contain("1 to 1000");
    }

    [Fact]
    public void FromImageNet_IndicesFromZeroWithIdMap_Throws()
    {
        string truth = _folder.Write("val.txt", string.Join('\n', Images.Select((p, i) => $"{p} {i}")));
        string map = _folder.Write("map.txt", "1 n02119789\n");

        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet, map)).Should().Contain("counts from 0");
    }

    [Fact]
    public void FromImageNet_LabelsWithoutSynsets_UsesTheOrderOfACompleteMap()
    {
        LabelSet numbered = new("numbered", ["class 0", "class 1", "class 2"]);
        string truth = _folder.Write("labels.txt", "n00000003\nn00000001\nn00000002\n");
        string map = _folder.Write("map.txt", "n00000001 one\nn00000002 two\nn00000003\n");

        ImageDataset.FromImageNet(Val, truth, numbered, map).Images.Select(i => i.ClassIndex).Should().Equal(2, 0, 1);
        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, numbered)).Should().Contain("these labels have none");
    }

    [Fact]
    public void FromImageNet_ImagesWithoutGroundTruth_AreAllListed()
    {
        string truth = _folder.Write("val.txt", $"{Images[1]} 0\nother.JPEG 3\n");

        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet))
            .Should().ContainAll(Images[0], Images[2]).And.NotContain(Images[1]);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a.JPEG 1\nb.JPEG\n", "line 2")]
    [InlineData("a.JPEG cat\n", "line 1")]
    [InlineData("a.JPEG 1\na.JPEG 2\n", "twice")]
    [InlineData("a.JPEG 1\nb.JPEG n01440764\n", "mixes numbers and synset ids")]
    [InlineData("ImageId,PredictionString\nx,n01440764 1 2 3 4 n01443537 1 2 3 4\n", "line 2")]
    [InlineData(
        "ILSVRC2012_val_00000001.JPEG 0\nILSVRC2012_val_00000002.JPEG 1000\nILSVRC2012_val_00000003.JPEG "
            + "99999999999\n", "is not a class index")]
    [InlineData("MATLAB 5.0 MAT-file\n", "meta.mat")]
    [InlineData("1\02", "not a text file")]
    public void FromImageNet_MalformedGroundTruth_NamesTheProblem(string text, string expected)
    {
        string truth = _folder.Write("truth.txt", text);

        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet)).Should().Contain(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cat 1\n")]
    [InlineData("n01440764 1\nn01443537 1\n")]
    [InlineData("n01440764 1\nn01443537\nwords\n")]
    public void FromImageNet_MalformedMap_Throws(string text)
    {
        string truth = _folder.Write("truth.txt", "490\n361\n171\n");
        string map = _folder.Write("map.txt", text);

        ErrorOf(() => ImageDataset.FromImageNet(Val, truth, LabelSet.ImageNet, map)).Should().Contain("map.txt");
    }

    private static string ErrorOf(Func<ImageDataset> open) => open.Should().Throw<ImageDatasetException>().Which.Message;
}
