using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

public class GoldenArchiveTests
{
    private static readonly byte[] Input = OnnxTensor.Create<float>("data", [1, 2], [1, 2]).Serialize();
    private static readonly byte[] Output = OnnxTensor.Create<float>("scores", [1, 3], [3, 4, 5]).Serialize();

    [Fact]
    public void Read_LayoutsOfTheZoo_GivesSetsInTheOrderOfTheirNumbers()
    {
        TarGzBuilder tar = new TarGzBuilder().Add("resnet50v1/", type: TarGzBuilder.Folder).Add("resnet50v1/resnet50v1.onnx", new byte[300_000]);
        foreach (int set in (int[])[10, 2, 0])
        {
            tar.Add($"resnet50v1/test_data_set_{set}/output_0.pb", Output).Add($"resnet50v1/test_data_set_{set}/input_0.pb", Input);
        }

        tar.Add("resnet50v1/test_data_0.npz", [1, 2, 3]).Add("resnet50v1/._input_0.pb", [4]);

        GoldenArchive archive = Read(tar.Build());

        archive.Datasets.Select(s => s.Name).Should().Equal("resnet50v1/test_data_set_0", "resnet50v1/test_data_set_2", "resnet50v1/test_data_set_10");
        archive.Datasets.Should().OnlyContain(s => s.Inputs.Single().Name == "data" && s.Outputs.Single().Name == "scores");
        archive.Datasets[0].Inputs[0].ToArray<float>().Should().Equal(1, 2);
        archive.Datasets[0].Outputs[0].ToArray<float>().Should().Equal(3, 4, 5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("./")]
    [InlineData("a/b/c/d/")]
    [InlineData("./résumé/test_data_set_0/")]
    public void Read_AnyDepth_FindsTheSet(string folder)
        => Read(Pair(folder).Build()).Datasets.Single().Name.Should().Be(folder.Replace("./", "", StringComparison.Ordinal).TrimEnd('/'));

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public void Read_EveryFormatOfTar_IsRead(TarEntryFormat format)
    {
        string folder = format == TarEntryFormat.V7 ? "set" : string.Concat(Enumerable.Repeat("long/", format == TarEntryFormat.Ustar ? 25 : 60)) + "set";
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter writer = new(gzip, format))
        {
            if (format == TarEntryFormat.Pax)
            {
                writer.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "made by a test" }));
            }

            foreach ((string name, byte[] bytes) in (ReadOnlySpan<(string, byte[])>)[("input_0.pb", Input), ("output_0.pb", Output)])
            {
                using MemoryStream content = new(bytes);
                string path = $"{folder}/{name}";
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, path),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, path),
                };
                entry.DataStream = content;
                writer.WriteEntry(entry);
            }
        }

        Read(stream.ToArray()).Datasets.Single().Name.Should().Be(folder);
    }

    [Fact]
    public void Read_SeveralInputsAndOutputs_ArePairedByFolder()
    {
        byte[] other = OnnxTensor.Create<float>("more", [], [9]).Serialize();

        GoldenArchive archive = Read(Pair("a/").Add("a/input_1.pb", other).Add("b/output_0.pb", Output).Add("b/output_1.pb", other).Add("b/input_0.pb", Input).Build());

        archive.Datasets.Select(s => (s.Name, s.Inputs.Count, s.Outputs.Count)).Should().Equal(("a", 2, 1), ("b", 1, 2));
        archive.Datasets[0].Inputs[1].ToString().Should().Be("more Float []");
    }

    [Fact]
    public void Read_StreamThatGivesAFewBytesAtATime_StaysOpen()
    {
        using DripStream stream = new(Pair("").Build(), most: 13);

        GoldenArchive.Read(stream).Datasets.Should().ContainSingle();

        stream.CanRead.Should().BeTrue();
    }

    [Theory]
    [InlineData("../input_0.pb", "leads out of the archive")]
    [InlineData("a/../../input_0.pb", "leads out of the archive")]
    [InlineData("a/..", "leads out of the archive")]
    [InlineData("/etc/input_0.pb", "has an absolute path")]
    [InlineData("//server/share/x", "has an absolute path")]
    [InlineData("a\\..\\x", "has a backslash")]
    [InlineData("C:/x", "names a drive")]
    [InlineData("C:x", "names a drive")]
    [InlineData("a/D:/x", "names a drive")]
    public void Read_NameThatLeadsElsewhere_IsRefusedByName(string name, string why)
    {
        Refusal(Pair("").Add(name, [1]).Build()).Should().Match<GoldenArchiveException>(e => e.Entry == name && e.Message.Contains($"'{name}'") && e.Message.Contains(why));
        Refusal(Pair("").Add(name, type: TarGzBuilder.Folder).Build()).Message.Should().Contain(why, "it holds for folders too");
    }

    [Theory]
    [InlineData(TarGzBuilder.SymbolicLink, "is a link")]
    [InlineData(TarGzBuilder.HardLink, "is a link")]
    [InlineData(TarGzBuilder.CharacterDevice, "is a CharacterDevice")]
    [InlineData(TarGzBuilder.BlockDevice, "is a BlockDevice")]
    [InlineData(TarGzBuilder.Fifo, "is a Fifo")]
    public void Read_EntryThatIsNoFile_IsRefusedByName(char type, string why)
    {
        string link = type is TarGzBuilder.SymbolicLink or TarGzBuilder.HardLink ? "input_0.pb" : "";

        Refusal(Pair("").Add("a/thing", type: type, link: link).Build()).Should().Match<GoldenArchiveException>(e => e.Message.Contains(why) && e.Message.Contains("a/thing"));
    }

    [Theory]
    [InlineData(TarGzBuilder.Sparse)]
    [InlineData('M')]
    [InlineData('V')]
    [InlineData('?')]
    public void Read_EntryOfARareKind_IsRefused(char type)
        => Refusal(Pair("").Add("a/thing", type: type).Build()).Message.Should().ContainAny("what follows its entry 'output_0.pb'", "'a/thing'");

    [Fact]
    public void Read_SparseFileOfPax_IsRefused()
    {
        byte[] attributes = [.. TarGzBuilder.Attribute("GNU.sparse.major", "1"), .. TarGzBuilder.Attribute("GNU.sparse.minor", "0"), .. TarGzBuilder.Attribute("GNU.sparse.realsize", "8589934592")];

        Refusal(new TarGzBuilder().Add("pax", attributes, TarGzBuilder.Extended).Add("a/input_0.pb", Input).Build()).Message.Should().Contain("'a/input_0.pb' is a sparse file");
    }

    [Fact]
    public void Read_PathHiddenInAnExtendedHeader_IsJudged()
        => Refusal(new TarGzBuilder().Add("pax", TarGzBuilder.Attribute("path", "../../input_0.pb"), TarGzBuilder.Extended).Add("input_0.pb", Input).Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == "../../input_0.pb");

    [Theory]
    [InlineData("set/input_0.pb", "MaxTensorBytes")]
    [InlineData("set/model.onnx", "MaxTotalBytes")]
    public void Read_EntryThatClaimsEightGibibytes_IsRefusedByName(string name, string limit)
        => Refusal(new TarGzBuilder().Add(name, [1, 2, 3], size: 8L << 30).Build()).Should().Match<GoldenArchiveException>(e => e.Entry == name && e.Message.Contains(limit));

    [Fact]
    public void Read_SizeInAnExtendedHeader_IsJudged()
        => Refusal(new TarGzBuilder().Add("pax", TarGzBuilder.Attribute("size", "8589934592"), TarGzBuilder.Extended).Add("set/model.onnx", [1]).Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == "set/model.onnx" && e.Message.Contains("MaxTotalBytes"));

    [Theory]
    [InlineData(TarGzBuilder.Extended, 2_000_000_000L)]
    [InlineData(TarGzBuilder.LongName, 2_000_000_000L)]
    [InlineData(TarGzBuilder.LongName, 100_000L)]
    public void Read_HeaderThatClaimsTooMuch_IsRefusedWithoutReadingIt(char type, long size)
    {
        byte[] archive = GzipOfZeros(new TarGzBuilder().Add("x", type: type, size: size).Tar, zeros: 64 << 20);
        using DripStream stream = new(archive);

        ((Action)(() => GoldenArchive.Read(stream))).Should().Throw<GoldenArchiveException>();

        stream.Count.Should().BeLessThan(archive.Length / 2);
    }

    [Fact]
    public void Read_Bomb_StopsAtTheLimit()
    {
        // 10 GiB of zeros claimed; as many follow as show that reading stops.
        GoldenArchiveLimits limits = new() { MaxTotalBytes = 1 << 20 };
        byte[] head = Pair("").Add("set/model.onnx", size: 1 << 19).Tar;
        byte[] claims = GzipOfZeros(new TarGzBuilder().Add("set/model.onnx", size: 10L << 30).Tar, zeros: 64 << 20);
        byte[] goesOn = GzipOfZeros([.. head, .. new byte[1 << 19]], zeros: 64 << 20);
        using DripStream claimed = new(claims);
        using DripStream unclaimed = new(goesOn);

        ((Action)(() => GoldenArchive.Read(claimed, limits))).Should().Throw<GoldenArchiveException>().WithMessage("*'set/model.onnx'*1048576 bytes*");
        ((Action)(() => GoldenArchive.Read(unclaimed, limits))).Should().Throw<GoldenArchiveException>().WithMessage("*it is larger than it may be*1048576 bytes*");

        // Compressed bytes: what came out of them was not more than what was read ahead.
        claimed.Count.Should().BeLessThan(claims.Length / 4);
        unclaimed.Count.Should().BeLessThan(goesOn.Length / 4);
    }

    [Fact]
    public void Read_ExactlyAtTheLimit_IsRead()
    {
        byte[] archive = Pair("").Build();
        long bytes = Pair("").Tar.Length + 1024;

        GoldenArchive.Read(new MemoryStream(archive), new GoldenArchiveLimits { MaxTotalBytes = bytes, MaxTensorBytes = Output.Length, MaxEntries = 2 }).Datasets.Should().ContainSingle();

        Refusal(archive, new GoldenArchiveLimits { MaxTotalBytes = bytes - 1 }).Message.Should().Contain("MaxTotalBytes");
        Refusal(archive, new GoldenArchiveLimits { MaxTensorBytes = Output.Length - 1 }).Message.Should().Contain("MaxTensorBytes");
        Refusal(archive, new GoldenArchiveLimits { MaxEntries = 1 }).Message.Should().Contain("MaxEntries");
    }

    [Fact]
    public void Read_ThousandsOfEntries_IsRefused()
    {
        TarGzBuilder tar = Pair("");
        for (int i = 0; i < 5000; i++)
        {
            tar.Add($"f{i}");
        }

        Refusal(tar.Build()).Should().Match<GoldenArchiveException>(e => e.Entry == "f998" && e.Message.Contains("more than 1000 entries"));
    }

    [Theory]
    [InlineData("input_0.pb")]
    [InlineData("./input_0.pb")]
    [InlineData("input_00.pb")]
    public void Read_TensorTwice_IsRefused(string name)
        => Refusal(Pair("").Add(name, Input).Build()).Should().Match<GoldenArchiveException>(e => e.Entry == name && (e.Message.Contains("twice") || e.Message.Contains("number of another")));

    [Theory]
    [InlineData("input_0.pb", "no output_0.pb")]
    [InlineData("output_0.pb", "no input_0.pb")]
    [InlineData("input_0.pb output_1.pb", "no output_0.pb")]
    [InlineData("input_0.pb input_2.pb output_0.pb", "no input_1.pb")]
    public void Read_SetWithAGap_NamesWhatIsMissing(string files, string why)
    {
        TarGzBuilder tar = new();
        foreach (string file in files.Split(' '))
        {
            tar.Add($"set/{file}", Input);
        }

        Refusal(tar.Build()).Message.Should().Contain($"'set' has {why}");
    }

    [Fact]
    public void Read_NoTestData_SaysSo()
    {
        Refusal(new TarGzBuilder().Add("a/model.onnx", [1]).Add("a/test_data_0.npz", [2]).Build()).Message.Should().Contain("none of its 2 files is called input_0.pb");
        Refusal([]).Message.Should().Contain("is empty");
        Refusal(TarGzBuilder.Compress([])).Message.Should().Contain("is empty");
        Refusal(TarGzBuilder.Compress(new byte[1024])).Message.Should().Contain("holds no test data");
    }

    [Fact]
    public void Read_TensorOfAnotherTypeOrNone_IsRefusedByName()
    {
        byte[] integers = OnnxTensor.Create<long>("x", [1], [1]).Serialize();
        byte[] none = OnnxTensor.Create<float>("x", [0], []).Serialize();
        byte[] manyDims = OnnxTensor.Create<float>("x", [1, 1, 1, 1, 1, 1, 1, 1, 1], [1]).Serialize();

        Refusal(new TarGzBuilder().Add("input_0.pb", integers).Build()).Message.Should().Contain("'input_0.pb' holds Int64");
        Refusal(new TarGzBuilder().Add("input_0.pb", none).Build()).Message.Should().Contain("'input_0.pb' holds no values");
        Refusal(new TarGzBuilder().Add("input_0.pb", manyDims).Build()).Message.Should().Contain("'input_0.pb' has 9 dimensions");
        Refusal(new TarGzBuilder().Add("input_0.pb", [1, 2, 3]).Build()).Message.Should().Contain("'input_0.pb' cannot be read");
        Refusal(new TarGzBuilder().Add("input_0.pb").Build()).Message.Should().Contain("'input_0.pb' cannot be read");
    }

    [Fact]
    public void Read_NameWithControlCharacters_IsShownWithoutThem()
    {
        GoldenArchiveException exception = Refusal(new TarGzBuilder().Add("../\u001b[31m\n" + new string('x', 80)).Build());

        exception.Message.Should().Contain("'../?[31m?x").And.NotContain("\u001b");
        exception.Entry.Should().StartWith("../\u001b");
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        byte[] archive = Pair("set/").Build();

        for (int length = 0; length < archive.Length; length++)
        {
            Refusal(archive[..length]);
        }
    }

    [Fact]
    public void Read_NoGzip_SaysSo()
    {
        Refusal(Encoding.ASCII.GetBytes("<!doctype html><p>not here</p>")).Message.Should().Contain("is no tar.gz archive");
        Refusal(Pair("").Tar).Message.Should().Contain("is no tar.gz archive", "it is not compressed");
        Refusal(TarGzBuilder.Compress(Encoding.ASCII.GetBytes(new string('x', 2000)))).Message.Should().Contain("is no tar.gz archive");
    }

    [Fact]
    public void Read_BytesBehindTheEnd_AreRefused()
    {
        byte[] tar = [.. Pair("").Tar, .. new byte[1024]];

        Read(TarGzBuilder.Compress([.. tar, .. new byte[10_000]])).Datasets.Should().ContainSingle("tar fills up with zeros");
        Refusal(TarGzBuilder.Compress([.. tar, .. new byte[10_000], 1])).Message.Should().Contain("goes on behind its end");
        Refusal(TarGzBuilder.Compress([.. tar, .. Pair("hidden/").Tar])).Message.Should().Contain("goes on behind its end");
        Refusal([.. TarGzBuilder.Compress(tar), 1, 2, 3, 4, 5]).Message.Should().Contain("goes on behind its end");
        Refusal([.. TarGzBuilder.Compress(tar), .. new byte[100_000]]).Message.Should().Contain("goes on behind its end");
        Refusal([.. TarGzBuilder.Compress(tar), .. TarGzBuilder.Compress([7])]).Message.Should().Contain("goes on behind its end", "gzip files may be put together");
    }

    [Fact]
    public void Read_WrongCheckOfTheBytes_IsRefused()
    {
        byte[] archive = Pair("").Build();
        archive[^6] ^= 1;

        Refusal(archive).Message.Should().Contain("damaged");
    }

    [Fact]
    public void Read_MutatedArchives_OnlyEverGiveTheDocumentedException()
    {
        byte[] tar = [.. Pair("a/test_data_set_0/").Add("pax", TarGzBuilder.Attribute("path", "b/input_0.pb"), TarGzBuilder.Extended).Add("x", Input)
            .Add("long", Encoding.ASCII.GetBytes("b/output_0.pb\0"), TarGzBuilder.LongName).Add("y", Output).Add("model.onnx", new byte[700]).Tar, .. new byte[1024]];
        byte[] archive = TarGzBuilder.Compress(tar);
        Read(archive).Datasets.Should().HaveCount(2);
        Random random = new(7);
        int refused = 0;

        for (int i = 0; i < 6000; i++)
        {
            // Every third time the compressed bytes, else the tar inside, whose headers come right through gzip's check.
            byte[] mutated = i % 3 == 0 ? Mutate(archive, random) : TarGzBuilder.Compress(Mutate(tar, random), CompressionLevel.NoCompression);
            try
            {
                Read(mutated);
            }
            catch (GoldenArchiveException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(3000, 5999, "most mutations matter, and some touch only zeros");
    }

    [Fact]
    public void Read_MutatedHeadersWithRightSums_OnlyEverGiveTheDocumentedException()
    {
        Random random = new(8);
        for (int i = 0; i < 3000; i++)
        {
            byte[] tar = [.. Pair("a/").Tar, .. new byte[1024]];
            int header = random.Next(2) == 0 ? 0 : 512 + ((Input.Length + 511) / 512 * 512);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                // Mode, size, type, device numbers, prefix: whatever a header says.
                tar[header + random.Next(512)] = (byte)random.Next(256);
            }

            tar.AsSpan(header + 148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte value in tar.AsSpan(header, 512))
            {
                sum += value;
            }

            Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(tar, header + 148);
            try
            {
                Read(TarGzBuilder.Compress(tar, CompressionLevel.NoCompression)).Datasets.Should().NotBeEmpty();
            }
            catch (GoldenArchiveException exception)
            {
                exception.Message.Should().Contain("is refused");
            }
        }
    }

    [Fact]
    public void Read_Cancelled_Stops()
        => ((Action)(() => GoldenArchive.Read(new MemoryStream(Pair("").Build()), null, new CancellationToken(canceled: true)))).Should().Throw<OperationCanceledException>();

    [Fact]
    public void Read_FileThatIsNotThere_IsTheSystemsError()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.tar.gz", Pair("").Build());

        GoldenArchive.Read(path).Datasets.Should().ContainSingle();

        ((Action)(() => GoldenArchive.Read(path + "x"))).Should().Throw<FileNotFoundException>();
        ((Action)(() => GoldenArchive.Read(folder.Write("b.tar.gz", "x")))).Should().Throw<GoldenArchiveException>().WithMessage("*b.tar.gz' is refused*");
        ((Action)(() => GoldenArchive.Read(" "))).Should().Throw<ArgumentException>();
        ((Action)(() => GoldenArchive.Read(path, new GoldenArchiveLimits { MaxEntries = 0 }))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new GoldenArchive([]))).Should().Throw<ArgumentException>();
    }

    private static TarGzBuilder Pair(string folder) => new TarGzBuilder().Add($"{folder}input_0.pb", Input).Add($"{folder}output_0.pb", Output);

    private static GoldenArchive Read(byte[] archive) => GoldenArchive.Read(new MemoryStream(archive));

    private static GoldenArchiveException Refusal(byte[] archive, GoldenArchiveLimits? limits = null)
        => ((Action)(() => GoldenArchive.Read(new MemoryStream(archive), limits))).Should().Throw<GoldenArchiveException>().Which;

    private static byte[] GzipOfZeros(byte[] head, int zeros) => TarGzBuilder.Compress([.. head, .. new byte[zeros]]);

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        byte[] mutated = [.. bytes];
        for (int flips = random.Next(1, 6); flips > 0; flips--)
        {
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        }

        return random.Next(8) switch
        {
            0 => mutated[..random.Next(mutated.Length)],
            1 => [.. mutated, .. mutated.AsSpan(random.Next(mutated.Length))],
            _ => mutated,
        };
    }
}
