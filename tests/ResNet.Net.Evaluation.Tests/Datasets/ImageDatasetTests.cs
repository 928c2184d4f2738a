using System.IO.Compression;

namespace ResNet.Net.Evaluation.Tests;

public sealed class ImageDatasetTests : IDisposable
{
    private static readonly LabelSet Animals = new(
        "animals", ["cat", "great white shark, shark", "crane", "crane"], ["n00000001", "n00000002", "n00000003", "n00000004"]);

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
    public void FromClassFolders_LabelsSynsetsAndIndices_AreResolved(string folder, int expected)
    {
        Write($"{folder}/1.png", $"{folder}/inner/2.JPEG");

        ImageDataset dataset = ImageDataset.FromClassFolders(_folder.FullPath, Animals);

        dataset.Images.Select(i => (i.Name, i.ClassIndex))
            .Should().Equal(($"{folder}/1.png", expected), ($"{folder}/inner/2.JPEG", expected));
        dataset.Images[0].Read().ToArray().Should().Equal("1"u8.ToArray());
    }

    [Fact]
    public void FromClassFolders_ParentFoldersAndOtherFiles_AreIgnored()
    {
        Write(
            "data/val/cat/b.png",
            "data/val/cat/A.png",
            "data/val/shark/c.webp",
            "data/val/notes.txt",
            "data/val/cat/.hidden.png",
            "data/val/.cache/x.png",
            "data/val/cat/Thumbs.db");

        ImageDataset dataset = ImageDataset.Open(_folder.FullPath, Animals);

        dataset.Images.Select(i => (i.Name, i.ClassIndex))
            .Should().Equal(("data/val/cat/A.png", 0), ("data/val/cat/b.png", 0), ("data/val/shark/c.webp", 1));
    }

    [Fact]
    public void FromClassFolders_ManyErrors_AreListedInOneException()
    {
        Write("cat/1.png", "Cat_/2.png", "zebra/3.png", "zebra/4.png", "crane/5.png", "7/6.png", "stray.png", "n99999999/8.png");

        string message = ErrorOf(() => ImageDataset.FromClassFolders(_folder.FullPath, Animals));

        message.Should().ContainAll(
            "'zebra' (2 images) is not a class",
            "'crane' (1 image) is ambiguous",
            "2 (n00000003 crane) and 3 (n00000004 crane)",
            "'7' (1 image) is a number",
            "'stray.png' has no label",
            "'Cat_' and 'cat' both name class 0",
            "'n99999999' (1 image) is not the synset id of a class",
            "animals",
            "cat; great white shark, shark");
    }

    [Fact]
    public void FromClassFolders_IndexOutOfRange_Throws()
    {
        Write("0/1.png", "4/2.png");

        ErrorOf(() => ImageDataset.FromClassFolders(_folder.FullPath, Animals))
            .Should().Contain("'4' (1 image) is not a class index from 0 to 3");
    }

    [Fact]
    public void FromClassFolders_LabelsWithoutSynsets_SuggestsOthers()
    {
        Write("n01440764/1.png", "n01443537/1.png");

        ErrorOf(() => ImageDataset.FromClassFolders(_folder.FullPath, LabelSet.Cifar10)).Should().Contain("LabelSet.ImageNet");
    }

    [Fact]
    public void FromClassFolders_FilesNamedAfterSynsets_AreLabeled()
    {
        Write("n00000002_a.JPEG", "n00000001.png");

        ImageDataset.Open(_folder.FullPath, Animals).Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
    }

    [Fact]
    public void Open_UnlabeledImages_ThrowsWithTheirNames()
    {
        Write("IMG_1.jpg", "IMG_2.jpg");

        ErrorOf(() => ImageDataset.Open(_folder.FullPath, Animals)).Should().ContainAll("'IMG_1.jpg' has no label", "'IMG_2.jpg'");
    }

    [Fact]
    public void Open_NoImages_Throws()
    {
        Write("cat/notes.txt");

        ErrorOf(() => ImageDataset.Open(_folder.FullPath, Animals)).Should().Contain("has no images").And.Contain(".jpg");
    }

