using System.Buffers.Binary;
using SkiaSharp;
using static ResNet.Net.Evaluation.Tests.Protobuf;

namespace ResNet.Net.Evaluation.Tests;

public sealed class LmdbDatasetTests : IDisposable
{
    private static readonly LabelSet Animals = new("animals", ["cat", "dog"]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonLmdbFact]
    public async Task FromLmdb_DatabaseOfLmdb_ReturnsAllRecords()
    {
        // Several levels of pages, values in and outside of them, pages freed by deletions, and both descriptions in use.
        Random random = new(3);
        Dictionary<string, (byte[] File, int Label)> expected = [];
        List<(byte[] Key, byte[] Value)> written = [];
        for (int i = 0; i < 4000; i++)
        {
            string key = $"{random.Next(6000):D8}_{new string('x', random.Next(60))}.JPEG";
            byte[] file = new byte[1 + random.Next(i % 10 == 0 ? 20_000 : 600)];
            random.NextBytes(file);
            int label = random.Next(2);
            bool isDeletion = i % 7 == 6;
            string target = isDeletion ? expected.Keys.ElementAt(random.Next(expected.Count)) : key;
            written.Add((Key(target), isDeletion ? [] : Encoded(file, label)));
            if (isDeletion)
            {
                expected.Remove(target);
            }
            else
            {
                expected[target] = (file, label);
            }
        }

        string path = _folder["val_lmdb"];
        await PythonLmdb.WriteAsync(path, written, transactionSize: 333);

        using ImageDataset dataset = ImageDataset.Open(path, Animals);

        dataset.Name.Should().Be("val_lmdb");
        dataset.Images.Select(i => i.Name).Should().Equal(expected.Keys.Order(StringComparer.Ordinal));
        foreach (LabeledImage image in dataset.Images)
        {
            image.ClassIndex.Should().Be(expected[image.Name].Label);
            image.Read().Span.SequenceEqual(expected[image.Name].File).Should().BeTrue();
        }
    }

    [PythonLmdbFact]
    public async Task FromLmdb_FileWithoutFolder_IsReadWithoutLockFile()
    {
        string path = _folder["images.mdb"];
        await PythonLmdb.WriteAsync(path, [(Key("1"), Encoded([1], 0)), (Key("2"), Encoded([2, 2], 1))]);
        File.Delete(path + "-lock");

        using ImageDataset dataset = ImageDataset.Open(path, Animals);

        dataset.Images.Select(i => (i.ClassIndex, i.Read().Length)).Should().Equal((0, 1), (1, 2));
        Directory.GetFileSystemEntries(_folder.FullPath).Should().Equal(path);
    }

    [PythonLmdbFact]
    public async Task EvaluateAsync_RawPixels_ClassifiesTheRightChannels()
    {
        // Planes of blue, green and red: a model that swapped them would take red for blue.
        byte[] color = [40, 90, 220];
        byte[] planes = [.. Enumerable.Range(0, 3 * 16 * 16).Select(i => color[i / 256])];
        string path = _folder["colors"];
        await PythonLmdb.WriteAsync(path, [(Key("red"), Raw(3, 16, 16, planes, 0))]);
        using ResNetClassifier classifier = ColorModel.Create();
        using ImageDataset dataset = ImageDataset.Open(path, ColorModel.Labels);

        EvaluationReport report = await Evaluator.EvaluateAsync(classifier, dataset);

        report.Images[0].PredictedClass.Should().Be(0);
        report.Images[0].Loss.Should().BeApproximately(-Math.Log(ColorModel.Probabilities(220, 90, 40)[0]), 1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Read_RawDatum_HasTheSamePixels(int channels)
    {
        const int Height = 5;
        const int Width = 7;
        byte[] data = new byte[channels * Height * Width];
        new Random(channels).NextBytes(data);
        using ImageDataset dataset = Open(("a", Raw(channels, Height, Width, data, 1)));

        using SKBitmap bitmap = SKBitmap.Decode(dataset.Images[0].Read().Span);

        (bitmap.Width, bitmap.Height).Should().Be((Width, Height));
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                byte At(int channel) => data[(((channels == 1 ? 0 : channel) * Height) + y) * Width + x];
                bitmap.GetPixel(x, y).Should().Be(new SKColor(At(2), At(1), At(0)));
            }
        }
    }

