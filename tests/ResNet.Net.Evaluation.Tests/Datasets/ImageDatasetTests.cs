namespace ResNet.Net.Evaluation.Tests;

public sealed class ImageDatasetTests : IDisposable
{
    private static readonly LabelSet Animals = new("animals", ["cat", "great white shark, shark", "crane", "crane"], ["n00000001", "n00000002", "n00000003", "n00000004"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat", 0)]
    [InlineData("CAT", 0)]
    [InlineData("great_white_shark", 1)]
    [InlineData("Great White Shark, Shark", 1)]
    [InlineData("shark", 1)]
    [InlineData("n00000003", 2)]
    [InlineData("n00000004-crane_bird", 3)]
    [InlineData("2", 2)]
    [InlineData("0003", 3)]
    public void FromClassFolders_FolderNames_AreLabelsSynsetsOrIndices(string folder, int expected)
    {
        Place($"{folder}/1.png", $"{folder}/inner/2.JPEG");

        ImageDataset dataset = ImageDataset.FromClassFolders(_folder.FullPath, Animals);

        dataset.Images.Select(i => (i.Name, i.ClassIndex)).Should().Equal(($"{folder}/1.png", expected), ($"{folder}/inner/2.JPEG", expected));
        dataset.Images[0].Read().ToArray().Should().Equal("1"u8.ToArray());
    }

    [Fact]
    public void FromClassFolders_FoldersOnTheWayAndThingsBeside_ArePassedOver()
    {
        Place("data/val/cat/b.png", "data/val/cat/A.png", "data/val/shark/c.webp", "data/val/notes.txt", "data/val/cat/.hidden.png", "data/val/.cache/x.png", "data/val/cat/Thumbs.db");

        ImageDataset dataset = ImageDataset.Open(_folder.FullPath, Animals);

        dataset.Images.Select(i => (i.Name, i.ClassIndex)).Should().Equal(("data/val/cat/A.png", 0), ("data/val/cat/b.png", 0), ("data/val/shark/c.webp", 1));
    }

    [Fact]
    public void FromClassFolders_EverythingWrong_IsListedInOneError()
    {
        Place("cat/1.png", "Cat_/2.png", "zebra/3.png", "zebra/4.png", "crane/5.png", "7/6.png", "stray.png", "n99999999/8.png");

        string message = Refused(() => ImageDataset.FromClassFolders(_folder.FullPath, Animals));

        message.Should().ContainAll(
            "'zebra' (2 images) is no class", "'crane' (1 images) is ambiguous", "2 (n00000003 crane) and 3 (n00000004 crane)", "'7' (1 images) is a number",
            "'stray.png' has no label", "'Cat_' and 'cat' both mean the class 0", "'n99999999' (1 images) is the synset id of no class", "animals", "cat; great white shark, shark");
    }

    [Fact]
    public void FromClassFolders_IndexOutOfRange_IsRefused()
    {
        Place("0/1.png", "4/2.png");

        Refused(() => ImageDataset.FromClassFolders(_folder.FullPath, Animals)).Should().Contain("'4' (1 images) is no class index: these run from 0 to 3");
    }

    [Fact]
    public void FromClassFolders_SynsetsButLabelsWithout_SaysWhatToDo()
    {
        Place("n01440764/1.png", "n01443537/1.png");

        Refused(() => ImageDataset.FromClassFolders(_folder.FullPath, LabelSet.Cifar10)).Should().Contain("LabelSet.ImageNet");
    }

    [Fact]
    public void FromClassFolders_FlatFilesNamedAfterSynsets_AreLabeled()
    {
        Place("n00000002_a.JPEG", "n00000001.png");

        ImageDataset.Open(_folder.FullPath, Animals).Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
    }

    [Fact]
    public void Open_UnlabelledPictures_NamesThem()
    {
        Place("IMG_1.jpg", "IMG_2.jpg");

        Refused(() => ImageDataset.Open(_folder.FullPath, Animals)).Should().ContainAll("'IMG_1.jpg' has no label", "'IMG_2.jpg'");
    }

    [Fact]
    public void Open_NoPictures_SaysSo()
    {
        Place("cat/notes.txt");

        Refused(() => ImageDataset.Open(_folder.FullPath, Animals)).Should().Contain("has no images").And.Contain(".jpg");
    }

    [Fact]
    public void Open_NothingThere_NamesThePath()
    {
        ((Action)(() => ImageDataset.Open(_folder["no", "where"], Animals))).Should().Throw<FileNotFoundException>().WithMessage("*where*");
        string file = _folder.Write("model.onnx", "x");
        Refused(() => ImageDataset.Open(file, Animals)).Should().Contain("model.onnx").And.Contain(".zip");
    }

    [Fact]
    public void FromClassFolders_LinkedClassesAreFollowed_AndLinksThatLeadBackAreNot()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // links need a privilege there
        }

        using TemporaryFolder elsewhere = new();
        elsewhere.Write("1.png", "1");
        Place("shark/2.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullPath, "cat"), elsewhere.FullPath);
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullPath, "shark", "loop"), _folder.FullPath);

