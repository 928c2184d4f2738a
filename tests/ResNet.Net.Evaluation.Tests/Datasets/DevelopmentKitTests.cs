using System.IO.Compression;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Tests ImageNet's validation set as it is downloaded: one tar file and the development kit.</summary>
public sealed class DevelopmentKitTests : IDisposable
{
    // Written by SciPy's savemat: a structure array 'synsets' with the fields of the development kit and six rows.
    private const string CompressedMat = """
        TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFN1biBOb3YgMjkgMTM6MjM6MTggMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAAsQEAAHic7VbNTsJAEF7kRzhI1BPHPgCHbQELJ5voARJjjBo8YoGVNpSFdBeVi2dvevABfEQe
        wV276LIpEtkELp1kup1pvq+Zma/dLQJmBwDk2JJnvgciy4qY51PC95mTGSaIEvY8A45E/pV56+KmfX1mQdPqtM45wd1ltP7Y0zjsEzkxCMZkKYGno07P84N+iPB3
        YilYcGBEOx7yBx4VEBq6Pu74I3eACCiyZB381pNT6klJzq0g8pHNTznekfCZGHxBwh+KGEPLNBt2vSHynKe5hqek8PB46FPjYfxcNtrTYIKIMXJ74Zj6RK0rji+r
        8GWlJuv1JcLDP/ALk/ELnO57N8ZffTha+M8XZ3M9mHbNtKt1qY5NeAhyDYLdIVrRj0QHW9CB86ahg4pVq8EKXFFHHE9e4eFxfzrqdlEQJPPfwfzfHzXm3zAbFRvW
        pDrgGp70Ek8auMEk+e43wevO/R7p/P+rVWifVKU61p0HjhUeHlOEe17ZuPVxzzUov8b3JdHDFvTQ1NkHmLHzwH/2gZzCw2OEqU9nu55/3lH1HIdPK/gSUG1+Km70
        5qJbD9PFFy0NfJo=
        """;

    private const string Ids = "490\n361\n171\n1\n1000\n";

    // Of the ids above: ILSVRC2012 ids are not in the order of the synset ids.
    private static readonly string[] Synsets = ["n01751748", "n09193705", "n01440764", "n02119789", "n03255030"];
    private static readonly int[] Classes = [65, 970, 0, 278, 543];

    private static readonly byte[] Mat = Convert.FromBase64String(CompressedMat.ReplaceLineEndings(""));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_TarAndKitInOneFolder_HasTheRightClasses()
    {
        string tar = WriteTar(Synsets.Length);
        WriteKit();
        _folder.Write("LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca\n");

        using ImageDataset dataset = ImageDataset.Open(tar, LabelSet.ImageNet);

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(Classes);
        dataset.Images.Select(i => LabelSet.ImageNet.GetSynsetId(i.ClassIndex)).Should().Equal(Synsets);
        dataset.Images.Select(i => i.Read().Span[0]).Should().Equal(1, 2, 3, 4, 5);
    }

    [Theory]
    [InlineData("kit.tar.gz", null)]
    [InlineData("kit", null)]
    [InlineData("kit/data", null)]
    [InlineData("kit/data/ILSVRC2012_validation_ground_truth.txt", null)]
    [InlineData("ids.txt", "kit/data/meta.mat")]
    public void FromImageNet_FormsOfTheKit_AreEquivalent(string groundTruth, string? map)
    {
        string tar = WriteTar(Synsets.Length);
        WriteKit("kit.tar.gz");
        _folder.Write(Path.Combine("kit", "data", "ILSVRC2012_validation_ground_truth.txt"), Ids);
        _folder.Write(Path.Combine("kit", "data", "meta.mat"), Mat);
        _folder.Write("ids.txt", Ids);

        using ImageDataset dataset = ImageDataset.FromImageNet(
            tar, Path.Combine(_folder.FullPath, groundTruth), LabelSet.ImageNet, map is null ? null : Path.Combine(_folder.FullPath, map));

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(Classes);
    }

    [Fact]
    public void FromImageNet_TarWithCaffesList_ListsUnknownImagesAndIgnoresMissingOnes()
    {
        string tar = WriteTar(3);
        string complete = _folder.Write(
            "val.txt",
            "ILSVRC2012_val_00000003.JPEG 2\nILSVRC2012_val_00000001.JPEG 65\n"
                + "ILSVRC2012_val_00000002.JPEG 0\nILSVRC2012_val_00000004.JPEG 9\n");
        string partial = _folder.Write("partial.txt", "ILSVRC2012_val_00000003.JPEG 2\nother.JPEG 0\n");

        using ImageDataset dataset = ImageDataset.FromImageNet(tar, complete, LabelSet.ImageNet);

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(65, 0, 2);
        ((Action)(() => ImageDataset.FromImageNet(tar, partial, LabelSet.ImageNet)))
            .Should().Throw<ImageDatasetException>().Which.Message
            .Should().ContainAll("ILSVRC2012_val_00000001.JPEG", "ILSVRC2012_val_00000002.JPEG").And.NotContain("00000003");
    }

    [Fact]
    public void Open_TarWithoutGroundTruth_SaysThatImagesHaveNoLabel()
        => ((Action)(() => ImageDataset.Open(WriteTar(2), LabelSet.ImageNet)))
            .Should().Throw<ImageDatasetException>().WithMessage("*has no label*");

    [Fact]
    public void Open_IdsNextToTarWithoutMap_Throws()
    {
        _folder.Write("ILSVRC2012_validation_ground_truth.txt", Ids);

        ((Action)(() => ImageDataset.Open(WriteTar(Synsets.Length), LabelSet.ImageNet)))
            .Should().Throw<ImageDatasetException>().WithMessage("*not in the order of the synset ids*ILSVRC2012_devkit_t12.tar.gz*");
    }

