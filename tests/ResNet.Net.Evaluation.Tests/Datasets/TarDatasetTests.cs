using System.Formats.Tar;
using System.Text;

namespace ResNet.Net.Evaluation.Tests;

public sealed class TarDatasetTests : IDisposable
{
    private static readonly LabelSet Animals = new("animals", ["cat", "dog"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void FromTar_FormatsOfAnotherWriter_AreRead(TarEntryFormat format)
    {
        string path = _folder["data.tar"];
        string deep = format == TarEntryFormat.V7 ? "x" : new string('x', 90) + "/" + new string('y', 90);
        using (TarWriter writer = new(File.Create(path), format))
        {
            writer.WriteEntry(Entry(format, "./", null));
            writer.WriteEntry(Entry(format, "./dog/", null));
            writer.WriteEntry(Entry(format, "./dog/2.png", new byte[700]));
            writer.WriteEntry(Entry(format, "./readme.txt", [1, 2]));
            writer.WriteEntry(Entry(format, $"./cat/{deep}.png", [7, 8, 9]));
            writer.WriteEntry(Entry(format, "./cat/._1.png", [9]));
        }

        using ImageDataset dataset = ImageDataset.Open(path, Animals);

        dataset.Name.Should().Be("data.tar");
        dataset.Images.Select(i => (i.Name, i.ClassIndex, i.Read().Length))
            .Should().Equal(($"cat/{deep}.png", 0, 3), ("dog/2.png", 1, 700));
        dataset.Images[0].Read().ToArray().Should().Equal(7, 8, 9);
    }

    [Fact]
    public void FromTar_WithoutLabels_DiscoversTheClasses()
    {
        using ImageDataset dataset = ImageDataset.Open(Tar(t => t.Add("data/b/1.png", [1]).Add("data/a/2.png", [2])));

        LabelsOf(dataset.Labels).Should().Equal("a", "b");
        dataset.Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
    }

    [Fact]
    public void FromTar_TarFilesInIt_AreClasses()
    {
        byte[] tench = new TarGzBuilder().Add("n01440764_10026.JPEG", [1]).Add("n01440764_2.JPEG", [2, 2]).TarWithEnd;
        byte[] goldfish = new TarGzBuilder().Add("n01443537_1.JPEG", [3, 3, 3]).TarWithEnd;
        string path = Tar(t => t.Add("n01443537.tar", goldfish).Add("n01440764.tar", tench));

        using ImageDataset known = ImageDataset.Open(path, LabelSet.ImageNet);
        using ImageDataset discovered = ImageDataset.FromTar(path);

        known.Images.Select(i => (i.Name, i.ClassIndex, i.Read().Length)).Should().Equal(
            ("n01440764/n01440764_10026.JPEG", 0, 1), ("n01440764/n01440764_2.JPEG", 0, 2), ("n01443537/n01443537_1.JPEG", 1, 3));
        LabelsOf(discovered.Labels).Should().Equal("n01440764", "n01443537");
        discovered.Images.Select(i => i.ClassIndex).Should().Equal(0, 0, 1);
    }

    [Fact]
    public void FromTar_InnerTarWithoutImages_Throws()
        => ((Action)(() => ImageDataset.FromTar(Tar(t => t
                .Add("a.tar", new TarGzBuilder().Add("1.png", [1]).TarWithEnd)
                .Add("b.tar", new TarGzBuilder().TarWithEnd)))))
            .Should().Throw<ImageDatasetException>().WithMessage("*'b' contains no images*");

    [Fact]
    public void FromTar_PartsInIt_AreSplits()
    {
        using DatasetSplits splits = DatasetSplits.Open(Tar(t => t
            .Add("train/cat/1.png", [1]).Add("train/dog/2.png", [2]).Add("val/dog/3.png", [3, 3])));

        LabelsOf(splits.Labels).Should().Equal("cat", "dog");
        splits.Validation!.Images.Select(i => (i.ClassIndex, i.Read().Length)).Should().Equal((1, 2));
    }

    [Fact]
    public async Task Read_ManyThreads_ReturnsTheRightBytes()
    {
        Random random = new(8);
        (string Name, byte[] Bytes)[] entries =
            [.. Enumerable.Range(0, 200).Select(i => ($"{(i % 2 == 0 ? "cat" : "dog")}/{i:D3}.png", Noise(random, random.Next(0, 5000))))];
        using ImageDataset dataset = ImageDataset.FromTar(
            Tar(t => Array.ForEach(entries, e => t.Add(e.Name, e.Bytes))), Animals);
        Dictionary<string, byte[]> expected = entries.ToDictionary(e => e.Name, e => e.Bytes);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            foreach (LabeledImage image in dataset.Images.OrderBy(i => i.Name.GetHashCode(StringComparison.Ordinal) ^ thread))
            {
                image.Read().ToArray().Should().Equal(expected[image.Name]);
            }
        })));
    }

    [Fact]
    public void Read_AfterDisposeOrTruncation_Throws()
    {
        string path = Tar(t => t.Add("cat/1.png", [1]).Add("dog/2.png", new byte[5000]));
        ImageDataset dataset = ImageDataset.FromTar(path, Animals);
        if (!OperatingSystem.IsWindows())
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(2000);
            ((Action)(() => dataset.Images[1].Read())).Should().Throw<IOException>().WithMessage("*dog/2.png*truncated*");
        }

        dataset.Dispose();

        ((Action)(() => dataset.Images[0].Read())).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void FromTar_FiftyThousandImages_ReadsOnlyHeaders()
    {
        // A sparse file of 5 GB, so that reading the contents would show in the allocations and in the time.
        const int Count = 50_000;
        const int Bytes = 100_000;
        const int Stride = 512 + 100_352;
        string path = _folder["ILSVRC2012_img_val.tar"];
        using (FileStream file = new(path, FileMode.Create))
        {
            byte[] header = new TarGzBuilder().Add("ILSVRC2012_val_00000000.JPEG", size: Bytes).Tar;
            for (int i = 0; i < Count; i++)
            {
                Encoding.ASCII.GetBytes($"{i + 1:D8}").CopyTo(header, 15);
                Repair(header);
                file.Position = (long)i * Stride;
                file.Write(header);
            }

            file.SetLength(((long)Count * Stride) + 1024);
        }

        _folder.Write("val.txt", string.Join('\n', Enumerable.Range(0, Count).Select(i => $"ILSVRC2012_val_{i + 1:D8}.JPEG {i % 1000}")));
        long before = GC.GetAllocatedBytesForCurrentThread();

        using ImageDataset dataset = ImageDataset.Open(path, LabelSet.ImageNet);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(Count * 2500L);
        dataset.Images.Count.Should().Be(Count);
        dataset.Images[^1].ClassIndex.Should().Be(999);
        dataset.Images[^1].Read().Length.Should().Be(Bytes);
    }

    [Theory]
    [InlineData(0, "without the zeros that mark the end")]
    [InlineData(300, "without the zeros that mark the end")]
    [InlineData(512, "has 1000 bytes, but only 0 follow")]
    [InlineData(1100, "has 1000 bytes, but only 588 follow")]
    [InlineData(1536, "without the zeros that mark the end")]
    public void FromTar_Truncated_Throws(int length, string expected)
        => ErrorOf(new TarGzBuilder().Add("cat/1.png", new byte[1000]).TarWithEnd[..length]).Should().ContainAll(expected, "Download");

    [Fact]
    public void FromTar_InnerTarBeyondItsEntry_Throws()
        => ErrorOf(new TarGzBuilder()
                .Add("cat.tar", new TarGzBuilder().Add("1.png", size: 5000).TarWithEnd)
                .Add("dog.tar", new TarGzBuilder().Add("1.png", new byte[5000]).TarWithEnd).TarWithEnd)
            .Should().ContainAll("'cat.tar' in", "has 5000 bytes, but only 1024 follow");

    [Theory]
    [InlineData(0L)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void FromTar_FalseSize_Throws(long size)
    {
        byte[] tar = new TarGzBuilder().Add("cat/1.png", new byte[1000], size: Math.Max(size, 1L << 34)).TarWithEnd;
        if (size <= 0)
        {
            // A negative number in GNU's format, or one that isn't octal.
            tar.AsSpan(124, 12).Fill(size == 0 ? (byte)'9' : (byte)0xFF);
            Repair(tar);
        }

        ErrorOf(tar).Should().ContainAny("valid size", "bytes, but only");
    }

    [Fact]
    public void FromTar_WrongChecksum_NamesTheHeader()
    {
        byte[] tar = new TarGzBuilder().Add("cat/1.png", [1]).Add("dog/2.png", [2]).TarWithEnd;
        tar[1024 + 3] ^= 1;

        ErrorOf(tar).Should().Contain("header at byte 1024 has a wrong checksum");
    }

    [Fact]
    public void FromTar_DuplicateLinkAndLargeEntry_AreListed()
        => ErrorOf(new TarGzBuilder().Add("cat/1.png", [1]).Add("cat/1.png", [2]).Add("cat/1.png", [2])
                .Add("dog/3.png", type: TarGzBuilder.SymbolicLink, link: "/etc/passwd")
                .Add("dog/4.png", type: TarGzBuilder.HardLink, link: "cat/1.png")
                .Add("dog/5.png", new byte[2000]).TarWithEnd, 1000)
            .Should().ContainAll(
                "'cat/1.png' occurs twice", "'dog/3.png' is a link", "'dog/4.png' is a link", "'dog/5.png' has 2000 bytes");

    [Fact]
    public void FromTar_PathsOutsideTheArchive_WritesNothing()
    {
        string path = Tar(t => t.Add("../../cat/1.png", [1]).Add("/etc/dog/2.png", [1]).Add("cat/../../../dog.png", [1]));
        string[] before = Directory.GetFileSystemEntries(_folder.FullPath);

        ErrorOf(path).Should().Contain("'..'");

        Directory.GetFileSystemEntries(_folder.FullPath).Should().Equal(before);
    }

    [Fact]
    public void FromTar_HostileNames_AreRejectedOrShownPlainly()
    {
        byte[] deep = new TarGzBuilder()
            .Add("x", TarGzBuilder.Attribute("path", string.Concat(Enumerable.Repeat("a/", 20_000)) + "1.png"), TarGzBuilder.Extended)
            .Add("x", [1]).TarWithEnd;
        ErrorOf(deep).Should().ContainAll("characters", "separators").And.NotContain(string.Concat(Enumerable.Repeat("a/", 100)));

        byte[] huge = new TarGzBuilder().Add("x", new byte[100_000], TarGzBuilder.LongName).Add("x", [1]).TarWithEnd;
        ErrorOf(huge).Should().Contain("an extended header has 100000 bytes");

        byte[] malformed = new TarGzBuilder().Add("x", "99 path=cat/1.png\n"u8, TarGzBuilder.Extended).Add("x", [1]).TarWithEnd;
        ErrorOf(malformed).Should().Contain("an extended header is malformed");
    }

    [Theory]
    [InlineData('S', "--sparse")]
    [InlineData('M', "--multi-volume")]
    public void FromTar_UnsupportedKind_NamesTheRemedy(char type, string expected)
        => ErrorOf(new TarGzBuilder().Add("cat/1.png", [1], type).TarWithEnd).Should().Contain(expected);

    [Fact]
    public void FromTar_SparseFileOfPax_NamesTheRemedy()
        => ErrorOf(new TarGzBuilder()
                .Add("x", TarGzBuilder.Attribute("GNU.sparse.major", "1"), TarGzBuilder.Extended).Add("cat/1.png", [1]).TarWithEnd)
            .Should().Contain("--sparse");

    [Fact]
    public void FromTar_SizeOfPax_TakesPrecedence()
    {
        byte[] tar = new TarGzBuilder()
            .Add("x", TarGzBuilder.Attribute("size", "700"), TarGzBuilder.Extended)
            .Add("cat/1.png", new byte[700], size: 0).Add("dog/1.png", [1]).TarWithEnd;

        using ImageDataset dataset = ImageDataset.FromTar(_folder.Write("data.tar", tar), Animals);

        dataset.Images.Select(i => i.Read().Length).Should().Equal(700, 1);
    }

    [Theory]
    [InlineData("data.tar")]
    [InlineData("data.tar.gz")]
    [InlineData("data.tgz")]
    public void Open_Compressed_NamesTheRemedy(string name)
    {
        string path = _folder.Write(name, new TarGzBuilder().Add("cat/1.png", [1]).Build());

        ((Action)(() => ImageDataset.Open(path, Animals))).Should().Throw<ImageDatasetException>().WithMessage("*compressed*gunzip*");
    }

    [Fact]
    public void FromTar_UnknownClasses_AreListedAndTheFileIsClosed()
    {
        string path = Tar(t => t.Add("cat/1.png", [1]).Add("zebra/1.png", [2]));

        ErrorOf(path).Should().Contain("'zebra'");

        using FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        alone.Length.Should().BePositive();
    }

    [Fact]
    public void FromTar_MutatedArchive_GivesDatasetOrException()
    {
        Random random = new(4);
        byte[] inner = new TarGzBuilder().Add("1.png", Noise(random, 300)).Add("2.png", [1]).TarWithEnd;
        byte[] good = new TarGzBuilder()
            .Add("x", TarGzBuilder.Attribute("path", "cat/long.png"), TarGzBuilder.Extended).Add("x", Noise(random, 100))
            .Add("x", "dog/long.png\0"u8, TarGzBuilder.LongName).Add("y", [5]).Add("dog.tar", inner).TarWithEnd;
        int refused = 0;
        for (int time = 0; time < 10_000; time++)
        {
            byte[] bad = random.Next(4) == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            for (int i = random.Next(6); i > 0 && bad.Length > 0; i--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            // Most mutations of a header would only show as a wrong checksum.
            if (time % 2 == 0)
            {
                Repair(bad);
            }

            string path = _folder.Write("mutated.tar", bad);
            try
            {
                using ImageDataset dataset = ImageDataset.FromTar(path, Animals, new ImageDatasetOptions { MaxImageBytes = 100_000 });
                foreach (LabeledImage image in dataset.Images)
                {
                    image.Read().Length.Should().BeLessThanOrEqualTo(bad.Length);
                }
            }
            catch (ImageDatasetException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(3000, 9900);
    }

    private static TarEntry Entry(TarEntryFormat format, string name, byte[]? content)
    {
        TarEntryType type = content is null ? TarEntryType.Directory
            : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile
            : TarEntryType.RegularFile;
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            _ => new GnuTarEntry(type, name),
        };
        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        return entry;
    }

    /// <summary>Corrects the checksums of all blocks that may be headers.</summary>
    private static void Repair(byte[] tar)
    {
        for (int start = 0; start + 512 <= tar.Length; start += 512)
        {
            Span<byte> header = tar.AsSpan(start, 512);
            if (header[156] is >= (byte)'0' and <= (byte)'x')
            {
                header.Slice(148, 8).Fill((byte)' ');
                int sum = 0;
                foreach (byte value in header)
                {
                    sum += value;
                }

                Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
            }
        }
    }

    private static IEnumerable<string> LabelsOf(LabelSet labels) => Enumerable.Range(0, labels.Count).Select(i => labels[i]);

    private static byte[] Noise(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string ErrorOf(string path, int maxBytes = 1 << 20)
        => ((Action)(() => ImageDataset.FromTar(path, Animals, new ImageDatasetOptions { MaxImageBytes = maxBytes }).Dispose()))
            .Should().Throw<ImageDatasetException>().Which.Message;

    private string ErrorOf(byte[] tar, int maxBytes = 1 << 20) => ErrorOf(_folder.Write("bad.tar", tar), maxBytes);

    private string Tar(Action<TarGzBuilder> fill)
    {
        TarGzBuilder builder = new();
        fill(builder);
        return _folder.Write("data.tar", builder.TarWithEnd);
    }
}