        ImageDataset.FromClassFolders(_folder.FullPath, Animals).Images.Select(i => i.Name).Should().Equal("cat/1.png", "shark/2.png");
    }

    [Fact]
    public void Read_FileAboveTheLimit_FailsWithItsName()
    {
        _folder.Write("cat/1.png", new byte[1001]);
        ImageDataset dataset = ImageDataset.FromClassFolders(_folder.FullPath, Animals, new ImageDatasetOptions { MaxImageBytes = 1000 });

        ((Action)(() => dataset.Images[0].Read())).Should().Throw<IOException>().WithMessage("*cat/1.png*1001*1000*MaxImageBytes*");
        ((Action)(() => ImageDataset.FromClassFolders(_folder.FullPath, Animals, new ImageDatasetOptions { MaxImageBytes = 0 }))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Constructor_TwoOfOneNameOrAClassTooMany_IsRefused()
    {
        LabeledImage[] images = [new("a", 0, () => default), new("a", 1, () => default), new("b", 4, () => default)];

        Refused(() => new ImageDataset("mine", Animals, images)).Should().ContainAll("mine", "'a' is there twice", "'b' has the class 4; the last is 3");
        Refused(() => new ImageDataset("mine", Animals, [])).Should().Contain("no images");
    }

    [Fact]
    public void Sample_IsSpreadEvenly_AndTheSameEveryTime()
    {
        ImageDataset all = new("all", Animals, Enumerable.Range(0, 1000).Select(i => new LabeledImage($"{i}", i / 250, () => default)));

        ImageDataset part = all.Sample(100);

        part.Images.GroupBy(i => i.ClassIndex).Select(g => g.Count()).Should().Equal(25, 25, 25, 25);
        part.Images.Select(i => i.Name).Should().OnlyHaveUniqueItems();
        part.Fingerprint.Should().Be(all.Sample(100).Fingerprint).And.NotBe(all.Fingerprint);
        all.Sample(5000).Fingerprint.Should().Be(all.Fingerprint);
        ((Action)(() => all.Sample(0))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("list.txt", "a b.png cat\n\nc.png shark\n")]
    [InlineData("list.tsv", "a b.png\tcat\nc.png\tgreat white shark\n")]
    [InlineData("list.csv", "path,label\n\"a b.png\",cat\nc.png,\"great white shark, shark\"\n")]
    [InlineData("list.csv", "a b.png,0,rest\r\nc.png,1,\r\n")]
    [InlineData("list.txt", "a b.png 0\nc.png 1")]
    [InlineData("list.txt", "a b.png n00000001\nc.png n00000002")]
    public void FromList_PathsAndLabels_AreRead(string name, string text)
    {
        Place("a b.png", "c.png");
        string list = _folder.Write(name, text);

        ImageDataset dataset = ImageDataset.Open(list, Animals);

        dataset.Images.Select(i => (i.Name, i.ClassIndex)).Should().Equal(("a b.png", 0), ("c.png", 1));
        dataset.Images[1].Read().Length.Should().Be(1);
    }

    [Fact]
    public void FromList_BadLines_AreAllNamed()
    {
        Place("a.png");
        string list = _folder.Write("list.txt", "a.png cat\ngone.png cat\na2.png zebra\nalone\n");

        Refused(() => ImageDataset.FromList(list, Animals)).Should().ContainAll("line 2: there is no file 'gone.png'", "line 3: the label 'zebra' is no class", "line 4: 'alone'");
    }

    private static string Refused(Func<ImageDataset> open) => open.Should().Throw<ImageDatasetException>().Which.Message;

    private void Place(params string[] names)
    {
        foreach (string name in names)
        {
            File.WriteAllText(_folder[name.Split('/')], "1");
        }
    }
}
