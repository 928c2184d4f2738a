using System.Buffers.Binary;
using System.IO.Compression;

namespace ResNet.Net.Evaluation.Tests;

public sealed class ZipDatasetTests : IDisposable
{
    private static readonly LabelSet Animals = new("animals", ["cat", "dog"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat/1.png", "dog/2.png")]
    [InlineData("data/val/cat/1.png", "data/val/dog/2.png")]
    [InlineData("cat\\1.png", "dog\\2.png")]
    [InlineData("cat/x/1.png", "dog/2.png")]
    public void FromZip_ClassFolders_AreRead(string cat, string dog)
    {
        using ImageDataset dataset = ImageDataset.Open(
            Zip((cat, [1]), (dog, [2, 2]), ("readme.txt", [0]), ("__MACOSX/cat/._1.png", [9]), ("cat/", [])), Animals);

        dataset.Images.Select(i => (i.ClassIndex, i.Read().Length)).Should().Equal((0, 1), (1, 2));
    }

    [Fact]
    public void FromZip_OneClass_IsRecognized()
    {
        using ImageDataset dataset = ImageDataset.FromZip(Zip(("dog/1.png", [1]), ("dog/2.png", [1])), Animals);

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(1, 1);
    }

    [Fact]
    public void FromZip_PathsOutsideTheArchive_WritesNothing()
    {
        string zip = Zip(("../../cat/1.png", [1]), ("/etc/dog/2.png", [1]), ("cat/../../../dog.png", [1]));
        string[] before = Directory.GetFileSystemEntries(Path.GetDirectoryName(zip)!);

        ErrorOf(zip).Should().Contain("'..'");

        Directory.GetFileSystemEntries(Path.GetDirectoryName(zip)!).Should().Equal(before);
    }

    [Fact]
    public async Task Read_ManyThreads_ReturnsTheRightBytes()
    {
        Random random = new(8);
        (string Name, byte[] Bytes)[] entries =
            [.. Enumerable.Range(0, 200).Select(i => ($"{(i % 2 == 0 ? "cat" : "dog")}/{i:D3}.png", Noise(random, random.Next(0, 5000))))];
        using ImageDataset dataset = ImageDataset.FromZip(Zip(entries), Animals);
        Dictionary<string, byte[]> expected = entries.ToDictionary(e => e.Name, e => e.Bytes);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            foreach (LabeledImage image in dataset.Images)
            {
                image.Read().ToArray().Should().Equal(expected[image.Name]);
            }
        })));
    }

    [Fact]
    public void FromZip_LargeEntry_ThrowsBeforeReading()
        => ErrorOf(Zip(("cat/bomb.png", new byte[5_000_000]), ("dog/1.png", [1])), 1_000_000)
            .Should().ContainAll("'cat/bomb.png' has 5000000 bytes uncompressed", "1000000", "MaxImageBytes");

    [Fact]
    public void Read_EntryWithFalseSize_NeverExceedsTheLimit()
    {
        byte[] zip = File.ReadAllBytes(Zip(("cat/bomb.png", new byte[5_000_000])));

        // The central directory declares 10 bytes.
        int directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(directory + 24), 10);
        using ImageDataset dataset = ImageDataset.FromZip(
            _folder.Write("liar.zip", zip), Animals, new ImageDatasetOptions { MaxImageBytes = 1000 });

        int length = 0;
        try
        {
            length = dataset.Images[0].Read().Length;
        }
        catch (IOException exception)
        {
            exception.Message.Should().Contain("cat/bomb.png");
        }

        length.Should().BeLessThanOrEqualTo(1000);
    }

    [Fact]
    public void Read_BombThatIsNoImage_IsNotInflated()
    {
        using ImageDataset dataset = ImageDataset.FromZip(Zip(("cat/bomb.png", new byte[50_000_000]), ("dog/1.png", [1])), Animals);
        long before = GC.GetAllocatedBytesForCurrentThread();

        ((Func<ReadOnlyMemory<byte>>)dataset.Images[0].Read).Should().Throw<IOException>().WithMessage("*bomb.png*50000000*");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1 << 20);
    }

    [Fact]
    public async Task Evaluate_ManyBombs_BoundsTheBytesInUse()
    {
        // They start as images, and each has 40 MB: seven would exceed the limit.
        byte[] bomb = new byte[40_000_000];
        ColorModel.Image(1, 2, 3).CopyTo(bomb, 0);
        bomb[20] ^= 1;
        string zip = Zip([.. Enumerable.Range(0, 12).Select(i => ($"{(i % 2 == 0 ? "red" : "green")}/{i}.png", bomb))]);
        using ZipSource source = ZipSource.Open(zip, ColorModel.Labels, new ImageDatasetOptions());
        using ImageDataset dataset = new(
            "bombs", ColorModel.Labels, ImageDataset.Labeled(source.Names, [.. source.Names.Select(_ => 0)], source.Image), null, false);
        using ResNetClassifier classifier = ColorModel.Create(new ResNetClassifierOptions { BatchSize = 12 });

        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, dataset);

        report.Images.Should().HaveCount(12).And.OnlyContain(i => !i.Succeeded);
        source.Memory.Peak.Should().BeInRange(40_000_000, 256 << 20);
        source.Memory.Current.Should().Be(0);
    }

    [Fact]
    public async Task Enter_LimitReached_WaitsForExit()
    {
        MemoryGate gate = new(100);
        gate.Enter(80);
        Task second = Task.Run(() => gate.Enter(30));

        second.IsCompleted.Should().BeFalse();
        gate.Exit(80);
        await second;

        gate.Current.Should().Be(30);
        gate.Peak.Should().Be(80);
    }

    [Fact]
    public void Read_ChangedContent_FailsByItsChecksum()
    {
        string path = _folder["stored.zip"];
        using (ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create))
        using (Stream stream = archive.CreateEntry("cat/1.png", CompressionLevel.NoCompression).Open())
        {
            stream.Write("unmistakable content"u8);
        }

        byte[] zip = File.ReadAllBytes(path);
        zip[zip.AsSpan().IndexOf("unmistakable"u8)] ^= 1;
        using ImageDataset dataset = ImageDataset.FromZip(_folder.Write("changed.zip", zip), Animals);

        ((Func<ReadOnlyMemory<byte>>)dataset.Images[0].Read).Should().Throw<IOException>().WithMessage("*cat/1.png*checksum*");
    }

    [Theory]
    [InlineData("cat/a\0.png", "zero byte")]
    [InlineData("cat/\uFFFD.png", "UTF-8")]
    public void FromZip_UnusableName_Throws(string name, string why)
        => ErrorOf(Zip((name, [1]), ("dog/1.png", [1]))).Should().Contain(why);

    [Theory]
    [InlineData("./cat/1.png")]
    [InlineData("cat/./1.png")]
    [InlineData("cat//1.png")]
    public void FromZip_SameNameInAnotherForm_Throws(string name)
        => ErrorOf(Zip((name, [1]), ("cat/1.png", [1]))).Should().Contain("'cat/1.png' occurs twice");

    [Fact]
    public void FromZip_EncryptedEntry_Throws()
    {
        byte[] zip = File.ReadAllBytes(Zip(("cat/1.png", [1, 2, 3])));
        int directory = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        zip[directory + 8] |= 1;
        zip[6] |= 1;

        ErrorOf(_folder.Write("secret.zip", zip)).Should().Contain("'cat/1.png' is encrypted");
    }

    [Fact]
    public void FromZip_DuplicateEntry_Throws()
        => ErrorOf(Zip(("cat/1.png", [1]), ("cat/1.png", [2]))).Should().Contain("'cat/1.png' occurs twice");

    [Fact]
    public void FromZip_UnknownFolders_AreListedAndTheFileIsClosed()
    {
        string zip = Zip(("cat/1.png", [1]), ("zebra/1.png", [2]), ("yak/1.png", [2]));

        ErrorOf(zip).Should().ContainAll("'zebra'", "'yak'");

        using FileStream alone = new(zip, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        alone.Length.Should().BePositive();
    }

    [Fact]
    public void FromZip_MutatedArchive_GivesDatasetOrException()
    {
        Random random = new(4);
        byte[] good = File.ReadAllBytes(Zip(("cat/1.png", Noise(random, 300)), ("dog/2.png", new byte[3000])));
        int refused = 0;
        for (int time = 0; time < 1500; time++)
        {
            byte[] bad = random.Next(4) == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            for (int i = random.Next(6); i > 0 && bad.Length > 0; i--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            string path = _folder.Write("mutated.zip", bad);
            try
            {
                using ImageDataset dataset = ImageDataset.FromZip(path, Animals, new ImageDatasetOptions { MaxImageBytes = 100_000 });
                foreach (LabeledImage image in dataset.Images)
                {
                    image.Read().Length.Should().BeLessThanOrEqualTo(100_000);
                }
            }
            catch (Exception exception) when (exception is ImageDatasetException or IOException)
            {
                refused++;
            }
        }

        refused.Should().BeGreaterThan(300);
    }

    [SharedFact]
    public void FromZip_200Photos_HasTheSynsetsOfTheirNames()
    {
        using ImageDataset dataset = ImageDataset.Open(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"), LabelSet.ImageNet);

        dataset.Images.Should().HaveCount(200);
        dataset.Images.Should().OnlyContain(i => i.Name.StartsWith(LabelSet.ImageNet.GetSynsetId(i.ClassIndex)!, StringComparison.Ordinal));
    }

    private static byte[] Noise(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string ErrorOf(string zip, int maxBytes = 1 << 20)
        => ((Action)(() => ImageDataset.FromZip(zip, Animals, new ImageDatasetOptions { MaxImageBytes = maxBytes }).Dispose()))
            .Should().Throw<ImageDatasetException>().Which.Message;

    private string Zip(params (string Name, byte[] Bytes)[] entries)
    {
        string path = _folder["data.zip"];
        using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] bytes) in entries)
        {
            using Stream stream = archive.CreateEntry(name).Open();
            stream.Write(bytes);
        }

        return path;
    }
}
