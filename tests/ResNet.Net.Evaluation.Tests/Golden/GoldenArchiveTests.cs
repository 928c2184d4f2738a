using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation.Tests;

public class GoldenArchiveTests
{
    private static readonly byte[] Input = OnnxTensor.Create<float>("data", [1, 2], [1, 2]).Serialize();
    private static readonly byte[] Output = OnnxTensor.Create<float>("scores", [1, 3], [3, 4, 5]).Serialize();

    [Fact]
    public void Read_LayoutOfTheZoo_OrdersDatasetsByNumber()
    {
        TarGzBuilder tar = new TarGzBuilder().Add("resnet50v1/", type: TarGzBuilder.Folder).Add(
            "resnet50v1/resnet50v1.onnx", new byte[300_000]);
        foreach (int set in (int[])[10, 2, 0])
        {
            tar.Add($"resnet50v1/test_data_set_{set}/output_0.pb", Output).Add($"resnet50v1/test_data_set_{set}/input_0.pb", Input);
        }

        tar.Add("resnet50v1/test_data_0.npz", [1, 2, 3]).Add("resnet50v1/._input_0.pb", [4]);

        GoldenArchive archive = Read(tar.Build());

        archive.Datasets.Select(s => s.Name)
            .Should().Equal("resnet50v1/test_data_set_0", "resnet50v1/test_data_set_2", "resnet50v1/test_data_set_10");
        archive.Datasets.Should().OnlyContain(s => s.Inputs.Single().Name == "data" && s.Outputs.Single().Name == "scores");
        archive.Datasets[0].Inputs[0].ToArray<float>().Should().Equal(1, 2);
        archive.Datasets[0].Outputs[0].ToArray<float>().Should().Equal(3, 4, 5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("./")]
    [InlineData("a/b/c/d/")]
    [InlineData("./résumé/test_data_set_0/")]
    public void Read_AnyDepth_FindsTheDataset(string folder)
        => Read(Pair(folder).Build()).Datasets.Single().Name.Should().Be(folder.Replace("./", "", StringComparison.Ordinal).TrimEnd('/'));

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public void Read_EveryTarFormat_IsSupported(TarEntryFormat format)
    {
        string folder = format == TarEntryFormat.V7
            ? "set"
            : string.Concat(Enumerable.Repeat("long/", format == TarEntryFormat.Ustar ? 25 : 60)) + "set";
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter writer = new(gzip, format))
        {
            if (format == TarEntryFormat.Pax)
            {
                writer.WriteEntry(
                    new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "made by a test" }));
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
    public void Read_SeveralInputsAndOutputs_AreGroupedByFolder()
    {
        byte[] other = OnnxTensor.Create<float>("more", [], [9]).Serialize();

        GoldenArchive archive = Read(
            Pair("a/")
                .Add("a/input_1.pb", other).Add("b/output_0.pb", Output).Add("b/output_1.pb", other).Add("b/input_0.pb", Input).Build());

        archive.Datasets.Select(s => (s.Name, s.Inputs.Count, s.Outputs.Count)).Should().Equal(("a", 2, 1), ("b", 1, 2));
        archive.Datasets[0].Inputs[1].ToString().Should().Be("more Float []");
    }

    [Fact]
    public void Read_SlowStream_StaysOpen()
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
    public void Read_PathOutsideTheArchive_Throws(string name, string why)
    {
        Rejection(Pair("").Add(name, [1]).Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == name && e.Message.Contains($"'{name}'") && e.Message.Contains(why));
        Rejection(Pair("").Add(name, type: TarGzBuilder.Folder).Build()).Message.Should().Contain(why, "folders are checked as well");
    }

    [Theory]
    [InlineData(TarGzBuilder.SymbolicLink, "is a link")]
    [InlineData(TarGzBuilder.HardLink, "is a link")]
    [InlineData(TarGzBuilder.CharacterDevice, "is a CharacterDevice")]
    [InlineData(TarGzBuilder.BlockDevice, "is a BlockDevice")]
    [InlineData(TarGzBuilder.Fifo, "is a Fifo")]
    public void Read_LinkOrDevice_Throws(char type, string why)
    {
        string link = type is TarGzBuilder.SymbolicLink or TarGzBuilder.HardLink ? "input_0.pb" : "";

        Rejection(Pair("").Add("a/thing", type: type, link: link).Build())
            .Should().Match<GoldenArchiveException>(e => e.Message.Contains(why) && e.Message.Contains("a/thing"));
    }

    [Theory]
    [InlineData(TarGzBuilder.Sparse)]
    [InlineData('M')]
    [InlineData('V')]
    [InlineData('?')]
    public void Read_UnsupportedEntryType_Throws(char type)
        => Rejection(Pair("").Add("a/thing", type: type).Build()).Message
            .Should().ContainAny("data after its entry 'output_0.pb'", "'a/thing'");

    [Fact]
    public void Read_PaxSparseFile_Throws()
    {
        byte[] attributes =
        [
            .. TarGzBuilder.Attribute("GNU.sparse.major", "1"),
            .. TarGzBuilder.Attribute("GNU.sparse.minor", "0"),
            .. TarGzBuilder.Attribute("GNU.sparse.realsize", "8589934592"),
        ];

        Rejection(new TarGzBuilder().Add("pax", attributes, TarGzBuilder.Extended).Add("a/input_0.pb", Input).Build()).Message
            .Should().Contain("'a/input_0.pb' is a sparse file");
    }

    [Fact]
    public void Read_PathInExtendedHeader_IsChecked()
        => Rejection(
            new TarGzBuilder()
                .Add("pax", TarGzBuilder.Attribute("path", "../../input_0.pb"), TarGzBuilder.Extended).Add("input_0.pb", Input).Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == "../../input_0.pb");

    [Theory]
    [InlineData("set/input_0.pb", "MaxTensorBytes")]
    [InlineData("set/model.onnx", "MaxTotalBytes")]
    public void Read_EntryWithHugeSize_Throws(string name, string limit)
        => Rejection(new TarGzBuilder().Add(name, [1, 2, 3], size: 8L << 30).Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == name && e.Message.Contains(limit));

    [Fact]
    public void Read_SizeInExtendedHeader_IsChecked()
        => Rejection(
            new TarGzBuilder()
                .Add("pax", TarGzBuilder.Attribute("size", "8589934592"), TarGzBuilder.Extended).Add("set/model.onnx", [1]).Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == "set/model.onnx" && e.Message.Contains("MaxTotalBytes"));

    [Theory]
    [InlineData(TarGzBuilder.Extended, 2_000_000_000L)]
    [InlineData(TarGzBuilder.LongName, 2_000_000_000L)]
    [InlineData(TarGzBuilder.LongName, 100_000L)]
    public void Read_HeaderWithHugeSize_ThrowsWithoutReadingIt(char type, long size)
    {
        byte[] archive = GzipOfZeros(new TarGzBuilder().Add("x", type: type, size: size).Tar, zeros: 64 << 20);
        using DripStream stream = new(archive);

        ((Action)(() => GoldenArchive.Read(stream))).Should().Throw<GoldenArchiveException>();

        stream.Count.Should().BeLessThan(archive.Length / 2);
    }

    [Fact]
    public void Read_Bomb_StopsAtTheLimit()
    {
        // The entry declares 10 GiB of zeros; 64 MiB are enough to show that reading stops.
        GoldenArchiveLimits limits = new() { MaxTotalBytes = 1 << 20 };
        byte[] head = Pair("").Add("set/model.onnx", size: 1 << 19).Tar;
        byte[] claims = GzipOfZeros(new TarGzBuilder().Add("set/model.onnx", size: 10L << 30).Tar, zeros: 64 << 20);
        byte[] goesOn = GzipOfZeros([.. head, .. new byte[1 << 19]], zeros: 64 << 20);
        using DripStream declared = new(claims);
        using DripStream undeclared = new(goesOn);

        ((Action)(() => GoldenArchive.Read(declared, limits)))
            .Should().Throw<GoldenArchiveException>().WithMessage("*'set/model.onnx'*1048576 bytes*");
        ((Action)(() => GoldenArchive.Read(undeclared, limits)))
            .Should().Throw<GoldenArchiveException>().WithMessage("*it is too large*1048576 bytes*");

        // Only a part of the compressed bytes was read.
        declared.Count.Should().BeLessThan(claims.Length / 4);
        undeclared.Count.Should().BeLessThan(goesOn.Length / 4);
    }

    [Fact]
    public void Read_ExactlyAtTheLimit_IsAccepted()
    {
        byte[] archive = Pair("").Build();
        long bytes = Pair("").Tar.Length + 1024;

        GoldenArchive.Read(
            new MemoryStream(archive),
            new GoldenArchiveLimits { MaxTotalBytes = bytes, MaxTensorBytes = Output.Length, MaxEntries = 2 }).Datasets
            .Should().ContainSingle();

        Rejection(archive, new GoldenArchiveLimits { MaxTotalBytes = bytes - 1 }).Message.Should().Contain("MaxTotalBytes");
        Rejection(archive, new GoldenArchiveLimits { MaxTensorBytes = Output.Length - 1 }).Message.Should().Contain("MaxTensorBytes");
        Rejection(archive, new GoldenArchiveLimits { MaxEntries = 1 }).Message.Should().Contain("MaxEntries");
    }

    [Fact]
    public void Read_ManyTensors_StopsAtTheLimitOfAllTensors()
    {
        TarGzBuilder tar = Pair("");
        byte[] large = OnnxTensor.Create<float>("x", [1 << 18], new float[1 << 18]).Serialize();
        for (int i = 1; i < 71; i++)
        {
            tar.Add($"input_{i}.pb", large);
        }

        byte[] archive = tar.Build();

        Rejection(archive).Message.Should().ContainAll("input_64.pb", "67108864", "MaxTotalTensorBytes");
        GoldenArchive.Read(new MemoryStream(archive), new GoldenArchiveLimits { MaxTotalTensorBytes = 100 << 20 })
            .Datasets[0].Inputs.Should().HaveCount(71);
    }

    [Fact]
    public void Read_ClaimedSize_AllocatesWhatIsThere()
    {
        // The entry claims 1 GiB, and the archive ends after its header.
        byte[] archive = TarGzBuilder.Compress(new TarGzBuilder().Add("input_0.pb", size: 1 << 30).Tar);
        GoldenArchiveLimits limits = new() { MaxTensorBytes = 1 << 30, MaxTotalTensorBytes = 1 << 30, MaxTotalBytes = 2L << 30 };
        Rejection(archive, limits);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Rejection(archive, limits);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(4 << 20);
    }

    [Fact]
    public void Read_TooManyEntries_Throws()
    {
        TarGzBuilder tar = Pair("");
        for (int i = 0; i < 5000; i++)
        {
            tar.Add($"f{i}");
        }

        Rejection(tar.Build())
            .Should().Match<GoldenArchiveException>(e => e.Entry == "f998" && e.Message.Contains("exceeds the limit of 1000 entries"));
    }

    [Theory]
    [InlineData("input_0.pb")]
    [InlineData("./input_0.pb")]
    [InlineData("input_00.pb")]
    public void Read_DuplicateTensor_Throws(string name)
        => Rejection(Pair("").Add(name, Input).Build())
            .Should().Match<GoldenArchiveException>(
                e => e.Entry == name && (e.Message.Contains("twice") || e.Message.Contains("same number as another")));

    [Theory]
    [InlineData("input_0.pb", "no output_0.pb")]
    [InlineData("output_0.pb", "no input_0.pb")]
    [InlineData("input_0.pb output_1.pb", "no output_0.pb")]
    [InlineData("input_0.pb input_2.pb output_0.pb", "no input_1.pb")]
    public void Read_MissingTensor_ThrowsWithItsName(string files, string why)
    {
        TarGzBuilder tar = new();
        foreach (string file in files.Split(' '))
        {
            tar.Add($"set/{file}", Input);
        }

        Rejection(tar.Build()).Message.Should().Contain($"'set' has {why}");
    }

    [Fact]
    public void Read_NoTestData_Throws()
    {
        Rejection(new TarGzBuilder().Add("a/model.onnx", [1]).Add("a/test_data_0.npz", [2]).Build()).Message
            .Should().Contain("none of its 2 files is named input_0.pb");
        Rejection([]).Message.Should().Contain("is empty");
        Rejection(TarGzBuilder.Compress([])).Message.Should().Contain("is empty");
        Rejection(TarGzBuilder.Compress(new byte[1024])).Message.Should().Contain("has no test data");
    }

    [Fact]
    public void Read_UnsupportedTensor_Throws()
    {
        byte[] integers = OnnxTensor.Create<long>("x", [1], [1]).Serialize();
        byte[] none = OnnxTensor.Create<float>("x", [0], []).Serialize();
        byte[] manyDims = OnnxTensor.Create<float>("x", [1, 1, 1, 1, 1, 1, 1, 1, 1], [1]).Serialize();

        Rejection(new TarGzBuilder().Add("input_0.pb", integers).Build()).Message.Should().Contain("'input_0.pb' contains Int64");
        Rejection(new TarGzBuilder().Add("input_0.pb", none).Build()).Message.Should().Contain("'input_0.pb' has no values");
        Rejection(new TarGzBuilder().Add("input_0.pb", manyDims).Build()).Message.Should().Contain("'input_0.pb' has 9 dimensions");
        Rejection(new TarGzBuilder().Add("input_0.pb", [1, 2, 3]).Build()).Message.Should().Contain("'input_0.pb' cannot be read");
        Rejection(new TarGzBuilder().Add("input_0.pb").Build()).Message.Should().Contain("'input_0.pb' cannot be read");
    }

    [Fact]
    public void Read_NameWithControlCharacters_IsSanitized()
    {
        GoldenArchiveException exception = Rejection(new TarGzBuilder().Add("../\u001b[31m\n" + new string('x', 80)).Build());

        exception.Message.Should().Contain("'../?[31m?x").And.NotContain("\u001b");
        exception.Entry.Should().StartWith("../\u001b");
    }

    [Fact]
    public void Read_TruncatedAnywhere_Throws()
    {
        byte[] archive = Pair("set/").Build();

        for (int length = 0; length < archive.Length; length++)
        {
            Rejection(archive[..length]);
        }
    }

    [Fact]
    public void Read_NotGzip_Throws()
    {
        Rejection(Encoding.ASCII.GetBytes("<!doctype html><p>not here</p>")).Message.Should().Contain("is not a tar.gz archive");
        Rejection(Pair("").Tar).Message.Should().Contain("is not a tar.gz archive", "the archive is not compressed");
        Rejection(TarGzBuilder.Compress(Encoding.ASCII.GetBytes(new string('x', 2000)))).Message
            .Should().Contain("is not a tar.gz archive");
    }

    [Fact]
    public void Read_DataAfterTheEnd_Throws()
    {
        byte[] tar = [.. Pair("").Tar, .. new byte[1024]];

        Read(TarGzBuilder.Compress([.. tar, .. new byte[10_000]])).Datasets.Should().ContainSingle("tar pads with zeros");
        Rejection(TarGzBuilder.Compress([.. tar, .. new byte[10_000], 1])).Message.Should().Contain("data after its end");
        Rejection(TarGzBuilder.Compress([.. tar, .. Pair("hidden/").Tar])).Message.Should().Contain("data after its end");
        Rejection([.. TarGzBuilder.Compress(tar), 1, 2, 3, 4, 5]).Message.Should().Contain("data after its end");
        Rejection([.. TarGzBuilder.Compress(tar), .. new byte[100_000]]).Message.Should().Contain("data after its end");
        Rejection([.. TarGzBuilder.Compress(tar), .. TarGzBuilder.Compress([7])]).Message
            .Should().Contain("data after its end", "gzip allows several members");
    }

    [Fact]
    public void Read_WrongChecksum_Throws()
    {
        byte[] archive = Pair("").Build();
        archive[^6] ^= 1;

        Rejection(archive).Message.Should().Contain("damaged");
    }

    [Fact]
    public void Read_MutatedArchives_ThrowOnlyTheDocumentedException()
    {
        byte[] tar =
            [.. Pair("a/test_data_set_0/").Add("pax", TarGzBuilder.Attribute("path", "b/input_0.pb"), TarGzBuilder.Extended).Add("x", Input)
            .Add("long", Encoding.ASCII.GetBytes("b/output_0.pb\0"), TarGzBuilder.LongName)
            .Add("y", Output).Add("model.onnx", new byte[700]).Tar, .. new byte[1024]];
        byte[] archive = TarGzBuilder.Compress(tar);
        Read(archive).Datasets.Should().HaveCount(2);
        Random random = new(7);
        int rejected = 0;

        for (int i = 0; i < 6000; i++)
        {
            // Mutates the compressed bytes, or the tar inside, which passes gzip's checksum.
            byte[] mutated = i % 3 == 0
                ? Mutate(archive, random)
                : TarGzBuilder.Compress(Mutate(tar, random), CompressionLevel.NoCompression);
            try
            {
                Read(mutated);
            }
            catch (GoldenArchiveException)
            {
                rejected++;
            }
        }

        rejected.Should().BeInRange(3000, 5999, "some mutations affect only padding");
    }

    [Fact]
    public void Read_MutatedHeadersWithValidChecksums_ThrowOnlyTheDocumentedException()
    {
        Random random = new(8);
        for (int i = 0; i < 3000; i++)
        {
            byte[] tar = [.. Pair("a/").Tar, .. new byte[1024]];
            int header = random.Next(2) == 0 ? 0 : 512 + ((Input.Length + 511) / 512 * 512);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
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
                exception.Message.Should().Contain("is rejected");
            }
        }
    }

