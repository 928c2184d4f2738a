namespace ResNet.Net.Tests;

/// <summary>Rejected images: unsupported, invalid and too large.</summary>
public class SkiaSharpDecoderFailureTests
{
    public static TheoryData<string> InvalidNames => ImageFixtures.Names(ImageFixtures.Bad.Where(fixture => !fixture.IsTiff));

    public static TheoryData<string> TiffNames
        => ImageFixtures.Names(ImageFixtures.Valid.Concat(ImageFixtures.Bad).Concat(ImageFixtures.Either).Where(fixture => fixture.IsTiff));

    [Theory]
    [MemberData(nameof(InvalidNames))]
    public void Decode_InvalidImage_ThrowsExpectedFailure(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeOutcome outcome = DecodeOutcome.Of(fixture.Encoded());

        outcome.Failure.Should().BeOneOf(fixture.Failures, "{0}", outcome.Message);
        string[] expected = outcome.Failure switch
        {
            ImageDecodeFailure.Empty => ["0 bytes"],
            ImageDecodeFailure.UnsupportedFormat => ["JPEG, PNG, WebP, GIF, BMP, ICO"],
            ImageDecodeFailure.TooLarge => ["16384 wide, 16384 high, 64000000 pixels", " pixels; the limits are", "ImageDecodingOptions"],
            ImageDecodeFailure.Truncated => ["ends early", "AllowTruncated"],
            _ => ["is damaged", "Save it again"],
        };
        outcome.Message.Should().ContainAll(expected);
    }

    [Theory]
    [InlineData("bad-jpeg-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-jpeg-truncated-header", ImageDecodeFailure.Truncated)]
    [InlineData("bad-jpeg-progressive-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-png-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-png-crc", ImageDecodeFailure.Corrupt)]
    [InlineData("bad-png-zlib", ImageDecodeFailure.Corrupt)]
    [InlineData("bad-webp-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-webp-lossless-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-gif-header", ImageDecodeFailure.Truncated)]
    [InlineData("bad-gif-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-webp-huge", ImageDecodeFailure.TooLarge)]
    public void Decode_InvalidImage_DistinguishesTruncatedFromCorrupt(string name, ImageDecodeFailure expected)
        => DecodeOutcome.Of(ImageFixtures.Get(name).Encoded()).Failure.Should().Be(expected);

    [Fact]
    public void Decode_EmptySpan_ThrowsEmpty()
        => DecodeOutcome.Of([]).Failure.Should().Be(ImageDecodeFailure.Empty);

    [Theory]
    [MemberData(nameof(TiffNames))]
    public void Decode_Tiff_ThrowsAndNamesThePackage(string name)
    {
        DecodeOutcome outcome = DecodeOutcome.Of(ImageFixtures.Get(name).Encoded());

        outcome.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        outcome.Message.Should().ContainAll("TIFF", "ResNet.Net.NetVips");
    }

    [Theory]
    [InlineData(0xC3, 8, "lossless")]
    [InlineData(0xC5, 8, "hierarchical")]
    [InlineData(0xC1, 12, "12 bits")]
    public void Decode_UnsupportedJpeg_ThrowsAndNamesTheVariant(byte frame, byte bits, string expected)
    {
        byte[] encoded = ImageFixtures.Get("jpeg-422").Encoded();
        int marker = JpegFiles.Find(encoded, 0xC0)[0];
        (encoded[marker + 1], encoded[marker + 4]) = (frame, bits);

        DecodeOutcome outcome = DecodeOutcome.Of(encoded);

        outcome.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        outcome.Message.Should().Contain(expected);
    }

    [Theory]
    [InlineData("jpeg-larger")]
    [InlineData("png-interlaced")]
    [InlineData("webp-lossy")]
    [InlineData("gif-static")]
    public void Decode_ImageAtEveryLimit_Succeeds(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        ImageDecodingOptions options = new()
        {
            MaxBytes = encoded.Length,
            MaxWidth = fixture.Width,
            MaxHeight = fixture.Height,
            MaxPixels = fixture.Width * fixture.Height,
        };

        using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, encoded, options, autoOrient: true);

        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
    }

    [Theory]
    [InlineData("jpeg-larger")]
    [InlineData("png-interlaced")]
    [InlineData("webp-lossy")]
    [InlineData("gif-static")]
    public void Decode_ImageBeyondALimit_ThrowsTooLargeWithSizeAndLimit(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        int pixels = fixture.Width * fixture.Height;

        DecodeOutcome bytes = DecodeOutcome.Of(encoded, new ImageDecodingOptions { MaxBytes = encoded.Length - 1 });
        DecodeOutcome width = DecodeOutcome.Of(encoded, new ImageDecodingOptions { MaxWidth = fixture.Width - 1 });
        DecodeOutcome height = DecodeOutcome.Of(encoded, new ImageDecodingOptions { MaxHeight = fixture.Height - 1 });
        DecodeOutcome area = DecodeOutcome.Of(encoded, new ImageDecodingOptions { MaxPixels = pixels - 1 });

        string size = $"{fixture.Width}x{fixture.Height} = {pixels} pixels";
        new[] { bytes, width, height, area }.Should().OnlyContain(outcome => outcome.Failure == ImageDecodeFailure.TooLarge);
        bytes.Message.Should().ContainAll($"{encoded.Length} bytes", $"limit is {encoded.Length - 1}", "MaxBytes");
        width.Message.Should().ContainAll(size, $"{fixture.Width - 1} wide", "MaxWidth");
        height.Message.Should().ContainAll(size, $"{fixture.Height - 1} high", "MaxHeight");
        area.Message.Should().ContainAll(size, $"{pixels - 1} pixels", "MaxPixels");
    }

    [Theory]
    [InlineData(66, true)]
    [InlineData(99, true)]
    [InlineData(100, false)]
    [InlineData(1000, false)]
    public void Decode_JpegWithManyScans_ThrowsFromOneHundred(int scans, bool isAccepted)
    {
        byte[] encoded = JpegFiles.WithScans(ImageFixtures.Get("jpeg-many-scans").Encoded(), scans);
        JpegFiles.Find(encoded, 0xDA).Should().HaveCount(scans);

        DecodeOutcome outcome = DecodeOutcome.Of(encoded, new ImageDecodingOptions { AllowTruncated = true });

        outcome.Failure.Should().Be(isAccepted ? null : ImageDecodeFailure.TooLarge);
        if (!isAccepted)
        {
            outcome.Message.Should().Contain("100 scans or more");
        }
    }

    [Theory]
    [InlineData(256, ImageDecodeFailure.Truncated)]
    [InlineData(257, ImageDecodeFailure.TooLarge)]
    [InlineData(65_535, ImageDecodeFailure.TooLarge)]
    public void Decode_IcoWithManyImages_ThrowsAbove256(int entries, ImageDecodeFailure expected)
        => DecodeOutcome.Of([0, 0, 1, 0, (byte)entries, (byte)(entries >> 8), 1, 2, 3]).Failure.Should().Be(expected);
}