    [Fact]
    public void Read_TensorProtos_HasTheImage()
    {
        byte[] pixels = [10, 20, 30, 40, 50, 60];
        byte[] raw = [.. Number(1, 1), .. Number(1, 2), .. Number(1, 3), .. Number(2, 3), .. Bytes(5, pixels)];
        byte[] file = [.. Number(2, 4), .. Bytes(6, 7, 8, 9)];
        byte[] packedLabel = [.. Bytes(1, 1), .. Number(2, 2), .. Bytes(4, 1)];
        byte[] label = [.. Number(2, 2), .. Number(4, 0)];

        using ImageDataset dataset = Open(
            ("a", [.. Bytes(1, raw), .. Bytes(1, packedLabel)]), ("b", [.. Bytes(1, file), .. Bytes(1, label)]));

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(1, 0);
        dataset.Images[1].Read().ToArray().Should().Equal(7, 8, 9);
        using SKBitmap bitmap = SKBitmap.Decode(dataset.Images[0].Read().Span);
        (bitmap.GetPixel(0, 0), bitmap.GetPixel(1, 0)).Should().Be((new SKColor(30, 20, 10), new SKColor(60, 50, 40)));
    }

    [Fact]
    public void FromLmdb_WithoutLabels_DiscoversThem()
    {
        string path = Write(("a", Encoded([1], 7)), ("b", Encoded([1], 3)), ("c", Encoded([1], 7)));

        using ImageDataset dataset = ImageDataset.Open(path);

        Enumerable.Range(0, dataset.Labels.Count).Select(i => dataset.Labels[i]).Should().Equal("3", "7");
        dataset.Images.Select(i => i.ClassIndex).Should().Equal(1, 0, 1);
    }

    [Fact]
    public void FromLmdb_OmittedLabels_AreZeroIfOthersHaveOne()
    {
        byte[] unlabeled = [.. Bytes(4, 1), .. Number(7, 1)];

        using ImageDataset dataset = Open(("a", unlabeled), ("b", Encoded([1], 1)));

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(0, 1);
        ErrorOf(Write(("a", unlabeled))).Should().Contain("no labels");
    }

    [Theory]
    [InlineData("08 03 10 01 18 01 22 02 01 02 28 00", "has 2 bytes for 1x1 pixels of 3 channels")]
    [InlineData("08 02 10 01 18 01 22 02 01 02 28 00", "has 2 channels")]
    [InlineData("08 01 10 00 18 01 22 02 01 02 28 00", "has 1x0 pixels")]
    [InlineData("22 02 01 02 28 00", "neither 'encoded' nor 'channels'")]
    [InlineData("08 01 35 00 00 80 3F 28 00", "'float_data'")]
    [InlineData("28 00", "no 'data'")]
    [InlineData("22 01 01 28 02 38 01", "label 2, not a class index from 0 to 1")]
    [InlineData("22 01 01 28 FF FF FF FF FF FF FF FF FF 01 38 01", "label -1")]
    [InlineData("0A 02 10 01", "neither one encoded file nor bytes")]
    [InlineData("0A 05 10 04 32 01 01 0A 02 10 01", "label tensor")]
    [InlineData("0A 05 10 04 32 01 01 0A 04 10 02 20 00 0A 00", "more than the two tensors")]
    [InlineData("22 7F 01", "not a Datum")]
    [InlineData("FF FF FF FF FF FF FF FF FF FF FF", "not a Datum")]
    [InlineData("0F", "not a Datum")]
    public void FromLmdb_RecordWithoutImage_NamesTheReason(string record, string expected)
        => ErrorOf(Write(("the key", Convert.FromHexString(record.Replace(" ", "", StringComparison.Ordinal)))))
            .Should().ContainAll(expected, "'the key'");

    [Fact]
    public void FromLmdb_LargeImage_NamesTheLimit()
        => ErrorOf(Write(("a", Encoded(new byte[5000], 1))), maxBytes: 4999).Should().ContainAll("5000 bytes", "4999", "MaxImageBytes");

    [Theory]
    [InlineData(16, 1, "not an LMDB database")]
    [InlineData(20, 2, "version 2 of LMDB's data format")]
    [InlineData(40, 1, "its page size is")]
    [InlineData(LmdbBuilder.Page + 136, 99, "its last page is 99")]
    [InlineData(LmdbBuilder.Page + 120, 9, "declares 9 records, but has 1")]
    [InlineData(LmdbBuilder.Page + 92, 4, "MDB_DUPSORT")]
    [InlineData((2 * LmdbBuilder.Page) + 10, 4, "page 2 has a wrong header")]
    [InlineData((2 * LmdbBuilder.Page) + 0, 9, "page 2 has a wrong header")]
    public void FromLmdb_DamagedFile_NamesTheReason(int position, byte value, string expected)
    {
        byte[] file = LmdbBuilder.Build(("a", Encoded([1], 1)));
        file[position] = value;

        ErrorOf(_folder.Write("bad.mdb", file)).Should().Contain(expected);
    }