    [Fact]
    public void Read_Canceled_Throws()
        => ((Action)(() => GoldenArchive.Read(new MemoryStream(Pair("").Build()), null, new CancellationToken(canceled: true))))
            .Should().Throw<OperationCanceledException>();

    [Fact]
    public void Read_InvalidFileOrArguments_Throws()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.tar.gz", Pair("").Build());

        GoldenArchive.Read(path).Datasets.Should().ContainSingle();

        ((Action)(() => GoldenArchive.Read(path + "x"))).Should().Throw<FileNotFoundException>();
        ((Action)(() => GoldenArchive.Read(folder.Write("b.tar.gz", "x"))))
            .Should().Throw<GoldenArchiveException>().WithMessage("*b.tar.gz' is rejected*");
        ((Action)(() => GoldenArchive.Read(" "))).Should().Throw<ArgumentException>();
        ((Action)(() => GoldenArchive.Read(path, new GoldenArchiveLimits { MaxEntries = 0 })))
            .Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => _ = new GoldenArchive([]))).Should().Throw<ArgumentException>();
    }

    private static TarGzBuilder Pair(string folder)
        => new TarGzBuilder().Add($"{folder}input_0.pb", Input).Add($"{folder}output_0.pb", Output);

    private static GoldenArchive Read(byte[] archive) => GoldenArchive.Read(new MemoryStream(archive));

    private static GoldenArchiveException Rejection(byte[] archive, GoldenArchiveLimits? limits = null)
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
