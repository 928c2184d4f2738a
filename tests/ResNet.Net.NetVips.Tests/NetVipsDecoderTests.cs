using System.Collections.Concurrent;
using System.IO.Compression;
using NetVips;

namespace ResNet.Net.Tests;

public class NetVipsDecoderTests
{
    private static readonly NetVipsDecoder Decoder = new();
    private static readonly string[] Extensions = [".tif", ".jpg", ".png", ".webp", ".gif"];

    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.Valid.Where(IsRead));

    public static TheoryData<string> TransparentNames
        => ImageFixtures.Names(ImageFixtures.Valid.Where(fixture => IsRead(fixture) && fixture.ExpectedOnWhite is not null));

    public static TheoryData<string> BadNames
        => ImageFixtures.Names(
            ImageFixtures.Bad.Where(
                fixture => fixture.Name is not ("bad-empty" or "bad-avif") && Path.GetExtension(fixture.File) is not (".bmp" or ".ico")));

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ValidFixture_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeResult.Of(Decoder, fixture.Encoded()).ShouldBeNear(fixture, fixture.ExpectedPixels(), fixture.Tolerance);
    }

    [Theory]
    [MemberData(nameof(TransparentNames))]
    public void Decode_TransparentFixtureOnWhite_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeResult.Of(Decoder, fixture.Encoded(), new ImageDecodingOptions { Background = 255 })
            .ShouldBeNear(fixture, fixture.ExpectedPixelsOnWhite(), fixture.Tolerance);
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Decode_BadFixture_ThrowsExpectedFailure(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeResult result = DecodeResult.Of(Decoder, fixture.Encoded());

        result.Failure.Should().NotBeNull();
        fixture.Failures.Should().Contain(result.Failure!.Value, "{0}", result.Message);
        if (name.StartsWith("bad-tiff-truncated", StringComparison.Ordinal))
        {
            result.Failure.Should().Be(ImageDecodeFailure.Truncated);
        }
    }

    [Fact]
    public void Decode_DirectoryThatRefersToItself_NeverHangs()
        => DecodeResult.MustEnd("either-tiff-page-loop", () =>
        {
            ImageFixture fixture = ImageFixtures.Get("either-tiff-page-loop");
            DecodeResult result = DecodeResult.Of(Decoder, fixture.Encoded());
            bool isExpected = result.Failure is { } failure
                ? fixture.Failures.Contains(failure)
                : result.Pixels.AsSpan().SequenceEqual(fixture.ExpectedPixels());
            isExpected.Should().BeTrue();
        });

    [SharedFact]
    public void Decode_Photos_GivesTheSamePixelsAsSkiaSharp()
    {
        SkiaSharpDecoder skia = new();
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        foreach (ZipArchiveEntry entry in archive.Entries.Take(60))
        {
            byte[] encoded = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(encoded);
            DecodeResult.Of(Decoder, encoded).DifferenceFrom(DecodeResult.Of(skia, encoded)).Should().BeNull("of {0}", entry.Name);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_Avif_GivesThePixelsThatWereEncoded(bool hasAlpha)
    {
        byte[] rgba =
        [
            .. Enumerable.Range(0, 32 * 24)
                .SelectMany(i => new byte[] { (byte)(i % 32 * 8), (byte)(i / 32 * 10), 90, (byte)(hasAlpha ? 255 - (i % 32) : 255) }),
        ];
        using Image drawn = Image.NewFromMemory(rgba, 32, 24, 4, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        using Image source = hasAlpha ? drawn : drawn.ExtractBand(0, 3);
        byte[] encoded = source.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, q: 100, lossless: true);

        DecodeResult result = DecodeResult.Of(Decoder, encoded);

        result.Failure.Should().BeNull("{0}", result.Message);
        (result.Width, result.Height).Should().Be((32, 24));
        byte[] expected = DecodedPixels.Rgb(new PixelView(rgba, 32, 24, PixelFormat.Rgba32));
        result.Pixels.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(2);
        DecodeResult.Of(new SkiaSharpDecoder(), encoded).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        DecodeResult.Of(Decoder, encoded[..(encoded.Length / 2)]).Failure.Should().Be(ImageDecodeFailure.Truncated);
        DecodeResult.Of(Decoder, encoded, new ImageDecodingOptions { MaxWidth = 31 }).Failure.Should().Be(ImageDecodeFailure.TooLarge);
    }

    [Theory]
    [InlineData(Enums.ForeignTiffCompression.None, false)]
    [InlineData(Enums.ForeignTiffCompression.Lzw, true)]
    [InlineData(Enums.ForeignTiffCompression.Deflate, true)]
    [InlineData(Enums.ForeignTiffCompression.Packbits, false)]
    public void Decode_TiffWithAlpha_UndoesPremultiplication(Enums.ForeignTiffCompression compression, bool isPremultiplied)
    {
        byte[] rgba =
        [
            .. Enumerable.Range(0, 32 * 24)
                .SelectMany(i => new byte[] { (byte)(i % 32 * 8), (byte)(i / 32 * 10), 90, (byte)(100 + (i % 155)) }),
        ];
        using Image source = Image.NewFromMemory(rgba, 32, 24, 4, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

        DecodeResult result = DecodeResult.Of(
            Decoder, source.TiffsaveBuffer(compression: compression, premultiply: isPremultiplied, tile: !isPremultiplied));

        byte[] expected = DecodedPixels.Rgb(new PixelView(rgba, 32, 24, PixelFormat.Rgba32));
        result.Failure.Should().BeNull("{0}", result.Message);
        result.Pixels.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(isPremultiplied ? 2 : 0);
    }

    [Theory]
    [InlineData(259, 6)] // old JPEG
    [InlineData(259, 34925)] // LZMA
    [InlineData(259, 34712)] // JPEG 2000
    [InlineData(258, 12)] // 12 bits
    public void Decode_TiffOfAnUnusualKind_IsUnsupportedNotCorrupt(int tag, int value)
    {
        byte[] encoded = ImageFixtures.Get("tiff-rgb").Encoded();
        int at = FindEntry(encoded, tag);
        int count = BitConverter.ToInt32(encoded, at + 4);
        int start = count == 1 ? at + 8 : BitConverter.ToInt32(encoded, at + 8);
        for (int i = 0; i < count; i++)
        {
            BitConverter.TryWriteBytes(encoded.AsSpan(start + (2 * i)), (ushort)value).Should().BeTrue();
        }

        DecodeResult result = DecodeResult.Of(Decoder, encoded);

        result.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat, "{0}", result.Message);
        result.Message.Should().Contain("TIFF").And.Contain("Convert it");
    }

    [Theory]
    [InlineData("tiff-rgb", 40, 24)]
    [InlineData("tiff-orientation-6", 24, 40)]
    public void Decode_OneBeyondALimit_IsTooLarge(string name, int width, int height)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageDecodingOptions exact = new() { MaxBytes = encoded.Length, MaxWidth = width, MaxHeight = height, MaxPixels = width * height };

        DecodeResult.Of(Decoder, encoded, exact).Failure.Should().BeNull();
        ImageDecodingOptions[] tooSmall =
        [
            exact with { MaxBytes = encoded.Length - 1 },
            exact with { MaxWidth = width - 1 },
            exact with { MaxHeight = height - 1 },
            exact with { MaxPixels = (width * height) - 1 },
        ];
        foreach (ImageDecodingOptions options in tooSmall)
        {
            DecodeResult.Of(Decoder, encoded, options).Failure.Should().Be(ImageDecodeFailure.TooLarge);
        }
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_CutAnywhere_GivesTheWholeImageOrIsRefused(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        DecodeResult whole = DecodeResult.Of(Decoder, encoded);
        for (int length = 12; length < encoded.Length; length += Math.Max(1, encoded.Length / 20))
        {
            DecodeResult cut = DecodeResult.Of(Decoder, encoded[..length]);

            (cut.Failure is not null || cut.DifferenceFrom(whole) is null).Should().BeTrue("cut to {0}: {1}", length, cut);
            cut.Failure.Should().NotBe(ImageDecodeFailure.TooLarge);
        }
    }

    [Theory]
    [InlineData("bad-tiff-truncated")]
    [InlineData("bad-jpeg-truncated")]
    public void Decode_AllowTruncated_AcceptsWhatThereIs(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        DecodeResult result = DecodeResult.Of(Decoder, encoded, new ImageDecodingOptions { AllowTruncated = true });

        result.Failure.Should().BeNull("{0}", result.Message);
        (result.Width, result.Height).Should().Be((48, 32));
        result.Pixels[..3].Zip(new byte[] { 220, 25, 30 }, (a, b) => Math.Abs(a - b)).Max()
            .Should().BeLessThanOrEqualTo(2, "the first row is there");
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_Mutated_DecodesOrIsRefused(string name)
        => DecodeResult.MustEnd(name, () =>
        {
            byte[] original = ImageFixtures.Get(name).Encoded();
            byte[][] others = ImageFixtures.OfTheSameFormat(name);
            for (int round = 0; round < ImageMutator.Rounds; round++)
            {
                byte[] mutated = ImageMutator.Mutate(original, others, ImageMutator.CreateRandom(name, round));
                _ = DecodeResult.Of(Decoder, mutated, new ImageDecodingOptions { MaxPixels = 1_000_000, AllowTruncated = round % 4 == 0 });
            }
        });

    [Fact]
    public void Decode_EightThreadsWithGoodAndBadImages_GivesEachItsOwnOutcome()
    {
        ImageFixture[] fixtures = [.. ImageFixtures.Valid.Where(IsRead).Concat(ImageFixtures.Bad)];
        byte[][] files = [.. fixtures.Select(fixture => fixture.Encoded())];
        DecodeResult[] alone = [.. files.Select(file => DecodeResult.Of(Decoder, file))];
        ConcurrentQueue<string> wrong = [];

        Parallel.For(0, 10 * files.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int file = i * 7919 % files.Length;
            if (DecodeResult.Of(Decoder, files[file]).DifferenceFrom(alone[file]) is string difference)
            {
                wrong.Enqueue($"{fixtures[file].Name}: {difference}");
            }
        });

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void FallbackDecoder_WithSkiaSharpFirst_SendsTiffToLibvips()
    {
        using ResNetClassifier plain = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetClassifier classifier = ResNetClassifier.Create(
            ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions
            {
                Decoder = new FallbackDecoder(new SkiaSharpDecoder(), new NetVipsDecoder()),
            });
        byte[] tiff = ImageFixtures.Get("tiff-lzw").Encoded();
        ImageFixture fixture = ImageFixtures.Get("tiff-lzw");

        Classification result = classifier.Classify(tiff);

        result.Predictions.Should()
            .Equal(plain.Classify(new PixelView(fixture.ExpectedPixels(), fixture.Width, fixture.Height)).Predictions);
        plain.Invoking(c => c.Classify(tiff))
            .Should().ThrowExactly<ImageDecodeException>().Which.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
    }

    private static bool IsRead(ImageFixture fixture) => Extensions.Contains(Path.GetExtension(fixture.File));

    /// <summary>Where the first directory of a little-endian TIFF file has the entry of a tag.</summary>
    private static int FindEntry(byte[] tiff, int tag)
    {
        tiff[0].Should().Be((byte)'I');
        int directory = BitConverter.ToInt32(tiff, 4);
        int count = BitConverter.ToUInt16(tiff, directory);
        return Enumerable.Range(0, count).Select(i => directory + 2 + (12 * i)).Single(at => BitConverter.ToUInt16(tiff, at) == tag);
    }
}