    [Fact]
    public void Open_TarWithSynsetsInNames_IgnoresOtherGroundTruth()
    {
        string tar = _folder.Write("photos.tar", new TarGzBuilder().Add("n01440764_tench.JPEG", [1]).TarWithEnd);
        _folder.Write("val.txt", "other.JPEG 3\nanother.JPEG 0\n");

        using ImageDataset dataset = ImageDataset.Open(tar, LabelSet.ImageNet);

        dataset.Images.Select(i => i.ClassIndex).Should().Equal(0);
    }

    [Theory]
    [InlineData("data/ILSVRC2012_validation_ground_truth.txt", "meta.mat")]
    [InlineData("data/meta.mat", "ILSVRC2012_validation_ground_truth.txt")]
    public void FromImageNet_KitWithoutAFile_NamesIt(string present, string missing)
    {
        byte[] content = present.EndsWith("mat", StringComparison.Ordinal) ? Mat : "490\n"u8.ToArray();
        string kit = _folder.Write("kit.tar.gz", new TarGzBuilder().Add(present, content).Build());

        ((Action)(() => ImageDataset.FromImageNet(WriteTar(1), kit, LabelSet.ImageNet)))
            .Should().Throw<ImageDatasetException>().WithMessage($"*doesn't contain '{missing}'*");
    }

    [Fact]
    public void SynsetMap_UncompressedMatlabFile_IsRead()
    {
        // The same variable without compression, as older versions of MATLAB write it.
        byte[] mat = [.. Mat.AsSpan(0, 128), .. Inflate(Mat.AsSpan(136))];

        Dictionary<int, string> synsets = new MatlabSynsets("meta.mat").Read(mat);

        synsets.Should().HaveCount(6).And.Contain(490, "n01751748").And.Contain(1000, "n03255030").And.Contain(1001, "n00001740");
    }

    [Theory]
    [InlineData(124, "not a little-endian MATLAB 5 file")]
    [InlineData(126, "not a little-endian MATLAB 5 file")]
    [InlineData(140, "cannot be read")]
    public void SynsetMap_DamagedMatlabFile_NamesTheRemedy(int position, string expected)
    {
        byte[] mat = [.. Mat];
        mat[position] ^= 0xFF;

        ((Action)(() => new MatlabSynsets("meta.mat").Read(mat)))
            .Should().Throw<ImageDatasetException>().Which.Message.Should().ContainAll(expected, "ILSVRC2012_devkit_t12.tar.gz");
    }

    [Theory]
    [InlineData("n01440764 tench\n,\n")]
    [InlineData("n01440764 tench\n1\n")]
    [InlineData("")]
    public void SynsetMap_LineWithoutSynset_Throws(string text)
        => ((Action)(() => SynsetMap.Load(_folder.Write("map.txt", text))))
            .Should().Throw<ImageDatasetException>().WithMessage("*map.txt*");

    [Fact]
    public void SynsetMap_MutatedMatlabFile_GivesSynsetsOrException()
    {
        Random random = new(11);
        byte[] plain = [.. Mat.AsSpan(0, 128), .. Inflate(Mat.AsSpan(136))];
        int refused = 0;
        for (int time = 0; time < 10_000; time++)
        {
            byte[] good = time % 4 == 0 ? Mat : plain;
            byte[] bad = random.Next(4) == 0 ? good[..random.Next(good.Length)] : [.. good];
            for (int i = random.Next(1, 6); i > 0 && bad.Length > 0; i--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                new MatlabSynsets("meta.mat").Read(bad).Values.Max(s => s.Length).Should().Be(9);
            }
            catch (ImageDatasetException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(3000, 9990);
    }

    [Fact]
    public void FromImageNet_MutatedKit_GivesDatasetOrException()
    {
        Random random = new(12);
        string tar = WriteTar(Synsets.Length);
        byte[] good = File.ReadAllBytes(WriteKit("kit.tar.gz"));
        int refused = 0;
        for (int time = 0; time < 1000; time++)
        {
            byte[] bad = random.Next(4) == 0 ? good[..random.Next(1, good.Length)] : [.. good];
            bad[random.Next(bad.Length)] ^= (byte)random.Next(1, 256);
            string kit = _folder.Write("mutated.tar.gz", bad);
            try
            {
                ImageDataset.FromImageNet(tar, kit, LabelSet.ImageNet).Dispose();
            }
            catch (ImageDatasetException)
            {
                refused++;
            }
        }

        refused.Should().BeGreaterThan(300);
    }

    private static byte[] Inflate(ReadOnlySpan<byte> zlib)
    {
        using MemoryStream result = new();
        using ZLibStream stream = new(new MemoryStream(zlib.ToArray()), CompressionMode.Decompress);
        stream.CopyTo(result);
        return result.ToArray();
    }

    private string WriteTar(int count)
    {
        TarGzBuilder tar = new();
        for (int i = count; i >= 1; i--)
        {
            tar.Add($"ILSVRC2012_val_{i:D8}.JPEG", [(byte)i]);
        }

        return _folder.Write("ILSVRC2012_img_val.tar", tar.TarWithEnd);
    }

    private string WriteKit(string name = "ILSVRC2012_devkit_t12.tar.gz")
        => _folder.Write(name, new TarGzBuilder()
            .Add("ILSVRC2012_devkit_t12/", type: TarGzBuilder.Folder)
            .Add("ILSVRC2012_devkit_t12/data/meta.mat", Mat)
            .Add("ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", System.Text.Encoding.UTF8.GetBytes(Ids))
            .Build());
}
