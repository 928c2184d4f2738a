using System.IO.Compression;

namespace ResNet.Net.Evaluation.Tests;

public sealed class DiscoveredLabelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ClassFolders_AreTheLabelsInOrdinalOrder()
    {
        Write("photos/zebra/1.png", "photos/fire_truck/2.png", "photos/Apple/deeper/3.png", "photos/10/4.png", "photos/9/5.png");

        using ImageDataset dataset = ImageDataset.Open(_folder.FullPath);

        LabelsOf(dataset).Should().Equal("10", "9", "Apple", "fire_truck", "zebra");
        dataset.Images.Select(i => (i.Name, i.ClassIndex)).Should().Equal(
            ("photos/10/4.png", 0),
            ("photos/9/5.png", 1),
            ("photos/Apple/deeper/3.png", 2),
            ("photos/fire_truck/2.png", 3),
            ("photos/zebra/1.png", 4));
        dataset.IsMultiLabel.Should().BeFalse();
    }

    [Fact]
    public void Open_LabelsOfTheDataset_FindItsFoldersAgain()
    {
        Write("train/10/4.png", "train/9/5.png", "train/fire_truck/2.png", "val/9/6.png", "val/fire_truck/7.png");
        using ImageDataset training = ImageDataset.Open(_folder["train"]);

        using ImageDataset validation = ImageDataset.Open(_folder["val"], training.Labels);

        validation.Images.Select(i => i.ClassIndex).Should().Equal(1, 2);
    }

    [Fact]
    public void Open_OneClass_HasItsLabel()
    {
        Write("cat/1.png", "cat/2.png");

        using ImageDataset dataset = ImageDataset.Open(_folder.FullPath);

        LabelsOf(dataset).Should().Equal("cat");
    }

    [Fact]
    public void Open_UnusableFolders_AreAllListed()
    {
        Write("photos/Cat/1.png", "photos/cat/2.png", "photos/fire truck/3.png", "photos/fire_truck/4.png");
        Write("photos/stray.png", "photos/x/notes.txt");

        ErrorOf(() => ImageDataset.Open(_folder["photos"])).Should().ContainAll(
            "the class folder 'x' contains no images",
            "the image 'stray.png' has no label",
            "'Cat' and 'cat' differ only in case",
            "'fire truck' and 'fire_truck' differ only in case or in '_'");
    }

    [Theory]
    [InlineData("a\\b", "path separator")]
    [InlineData("a\nb", "invisible character")]
    [InlineData("dog\u200b", "invisible character")]
    [InlineData(" ", "empty name")]
    public void Open_InvalidFolderNames_AreRejected(string folder, string expected)
    {
        if (OperatingSystem.IsWindows())
        {
            // Windows has no such folders.
            return;
        }

        Write($"{folder}/1.png", "cat/1.png");

        ErrorOf(() => ImageDataset.Open(_folder.FullPath)).Should().Contain(expected);
    }

    [Fact]
    public void Open_NoImages_IsAnError()
        => ErrorOf(() => ImageDataset.Open(_folder.FullPath)).Should().Contain("has no images").And.Contain(".jpg");

    [Fact]
    public void Open_DividedDataset_IsNotTakenForClasses()
    {
        Write("data/train/cat/1.png", "data/train/dog/2.png", "data/test/cat/3.png");

        ErrorOf(() => ImageDataset.Open(_folder.FullPath)).Should().ContainAll("'data/train' and 'data/test'", "DatasetSplits.Open");
    }

    [Fact]
    public void Open_Zip_FindsLabelsAndEmptyFolders()
    {
        string good = Zip("good.zip", "in/dog/1.png", "in/cat/2.png", "in/cat/", "__MACOSX/in/._dog");
        string bad = Zip("bad.zip", "in/dog/1.png", "in/cat/2.png", "in/bird/");

        using (ImageDataset dataset = ImageDataset.Open(good))
        {
            LabelsOf(dataset).Should().Equal("cat", "dog");
            dataset.Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
        }

        ErrorOf(() => ImageDataset.Open(bad)).Should().Contain("the class folder 'in/bird' contains no images");
        File.Delete(bad);
        File.Exists(bad).Should().BeFalse("a rejected file is closed");
    }

    [Fact]
    public void Open_List_HasTheLabelsThatOccur()
    {
        Write("a.png", "b.png", "c.png");
        string list = _folder.Write("list.tsv", "c.png\tred fox\na.png\towl\nb.png\tred fox\n");

        using ImageDataset dataset = ImageDataset.Open(list);

        LabelsOf(dataset).Should().Equal("owl", "red fox");
        dataset.Images.Select(i => i.ClassIndex).Should().Equal(1, 0, 1);
    }

    [Theory]
    [InlineData("a.png\tCat\nb.png\tcat\n", "'Cat' and 'cat' differ only in case")]
    [InlineData("a.png\tanimals/cat\nb.png\tdog\n", "'animals/cat' contains a path separator")]
    [InlineData("a.png\t\nb.png\tdog\n", "line 1: the label '' is empty")]
    public void Open_ListWithInvalidLabels_IsRejected(string text, string expected)
    {
        Write("a.png", "b.png");

        ErrorOf(() => ImageDataset.Open(_folder.Write("list.tsv", text))).Should().Contain(expected);
    }

    private static string[] LabelsOf(ImageDataset dataset)
        => [.. Enumerable.Range(0, dataset.Labels.Count).Select(i => dataset.Labels[i])];

    private static string ErrorOf(Func<ImageDataset> open) => open.Should().Throw<ImageDatasetException>().Which.Message;

    private void Write(params string[] names)
    {
        foreach (string name in names)
        {
            File.WriteAllText(_folder[name.Split('/')], "1");
        }
    }

    private string Zip(string name, params string[] entries)
    {
        string path = _folder[name];
        using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
        foreach (string entry in entries)
        {
            archive.CreateEntry(entry).Open().Dispose();
        }

        return path;
    }
}
