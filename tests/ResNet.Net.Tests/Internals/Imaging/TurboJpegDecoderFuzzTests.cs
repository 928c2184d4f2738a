using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>Whatever the bytes are, libturbojpeg changes neither what is accepted nor any pixel.</summary>
public class TurboJpegDecoderFuzzTests
{
    private const int MaxPixels = 1_000_000;

    public static TheoryData<string> Names => TurboJpegDecoderTests.JpegNames;

    [TurboJpegTheory]
    [MemberData(nameof(Names))]
    public void Decode_MutatedJpeg_HasLibvipsOutcome(string name)
    {
        VipsDecoder vips = new();
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] original = ImageFixtures.Get(name).Encoded();
        byte[][] others = PictureMutator.Others(name);
        List<string> wrong = [];
        (int decoded, int refused) = (0, 0);
        for (int round = 0; round < PictureMutator.Rounds; round++)
        {
            Random random = PictureMutator.CreateRandom(name, round);
            byte[] mutated = PictureMutator.Mutate(original, others, random);
            ImageDecodingOptions options = new() { MaxPixels = MaxPixels, AllowTruncated = random.Next(4) == 0 };
            ResizeRule? shrinkFor = random.Next(4) == 0 ? ResizeRule.ShortSide(random.Next(1, 12)) : null;
            DecodeOutcome expected = DecodeOutcome.Of(vips, mutated, options, autoOrient: true, shrinkFor);
            if (DecodeOutcome.Of(decoder, mutated, options, autoOrient: true, shrinkFor).DifferenceFrom(expected) is string difference)
            {
                wrong.Add($"round {round}: {difference}");
            }

            _ = expected.Failure is null ? decoded++ : refused++;
        }

        wrong.Should().BeEmpty();
        decoded.Should().BePositive();
        refused.Should().BePositive();
    }

    [TurboJpegTheory]
    [InlineData("jpeg-exif-5")]
    [InlineData("jpeg-exif-6")]
    public void Decode_MutatedExif_TurnsAsLibvipsDoes(string name)
    {
        VipsDecoder vips = new();
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] original = ImageFixtures.Get(name).Encoded();
        int block = original.AsSpan().IndexOf("Exif\0\0"u8);
        int length = JpegFiles.Tiff(true, default((int, int, int, int))).Length;
        List<string> wrong = [];
        HashSet<(int, int)> sizes = [];
        int taken = 0;
        for (int round = 0; round < 20 * PictureMutator.Rounds; round++)
        {
            Random random = PictureMutator.CreateRandom(name, round);
            byte[] mutated = [.. original];
            for (int count = random.Next(1, 4); count > 0; count--)
            {
                mutated[block + random.Next(6 + length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : random.Next(13));
            }

            DecodeOutcome expected = DecodeOutcome.Of(vips, mutated);
            if (DecodeOutcome.Of(decoder, mutated).DifferenceFrom(expected) is string difference)
            {
                wrong.Add($"{Convert.ToHexString(mutated.AsSpan(block, 6 + length))}: {difference}");
            }

            sizes.Add((expected.Width, expected.Height));
            taken += JpegStructure.TryRead(mutated, out JpegStructure structure) && structure.Orientation != 0 ? 1 : 0;
        }

        wrong.Should().BeEmpty();
        sizes.Should().HaveCount(2, "some are turned and some are not");
        taken.Should().BePositive("libturbojpeg decodes those whose EXIF block is in order");
    }
}
