using System.IO.Compression;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

/// <summary>libturbojpeg against libvips: what both decode has the same pixels, and what one refuses the other refuses.</summary>
public class TurboJpegDecoderTests
{
    private static readonly VipsDecoder Vips = new();

    private static readonly string[] NotPlain = ["jpeg-cmyk", "jpeg-ycck", "jpeg-440", "jpeg-unrefined"];

    public static TheoryData<string> AllNames => ImageFixtures.Names(ImageFixtures.Valid.Concat(ImageFixtures.Bad).Concat(ImageFixtures.Either));

    public static TheoryData<string> JpegNames => ImageFixtures.Names(ImageFixtures.Valid.Where(fixture => fixture.File.EndsWith(".jpg", StringComparison.Ordinal)));

    [TurboJpegTheory]
    [MemberData(nameof(JpegNames))]
    public void TryDecode_JpegFixture_TakesPlainFilesAndGivesLibvipsPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        foreach (bool autoOrient in new[] { true, false })
        {
            byte[]? pixels = Pixels(encoded, out int width, out int height, autoOrient);

            if (NotPlain.Contains(name))
            {
                pixels.Should().BeNull();
                continue;
            }

            DecodeOutcome expected = DecodeOutcome.Of(Vips, encoded, autoOrient: autoOrient);
            (width, height).Should().Be((expected.Width, expected.Height));
            pixels.Should().Equal(expected.Pixels);
        }
    }

    [TurboJpegTheory]
    [MemberData(nameof(AllNames))]
    public void Decode_AnyFixture_HasLibvipsOutcome(string name)
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        foreach (ImageDecodingOptions options in new ImageDecodingOptions[] { new(), new() { AllowTruncated = true }, new() { MaxBytes = 100 }, new() { MaxWidth = 30 }, new() { MaxHeight = 30 }, new() { MaxPixels = 900 } })
        {
            DecodeOutcome expected = DecodeOutcome.Of(Vips, encoded, options);

            DecodeOutcome outcome = DecodeOutcome.Of(decoder, encoded, options);

            outcome.DifferenceFrom(expected).Should().BeNull();
            outcome.Message.Split('(')[0].Should().Be(expected.Message.Split('(')[0], "what stands in brackets is libvips', and may be another picture's");
        }
    }

    [TurboJpegTheory]
    [MemberData(nameof(JpegNames))]
    public void Decode_JpegCutAnywhere_HasLibvipsOutcome(string name)
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        List<string> wrong = [];
        for (int length = 1; length < encoded.Length; length += 7)
        {
            ImageDecodingOptions options = new() { AllowTruncated = length % 2 == 0 };
            ReadOnlySpan<byte> cut = encoded.AsSpan(0, length);
            if (DecodeOutcome.Of(decoder, cut, options).DifferenceFrom(DecodeOutcome.Of(Vips, cut, options)) is string difference)
            {
                wrong.Add($"cut to {length}: {difference}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [TurboJpegFact(needsShared: true)]
    public void TryDecode_TwoHundredPhotos_GivesLibvipsPixels()
    {
        int photos = 0;
        foreach ((string name, byte[] encoded) in Photos())
        {
            byte[]? pixels = Pixels(encoded, out int width, out int height);

            DecodeOutcome expected = DecodeOutcome.Of(Vips, encoded);
            (width, height).Should().Be((expected.Width, expected.Height));
            pixels.AsSpan().SequenceEqual(expected.Pixels).Should().BeTrue("{0} is a plain JPEG file", name);
            photos++;
        }

        photos.Should().Be(200);
    }

    [TurboJpegFact(needsShared: true)]
    public void Decode_PhotosToBeShrunk_GivesLibvipsSizeAndPixels()
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        int[] shrunk = new int[9];
        foreach ((string name, byte[] encoded) in Photos().Where((_, i) => i % 4 == 0))
        {
            DecodeOutcome full = DecodeOutcome.Of(decoder, encoded);
            foreach (int length in new[] { 20, 40, 90 })
            {
                DecodeOutcome outcome = DecodeOutcome.Of(decoder, encoded, shrinkFor: ResizeRule.ShortSide(length));

                outcome.DifferenceFrom(DecodeOutcome.Of(Vips, encoded, shrinkFor: ResizeRule.ShortSide(length))).Should().BeNull("of {0}", name);
                shrunk[full.Width / outcome.Width]++;
            }
        }

        new[] { shrunk[2], shrunk[4], shrunk[8] }.Should().OnlyContain(count => count > 20, "every factor is tried");
    }

    [TurboJpegTheory]
    [InlineData("jpeg-larger", 97, 63)]
    [InlineData("jpeg-420", 40, 24)]
    [InlineData("jpeg-422", 40, 24)]
    [InlineData("jpeg-440", 24, 40)]
    [InlineData("jpeg-progressive", 40, 24)]
    [InlineData("jpeg-progressive-420", 53, 37)]
    [InlineData("jpeg-grey", 40, 24)]
    [InlineData("jpeg-cmyk", 40, 24)]
    [InlineData("jpeg-exif-3", 40, 24)]
    [InlineData("jpeg-exif-6", 40, 24)]
    [InlineData("jpeg-exif-7", 40, 24)]
    public void Decode_ToBeShrunk_GivesLibvipsSizeAndPixels(string name, int width, int height)
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        byte[] full = ImageFixtures.Get(name).ExpectedPixels();
        foreach (int factor in new[] { 1, 2, 4, 8 })
        {
            ResizeRule rule = ResizeRule.Squash(width / factor / JpegShrink.Margin, height / factor / JpegShrink.Margin);

            DecodeOutcome outcome = DecodeOutcome.Of(decoder, encoded, shrinkFor: rule);

            outcome.DifferenceFrom(DecodeOutcome.Of(Vips, encoded, shrinkFor: rule)).Should().BeNull("factor {0}", factor);
            (outcome.Width, outcome.Height).Should().Be((width / factor, height / factor));
            DistanceToMeans(outcome, full, width, factor).Should().BeLessThan(factor == 8 || name == "jpeg-cmyk" ? 12 : 6, "a shrunk pixel is about the mean of those it stands for");
        }
    }

    [TurboJpegFact]
    public void Decode_ToBeShrunkOddSizes_NeverShowsTheEdge()
    {
        // 97 / 2 and 63 / 2 leave half a pixel at the right and at the bottom; with AutoOrient they would come to lie on other sides.
        byte[] encoded = ImageFixtures.Get("jpeg-larger").Encoded();
        byte[] turned = JpegFiles.WithSegments(encoded, JpegFiles.Exif(JpegFiles.Tiff(true, (0x112, 3, 1, 6))));
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();

        DecodeOutcome outcome = DecodeOutcome.Of(decoder, turned, shrinkFor: ResizeRule.Squash(10, 24));

        (outcome.Width, outcome.Height).Should().Be((31, 48), "it is squashed upright: 63 / 2 >= 2 * 10 and 97 / 2 >= 2 * 24");
        outcome.DifferenceFrom(DecodeOutcome.Of(Vips, turned, shrinkFor: ResizeRule.Squash(10, 24))).Should().BeNull();
        DecodeOutcome.Of(decoder, turned, shrinkFor: ResizeRule.Squash(24, 10)).Width.Should().Be(63, "63 / 2 < 2 * 24");
    }

    [TurboJpegTheory]
    [InlineData("jpeg-larger")]
    [InlineData("jpeg-exif-6")]
    public void TryDecode_PictureOneBeyondALimit_LeavesItToLibvips(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        (int width, int height) = name == "jpeg-exif-6" ? (fixture.Height, fixture.Width) : (fixture.Width, fixture.Height);
        ImageDecodingOptions exact = new() { MaxBytes = encoded.Length, MaxWidth = width, MaxHeight = height, MaxPixels = width * height };

        Pixels(encoded, out _, out _, options: exact).Should().NotBeNull();
        foreach (ImageDecodingOptions options in new[] { exact with { MaxBytes = encoded.Length - 1 }, exact with { MaxWidth = width - 1 }, exact with { MaxHeight = height - 1 }, exact with { MaxPixels = (width * height) - 1 } })
        {
            Pixels(encoded, out _, out _, options: options).Should().BeNull();
            DecodeOutcome.Of(TurboJpegLibrary.CreateDecoder(), encoded, options, shrinkFor: ResizeRule.ShortSide(1)).Failure.Should().Be(ImageDecodeFailure.TooLarge, "the full size counts");
        }
    }

    [TurboJpegTheory]
    [InlineData(66, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(1000, false)]
    public void Decode_ManyScans_HaveOneLimit(int scans, bool accepted)
    {
        byte[] encoded = JpegFiles.WithScans(ImageFixtures.Get("jpeg-many-scans").Encoded(), scans);
        JpegFiles.Find(encoded, 0xDA).Should().HaveCount(scans);
        DecodeOutcome expected = DecodeOutcome.Of(Vips, encoded);

        DecodeOutcome outcome = DecodeOutcome.Of(TurboJpegLibrary.CreateDecoder(), encoded);

        (Pixels(encoded, out _, out _) is not null).Should().Be(accepted);
        outcome.DifferenceFrom(expected).Should().BeNull();
        outcome.Failure.Should().Be(accepted ? null : ImageDecodeFailure.TooLarge);
        outcome.Message.Should().Be(expected.Message);
        DecodeOutcome.Of(Vips, encoded, new ImageDecodingOptions { AllowTruncated = true }).Failure.Should().Be(outcome.Failure);
    }

    [TurboJpegFact]
    public void TryDecode_GreyWithSamplingFactors_GivesLibvipsPixels()
    {
        byte[] encoded = ImageFixtures.Get("jpeg-grey").Encoded();
        int frame = JpegFiles.Find(encoded, 0xC0)[0];
        encoded[frame + 11].Should().Be(0x11);
        foreach (byte factors in new byte[] { 0x12, 0x21, 0x22, 0x44 })
        {
            encoded[frame + 11] = factors;

            Pixels(encoded, out _, out _).Should().Equal(DecodeOutcome.Of(Vips, encoded).Pixels);
        }
    }

    [TurboJpegTheory]
    [InlineData("jpeg-420", 0xDB)] // quantization
    [InlineData("jpeg-420", 0xC4)] // Huffman; libjpeg knows the usual tables
    [InlineData("jpeg-progressive", 0xDB)]
    [InlineData("jpeg-progressive", 0xC4)]
    public void Decode_TablesTakenOut_DoesNotUseThoseOfThePictureBefore(string name, int marker)
    {
        TurboJpegDecoder decoder = TurboJpegLibrary.CreateDecoder();
        byte[] whole = ImageFixtures.Get(name).Encoded();
        byte[] without = whole;
        foreach (int at in JpegFiles.Find(whole, marker).Reverse())
        {
            without = [.. without.AsSpan(0, at), .. without.AsSpan(at + 2 + (256 * without[at + 2]) + without[at + 3])];
        }

        JpegFiles.Find(without, marker).Should().BeEmpty();
        for (int round = 0; round < 3; round++)
        {
            DecodeOutcome.Of(decoder, whole).DifferenceFrom(DecodeOutcome.Of(Vips, whole)).Should().BeNull();

            DecodeOutcome.Of(decoder, without).DifferenceFrom(DecodeOutcome.Of(Vips, without)).Should().BeNull();
        }
    }

    private static byte[]? Pixels(byte[] encoded, out int width, out int height, bool autoOrient = true, ImageDecodingOptions? options = null)
    {
        bool taken = TurboJpegLibrary.CreateDecoder().TryDecode(encoded, options ?? new ImageDecodingOptions(), autoOrient, null, out DecodedImage image);
        using (image)
        {
            (width, height) = (image.Width, image.Height);
            return taken ? image.View.Pixels.ToArray() : null;
        }
    }

    private static double DistanceToMeans(DecodeOutcome shrunk, byte[] full, int fullWidth, int factor)
    {
        double sum = 0;
        for (int y = 0; y < shrunk.Height; y++)
        {
            for (int x = 0; x < shrunk.Width; x++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    double mean = 0;
                    for (int i = 0; i < factor * factor; i++)
                    {
                        mean += full[(((((y * factor) + (i / factor)) * fullWidth) + (x * factor) + (i % factor)) * 3) + channel];
                    }

                    sum += Math.Abs((mean / (factor * factor)) - shrunk.Pixels[(((y * shrunk.Width) + x) * 3) + channel]);
                }
            }
        }

        return sum / shrunk.Pixels.Length;
    }

    private static IEnumerable<(string Name, byte[] Encoded)> Photos()
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            byte[] encoded = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(encoded);
            yield return (entry.Name, encoded);
        }
    }
}
