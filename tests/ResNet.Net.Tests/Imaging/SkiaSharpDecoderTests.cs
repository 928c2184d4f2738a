using System.Buffers;
using SkiaSharp;

namespace ResNet.Net.Tests;

public class SkiaSharpDecoderTests
{
    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    public static TheoryData<string> TransparentNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia.Where(fixture => fixture.ExpectedOnWhite is not null));

    public static TheoryData<string> BadNames => ImageFixtures.Names(ImageFixtures.Bad.Where(fixture => !fixture.File.EndsWith(".tif", StringComparison.Ordinal)));

    public static TheoryData<string> TiffNames => ImageFixtures.Names(ImageFixtures.Valid.Concat(ImageFixtures.Bad).Concat(ImageFixtures.Either).Where(fixture => fixture.File.EndsWith(".tif", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ValidImage_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, fixture.Encoded(), new ImageDecodingOptions(), autoOrient: true);

        ShouldBeNear(image, fixture, fixture.ExpectedPixels());
    }

    [Theory]
    [MemberData(nameof(TransparentNames))]
    public void Decode_TransparentImageOnWhite_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, fixture.Encoded(), new ImageDecodingOptions { Background = 255 }, autoOrient: true);

        ShouldBeNear(image, fixture, fixture.ExpectedPixelsOnWhite());
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Decode_BadImage_ThrowsExpectedFailure(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        ImageDecodeException exception = Refuse(fixture.Encoded(), new ImageDecodingOptions());

        exception.Failure.Should().BeOneOf(fixture.Failures, "{0}", exception.Message);
        exception.Path.Should().BeNull();
        string[] words = exception.Failure switch
        {
            ImageDecodeFailure.Empty => ["0 bytes"],
            ImageDecodeFailure.UnsupportedFormat => ["JPEG, PNG, WebP, GIF, BMP, ICO"],
            ImageDecodeFailure.TooLarge => ["16384 wide, 16384 high, 64000000 pixels", " pixels; the limits are", "ImageDecodingOptions"],
            ImageDecodeFailure.Truncated => ["ends early", "AllowTruncated"],
            _ => ["is damaged", "Save it again"],
        };
        exception.Message.Should().ContainAll(words);
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
    public void Decode_DamagedImage_TellsCutFromDamage(string name, ImageDecodeFailure expected)
        => Refuse(ImageFixtures.Get(name).Encoded(), new ImageDecodingOptions()).Failure.Should().Be(expected);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ImageCutAnywhere_GivesTheWholeImageOrIsRefused(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        using DecodedImage whole = ImageDecoding.Decode(ImageDecoding.Default, encoded, new ImageDecodingOptions(), autoOrient: true);
        int step = Math.Max(1, encoded.Length / 40);
        byte[] pixels = whole.Rgb();
        int refused = 0;

        for (int length = 12; length < encoded.Length; length += step)
        {
            try
            {
                // What is cut off may be no part of the pixels: a trailer, a second frame, metadata.
                using DecodedImage cut = ImageDecoding.Decode(ImageDecoding.Default, encoded.AsSpan(0, length), new ImageDecodingOptions(), autoOrient: false);
                cut.Rgb().Length.Should().Be(pixels.Length, "{0} cut to {1} bytes decodes", name, length);
                if (cut.Width == whole.Width && !name.Contains("-6", StringComparison.Ordinal) && !name.Contains("exif", StringComparison.Ordinal))
                {
                    cut.Rgb().SequenceEqual(pixels).Should().BeTrue("{0} cut to {1} bytes decodes", name, length);
                }
            }
            catch (ImageDecodeException)
            {
                refused++;
            }
        }

        refused.Should().BePositive();
    }

    [Theory]
    [InlineData("bad-jpeg-truncated")]
    [InlineData("bad-jpeg-progressive-truncated")]
    public void Decode_TruncatedImageAllowed_GivesWhatThereIs(string name)
    {
        using DecodedImage image = ShouldGiveWhatThereIs(ImageFixtures.Get(name).Encoded());

        image.Width.Should().BePositive();
    }

    [Fact]
    public void Decode_TruncatedPngAllowed_GivesWhatThereIs()
    {
        ImageFixture fixture = ImageFixtures.Get("png-rgb");
        byte[] encoded = fixture.Encoded();

        using DecodedImage image = ShouldGiveWhatThereIs(encoded.AsSpan(0, encoded.Length * 3 / 4).ToArray());

        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
        int row = fixture.Width * 3;
        image.Rgb().AsSpan(0, 4 * row).SequenceEqual(fixture.ExpectedPixels().AsSpan(0, 4 * row)).Should().BeTrue("the first rows are whole");
        image.Rgb()[^row..].Should().OnlyContain(b => b == 0, "the last row is missing");
    }

    [Theory]
    [InlineData("bad-png-truncated")]
    [InlineData("bad-jpeg-truncated")]
    public void Decode_TruncatedImageAllowed_HasItsSize(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, encoded, new ImageDecodingOptions { AllowTruncated = true }, autoOrient: true);

        (image.Width, image.Height).Should().Be((48, 32));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Decode_AutoOrientOff_GivesPixelsAsStored(int orientation)
    {
        ImageFixture fixture = ImageFixtures.Get($"jpeg-exif-{orientation}");
        byte[] upright = fixture.ExpectedPixels();

        using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, fixture.Encoded(), new ImageDecodingOptions(), autoOrient: false);

        (image.Width, image.Height).Should().Be(orientation < 5 ? (fixture.Width, fixture.Height) : (fixture.Height, fixture.Width));
        (int lastX, int lastY) = (fixture.Width - 1, fixture.Height - 1);
        byte[] pixels = image.Rgb();
        int worst = 0;
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                (int uprightX, int uprightY) = orientation switch
                {
                    1 => (x, y),
                    2 => (lastX - x, y),
                    3 => (lastX - x, lastY - y),
                    4 => (x, lastY - y),
                    5 => (y, x),
                    6 => (lastX - y, x),
                    7 => (lastX - y, lastY - x),
                    _ => (y, lastY - x),
                };
                for (int channel = 0; channel < 3; channel++)
                {
                    int stored = pixels[(((y * image.Width) + x) * 3) + channel];
                    worst = Math.Max(worst, Math.Abs(stored - upright[(((uprightY * fixture.Width) + uprightX) * 3) + channel]));
                }
            }
        }

        worst.Should().BeLessThanOrEqualTo(fixture.Tolerance);
    }

    [Theory]
    [InlineData("webp-exif-6")]
    public void Decode_AutoOrientOff_DoesNotSwapSidesInOtherFormats(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, fixture.Encoded(), new ImageDecodingOptions(), autoOrient: false);

        (image.Width, image.Height).Should().Be((fixture.Height, fixture.Width));
    }

    [Theory]
    [InlineData("jpeg-larger")]
    [InlineData("png-interlaced")]
    [InlineData("webp-lossy")]
    [InlineData("gif-static")]
    public void Decode_ImageExactlyAtEveryLimit_Decodes(string name)
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
    public void Decode_ImageOneBeyondALimit_ThrowsTooLargeWithTheNumbers(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        int pixels = fixture.Width * fixture.Height;

        ImageDecodeException bytes = Refuse(encoded, new ImageDecodingOptions { MaxBytes = encoded.Length - 1 });
        ImageDecodeException width = Refuse(encoded, new ImageDecodingOptions { MaxWidth = fixture.Width - 1 });
        ImageDecodeException height = Refuse(encoded, new ImageDecodingOptions { MaxHeight = fixture.Height - 1 });
        ImageDecodeException area = Refuse(encoded, new ImageDecodingOptions { MaxPixels = pixels - 1 });

        new[] { bytes, width, height, area }.Should().OnlyContain(exception => exception.Failure == ImageDecodeFailure.TooLarge);
        bytes.Message.Should().ContainAll($"{encoded.Length} bytes", $"limit is {encoded.Length - 1}", "MaxBytes");
        width.Message.Should().ContainAll($"{fixture.Width}x{fixture.Height} = {pixels} pixels", $"{fixture.Width - 1} wide", "MaxWidth");
        height.Message.Should().ContainAll($"{fixture.Width}x{fixture.Height} = {pixels} pixels", $"{fixture.Height - 1} high", "MaxHeight");
        area.Message.Should().ContainAll($"{fixture.Width}x{fixture.Height} = {pixels} pixels", $"{pixels - 1} pixels", "MaxPixels");
    }

    [Theory]
    [MemberData(nameof(TiffNames))]
    public void Decode_Tiff_IsRefusedAndNamesThePackage(string name)
    {
        ImageDecodeException exception = Refuse(ImageFixtures.Get(name).Encoded(), new ImageDecodingOptions());

        exception.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        exception.Message.Should().ContainAll("TIFF", "ResNet.Net.NetVips");
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_MemoryThatHeldOtherPixels_GivesTheSamePixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        byte[][] pixels = [.. new byte[] { 0x00, 0x5A, 0xFF }.Select(value => AfterOtherPixels(encoded, value, new ImageDecodingOptions()))];

        pixels.Should().AllSatisfy(p => p.Should().Equal(pixels[0]));
    }

    [Theory]
    [InlineData("jpeg-larger")]
    [InlineData("jpeg-progressive-420")]
    [InlineData("png-rgb")]
    [InlineData("png-rgba")]
    [InlineData("png-interlaced")]
    [InlineData("png-palette")]
    [InlineData("gif-static")]
    [InlineData("gif-transparent")]
    [InlineData("bmp-24bit")]
    [InlineData("bmp-8bit")]
    [InlineData("bmp-rle8")]
    public void Decode_TruncatedAllowedAndMemoryThatHeldOtherPixels_ShowsNoneOfThem(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageDecodingOptions options = new() { AllowTruncated = true };
        int decoded = 0;
        for (int length = 12; length < encoded.Length; length += 11)
        {
            byte[] cut = encoded[..length];
            byte[] clean = AfterOtherPixels(cut, 0, options);

            AfterOtherPixels(cut, 0xA5, options).Should().Equal(clean, "cut to {0} bytes", length);
            decoded += clean.Length > 0 ? 1 : 0;
        }

        decoded.Should().BePositive();
    }

    [Theory]
    [InlineData("webp-lossy")]
    [InlineData("webp-lossless")]
    public void Decode_TruncatedWebPAllowed_IsRefusedAsTruncated(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        Refuse(encoded[..(encoded.Length / 2)], new ImageDecodingOptions { AllowTruncated = true }).Failure.Should().Be(ImageDecodeFailure.Truncated);
    }

    [Theory]
    [InlineData("png-icc")]
    [InlineData("jpeg-icc")]
    public void Decode_ColorProfile_IsSeenBySkiaAndNotApplied(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec codec = SKCodec.Create(data);
        using SKColorSpace profile = codec.Info.ColorSpace;
        using SKColorSpace plain = SKColorSpace.CreateSrgb();
        using SKBitmap converted = SKBitmap.Decode(codec, new SKImageInfo(fixture.Width, fixture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, plain));

        DecodeOutcome outcome = DecodeOutcome.Of(encoded);

        profile.IsSrgb.Should().BeFalse("else the test shows nothing");
        SKColor red = converted.GetPixel(2, 2);
        red.Blue.Should().BeGreaterThan(200, "with the profile, the red block is blue");
        outcome.Pixels[(2 * fixture.Width * 3) + 6].Should().BeGreaterThan(200);
    }

    [Theory]
    [InlineData("jpeg-grey", PixelFormat.Gray8)]
    [InlineData("png-grey", PixelFormat.Gray8)]
    [InlineData("png-16bit-grey", PixelFormat.Gray8)]
    [InlineData("jpeg-420", PixelFormat.Rgbx32)]
    [InlineData("bmp-32bit", PixelFormat.Rgbx32)]
    [InlineData("png-rgba", PixelFormat.Rgba32)]
    [InlineData("png-grey-alpha", PixelFormat.Rgba32)]
    public void Decode_KindOfImage_ChoosesTheSmallestLayout(string name, PixelFormat expected)
    {
        using DecodedImage image = new SkiaSharpDecoder().Decode(ImageFixtures.Get(name).Encoded());

        image.Pixels.Format.Should().Be(expected);
    }

    [Theory]
    [InlineData("jpeg-larger", 97, 63)]
    [InlineData("jpeg-420", 40, 24)]
    [InlineData("jpeg-progressive-420", 53, 37)]
    [InlineData("jpeg-grey", 40, 24)]
    [InlineData("jpeg-exif-6", 40, 24)]
    public void Decode_ToBeShrunk_RoundsUpAndGivesMeans(string name, int width, int height)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] full = fixture.ExpectedPixels();
        foreach (int factor in new[] { 1, 2, 4, 8 })
        {
            ResizeRule rule = ResizeRule.Squash(width / factor / JpegShrink.Margin, height / factor / JpegShrink.Margin);

            DecodeOutcome outcome = DecodeOutcome.Of(fixture.Encoded(), shrinkFor: rule);

            (outcome.Width, outcome.Height).Should().Be(((width + factor - 1) / factor, (height + factor - 1) / factor));
            DistanceToMeans(outcome, full, width, height, factor).Should().BeLessThan(factor == 8 ? 14 : 7, "a pixel is about the mean of those it stands for");
        }
    }

    [Theory]
    [InlineData("png-rgb")]
    [InlineData("webp-lossy")]
    public void Decode_ToBeShrunkInOtherFormats_StaysWhole(string name)
        => DecodeOutcome.Of(ImageFixtures.Get(name).Encoded(), shrinkFor: ResizeRule.Squash(1, 1)).DifferenceFrom(DecodeOutcome.Of(ImageFixtures.Get(name).Encoded())).Should().BeNull();

    [Theory]
    [InlineData(66, true)]
    [InlineData(99, true)]
    [InlineData(100, false)]
    [InlineData(1000, false)]
    public void Decode_ManyScans_HaveALimit(int scans, bool accepted)
    {
        byte[] encoded = JpegFiles.WithScans(ImageFixtures.Get("jpeg-many-scans").Encoded(), scans);
        JpegFiles.Find(encoded, 0xDA).Should().HaveCount(scans);

        DecodeOutcome outcome = DecodeOutcome.Of(encoded, new ImageDecodingOptions { AllowTruncated = true });

        outcome.Failure.Should().Be(accepted ? null : ImageDecodeFailure.TooLarge);
        if (!accepted)
        {
            outcome.Message.Should().Contain("100 scans or more");
        }
    }

    [Theory]
    [InlineData(256, ImageDecodeFailure.Truncated)]
    [InlineData(257, ImageDecodeFailure.TooLarge)]
    [InlineData(65_535, ImageDecodeFailure.TooLarge)]
    public void Decode_IcoOfManyImages_HasALimit(int entries, ImageDecodeFailure expected)
        => Refuse([0, 0, 1, 0, (byte)entries, (byte)(entries >> 8), 1, 2, 3], new ImageDecodingOptions()).Failure.Should().Be(expected);

    [Theory]
    [InlineData(0xC3, 8, "lossless")]
    [InlineData(0xC5, 8, "hierarchical")]
    [InlineData(0xC1, 12, "12 bits")]
    public void Decode_RareKindOfJpeg_IsUnsupportedAndNamed(byte frame, byte bits, string expected)
    {
        byte[] encoded = ImageFixtures.Get("jpeg-422").Encoded();
        int at = JpegFiles.Find(encoded, 0xC0)[0];
        (encoded[at + 1], encoded[at + 4]) = (frame, bits);

        ImageDecodeException exception = Refuse(encoded, new ImageDecodingOptions());

        exception.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        exception.Message.Should().Contain(expected);
    }

    [Fact]
    public void Decode_TurnedImage_KeepsTheSizeBeforeShrinking()
    {
        using DecodedImage image = ImageDecoding.Decode(
            ImageDecoding.Default, ImageFixtures.Get("jpeg-exif-6").Encoded(), new ImageDecodingOptions(), autoOrient: true, ResizeRule.Squash(5, 3));

        (image.Width, image.Height).Should().Be((10, 6));
        (image.Pixels.FullWidth, image.Pixels.FullHeight).Should().Be((40, 24));
    }

    [Fact]
    public void Decode_EmptySpan_ThrowsEmpty()
        => Refuse([], new ImageDecodingOptions()).Failure.Should().Be(ImageDecodeFailure.Empty);

    /// <summary>The pixels of an image that is decoded to memory full of a value; empty if it is refused.</summary>
    private static byte[] AfterOtherPixels(byte[] encoded, byte value, ImageDecodingOptions options)
    {
        // The pool gives the array that a thread returned last to the same thread.
        foreach (int length in new[] { 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15 })
        {
            byte[] array = ArrayPool<byte>.Shared.Rent(length);
            Array.Fill(array, value);
            ArrayPool<byte>.Shared.Return(array);
        }

        return DecodeOutcome.Of(encoded, options).Pixels;
    }

    private static double DistanceToMeans(DecodeOutcome shrunk, byte[] full, int fullWidth, int fullHeight, int factor)
    {
        double sum = 0;
        int count = 0;
        for (int y = 0; y < fullHeight / factor; y++)
        {
            for (int x = 0; x < fullWidth / factor; x++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    double mean = 0;
                    for (int i = 0; i < factor * factor; i++)
                    {
                        mean += full[(((((y * factor) + (i / factor)) * fullWidth) + (x * factor) + (i % factor)) * 3) + channel];
                    }

                    sum += Math.Abs((mean / (factor * factor)) - shrunk.Pixels[(((y * shrunk.Width) + x) * 3) + channel]);
                    count++;
                }
            }
        }

        return sum / count;
    }

    private static DecodedImage ShouldGiveWhatThereIs(byte[] encoded)
    {
        ImageDecodingOptions options = new() { AllowTruncated = true };

        DecodedImage image = ImageDecoding.Decode(ImageDecoding.Default, encoded, options, autoOrient: true);
        using DecodedImage again = ImageDecoding.Decode(ImageDecoding.Default, encoded, options, autoOrient: true);

        image.Rgb().Length.Should().Be(image.Width * image.Height * 3).And.BePositive();
        image.Rgb().AsSpan().IndexOfAnyExcept((byte)0).Should().BeGreaterThanOrEqualTo(0, "the first half of the image is there");
        again.Rgb().SequenceEqual(image.Rgb()).Should().BeTrue("missing pixels must not be leftovers of other images");
        return image;
    }

    private static ImageDecodeException Refuse(byte[] encoded, ImageDecodingOptions options)
    {
        Action decode = () => ImageDecoding.Decode(ImageDecoding.Default, encoded, options, autoOrient: true).Dispose();
        return decode.Should().ThrowExactly<ImageDecodeException>().Which;
    }

    private static void ShouldBeNear(DecodedImage image, ImageFixture fixture, byte[] expected)
    {
        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
        ReadOnlySpan<byte> pixels = image.Rgb();
        pixels.Length.Should().Be(expected.Length);
        (int worst, int position) = (0, 0);
        for (int i = 0; i < expected.Length; i++)
        {
            int difference = Math.Abs(pixels[i] - expected[i]);
            if (difference > worst)
            {
                (worst, position) = (difference, i);
            }
        }

        worst.Should().BeLessThanOrEqualTo(
            fixture.Tolerance,
            "of {0} the worst byte is channel {1} of pixel ({2}, {3}): {4} instead of {5}",
            fixture.Name, position % 3, position / 3 % fixture.Width, position / 3 / fixture.Width, pixels[position], expected[position]);
    }
}