    [Fact]
    public void FromLmdb_TruncatedOrEmpty_Throws()
    {
        byte[] file = LmdbBuilder.Build(("a", Encoded(new byte[9000], 1)));

        ErrorOf(_folder.Write("bad.mdb", file.AsSpan(..^1))).Should().ContainAll("truncated", "its last page is 5");
        ErrorOf(_folder.Write("bad.mdb", file.AsSpan(..100))).Should().Contain("no description");
        ErrorOf(_folder.Write("bad.mdb", [])).Should().Contain("no description");
        ErrorOf(_folder.Write("bad.mdb", LmdbBuilder.Build())).Should().Contain("empty");
    }

    [Fact]
    public void FromLmdb_CircularTree_Throws()
    {
        byte[] file = LmdbBuilder.Build(("a", Encoded([1], 1)));

        // The leaf becomes a branch that refers to itself.
        Span<byte> page = file.AsSpan(2 * LmdbBuilder.Page, LmdbBuilder.Page);
        page[10] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(page[BinaryPrimitives.ReadUInt16LittleEndian(page[16..])..], 2);

        ErrorOf(_folder.Write("bad.mdb", file)).Should().Contain("page 2 doesn't exist or is used twice");
    }

    [Fact]
    public void Read_AfterDispose_Throws()
    {
        ImageDataset dataset = Open(("a", Encoded([1], 1)));
        dataset.Dispose();

        ((Action)(() => dataset.Images[0].Read())).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void FromLmdb_MutatedDatabase_GivesDatasetOrException()
    {
        Random random = new(6);
        byte[] good = LmdbBuilder.Build(
            ("a", Encoded(new byte[5000], 1)), ("b", Raw(3, 8, 8, new byte[192], 0)), ("c", Raw(1, 60, 60, new byte[3600], 0)),
            ("d", [.. Bytes(1, [.. Number(2, 4), .. Bytes(6, 1, 2, 3)]), .. Bytes(1, [.. Number(2, 2), .. Number(4, 1)])]));
        int[] interesting = [.. Enumerable.Range(0, good.Length).Where(i => good[i] != 0)];
        int refused = 0;
        for (int time = 0; time < 10_000; time++)
        {
            byte[] bad = random.Next(20) == 0 ? good[..random.Next(good.Length)] : [.. good];
            for (int i = random.Next(1, 6); i > 0 && bad.Length > 0; i--)
            {
                int position = random.Next(2) == 0 ? random.Next(bad.Length) : interesting[random.Next(interesting.Length)];
                bad[Math.Min(position, bad.Length - 1)] = (byte)random.Next(256);
            }

            string path = _folder.Write("mutated.mdb", bad);
            try
            {
                using ImageDataset dataset = ImageDataset.Open(path, Animals, options: new ImageDatasetOptions { MaxImageBytes = 100_000 });
                foreach (LabeledImage image in dataset.Images)
                {
                    image.Read().Length.Should().BePositive();
                }
            }
            catch (ImageDatasetException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(2000, 9900);
    }

    [Fact]
    public void FromLmdb_MutatedRecord_GivesDatasetOrException()
    {
        Random random = new(9);
        byte[][] records =
        [
            Encoded([1, 2, 3], 1),
            Raw(3, 2, 2, new byte[12], 1),
            [.. Number(1, 1), .. Number(2, 1), .. Number(3, 1), .. Float(6, 1), .. Number(5, 0)],
            [
                .. Bytes(1, [.. Bytes(1, 1, 2, 3), .. Number(2, 3), .. Bytes(5, 1, 2, 3, 4, 5, 6)]),
                .. Bytes(1, [.. Number(2, 2), .. Bytes(4, 1)]),
            ],
        ];
        int refused = 0;
        for (int time = 0; time < 10_000; time++)
        {
            byte[] bad = [.. records[time % records.Length]];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                using ImageDataset dataset = Open(("a", bad));
                dataset.Images[0].Read().Length.Should().BePositive();
            }
            catch (ImageDatasetException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(4000, 9900);
    }

    private static string ErrorOf(string path, int maxBytes = 1 << 20)
        => ((Action)(() => ImageDataset.FromLmdb(path, Animals, new ImageDatasetOptions { MaxImageBytes = maxBytes }).Dispose()))
            .Should().Throw<ImageDatasetException>().Which.Message;

    private string Write(params IEnumerable<(string Key, byte[] Value)> records) => _folder.Write("data.mdb", LmdbBuilder.Build(records));

    private ImageDataset Open(params IEnumerable<(string Key, byte[] Value)> records) => ImageDataset.Open(Write(records), Animals);
}