    [Fact]
    public void Open_MissingPath_ThrowsWithThePath()
    {
        ((Action)(() => ImageDataset.Open(_folder["no", "where"], Animals))).Should().Throw<FileNotFoundException>().WithMessage("*where*");
        string file = _folder.Write("model.onnx", "x");
        ErrorOf(() => ImageDataset.Open(file, Animals)).Should().Contain("model.onnx").And.Contain(".zip");
    }

    [Fact]
    public void FromClassFolders_Links_AreFollowedUnlessCircular()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // links need a privilege there
        }

        using TemporaryFolder elsewhere = new();
        elsewhere.Write("1.png", "1");
        Write("shark/2.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullPath, "cat"), elsewhere.FullPath);
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullPath, "shark", "loop"), _folder.FullPath);

        ImageDataset.FromClassFolders(_folder.FullPath, Animals).Images.Select(i => i.Name).Should().Equal("cat/1.png", "shark/2.png");
    }

    [Fact]
    public void Read_FileAboveTheLimit_Throws()
    {
        _folder.Write("cat/1.png", new byte[1001]);
        ImageDataset dataset = ImageDataset.FromClassFolders(_folder.FullPath, Animals, new ImageDatasetOptions { MaxImageBytes = 1000 });

        ((Action)(() => dataset.Images[0].Read())).Should().Throw<IOException>().WithMessage("*cat/1.png*1001*1000*MaxImageBytes*");
        ((Action)(() => ImageDataset.FromClassFolders(_folder.FullPath, Animals, new ImageDatasetOptions { MaxImageBytes = 0 })))
            .Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Constructor_DuplicateNameOrUnknownClass_Throws()
    {
        LabeledImage[] images = [new("a", 0, () => default), new("a", 1, () => default), new("b", 4, () => default)];

        ErrorOf(() => new ImageDataset("mine", Animals, images))
            .Should().ContainAll("mine", "'a' occurs twice", "'b' has class 4; the last class is 3");
        ErrorOf(() => new ImageDataset("mine", Animals, [])).Should().Contain("no images");
    }

    [Fact]
    public void Sample_Always_IsEvenAndDeterministic()
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
        Write("a b.png", "c.png");
        string list = _folder.Write(name, text);

        ImageDataset dataset = ImageDataset.Open(list, Animals);

        dataset.Images.Select(i => (i.Name, i.ClassIndex)).Should().Equal(("a b.png", 0), ("c.png", 1));
        dataset.Images[1].Read().Length.Should().Be(1);
    }

    [Fact]
    public void FromList_MalformedLines_AreAllListed()
    {
        Write("a.png");
        string list = _folder.Write("list.txt", "a.png cat\ngone.png cat\na2.png zebra\nalone\n# not an image\n");

        ErrorOf(() => ImageDataset.FromList(list, Animals))
            .Should().ContainAll(
                "line 2: the file 'gone.png' doesn't exist", "line 3: the label 'zebra' is not a class", "line 4: 'alone'",
                "line 5: the file '# not an' doesn't exist; lists have no comments");
    }

    [Fact]
    public void Open_DividedDatasetWithLabels_SuggestsAPart()
    {
        Write("data/train/cat/1.png", "data/train/dog/2.png", "data/val/cat/3.png");
        string zip = Path.Combine(_folder.FullPath, "all.zip");
        ZipFile.CreateFromDirectory(_folder["data"], zip);

        ErrorOf(() => ImageDataset.Open(_folder["data"], Animals))
            .Should().Contain("'train' and 'val', which are not classes. Open its folder 'val'.").And.NotContain("Rename");
        ErrorOf(() => ImageDataset.Open(zip, Animals))
            .Should().Contain("'train' and 'val', which are not classes. Extract 'val', and open that folder.").And.NotContain("Rename");
    }

    private static string ErrorOf(Func<ImageDataset> open) => open.Should().Throw<ImageDatasetException>().Which.Message;

    private void Write(params string[] names)
    {
        foreach (string name in names)
        {
            File.WriteAllText(_folder[name.Split('/')], "1");
        }
    }
}
