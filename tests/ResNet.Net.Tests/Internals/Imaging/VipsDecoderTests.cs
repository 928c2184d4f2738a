using System.IO.Compression;
using System.Text;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

public class VipsDecoderTests
{
    private static readonly VipsDecoder Decoder = new();

    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.Valid);

    public static TheoryData<string> TransparentNames => ImageFixtures.Names(ImageFixtures.Valid.Where(fixture => fixture.ExpectedOnWhite is not null));

    public static TheoryData<string> BadNames => ImageFixtures.Names(ImageFixtures.Bad);

    public static TheoryData<string> EitherNames => ImageFixtures.Names(ImageFixtures.Either);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ValidPicture_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = Decoder.Decode(fixture.Encoded(), new ImageDecodingOptions(), autoOrient: true);

        ShouldBeNear(image, fixture, fixture.ExpectedPixels());
    }

    [Theory]
    [MemberData(nameof(TransparentNames))]
    public void Decode_TransparentPictureOnWhite_GivesExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = Decoder.Decode(fixture.Encoded(), new ImageDecodingOptions { Background = 255 }, autoOrient: true);

        ShouldBeNear(image, fixture, fixture.ExpectedPixelsOnWhite());
    }

    [Theory]
    [MemberData(nameof(EitherNames))]
    public async Task Decode_DoubtfulPicture_DecodesOrIsRefusedAndNeverHangs(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        // The wait is a guard against a hang, not a measure.
        byte[]? pixels = await Task.Run(() =>
        {
            try
            {
                using DecodedImage image = Decoder.Decode(fixture.Encoded(), new ImageDecodingOptions(), autoOrient: true);
                return image.View.Pixels.ToArray();
            }
            catch (ImageDecodeException exception)
            {
                exception.Failure.Should().BeOneOf(fixture.Failures);
                return null;
            }
        }).WaitAsync(TimeSpan.FromMinutes(2));

        if (pixels is not null)
        {
            pixels.Should().Equal(fixture.ExpectedPixels());
        }
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Decode_BadPicture_ThrowsExpectedFailure(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        ImageDecodeException exception = Refuse(fixture.Encoded(), new ImageDecodingOptions());

        exception.Failure.Should().BeOneOf(fixture.Failures, "{0}", exception.Message);
        exception.Path.Should().BeNull();
        string[] words = exception.Failure switch
        {
            ImageDecodeFailure.Empty => ["0 bytes"],
            ImageDecodeFailure.UnsupportedFormat => ["JPEG, PNG, WebP, GIF or TIFF", "Convert it"],
            ImageDecodeFailure.TooLarge => ["16384 wide, 16384 high, 64000000 pixels", " pixels; the limits are", "ImageDecodingOptions"],
            ImageDecodeFailure.Truncated => ["ends early", "AllowTruncated"],
            _ => ["is damaged", "Save it anew"],
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
    [InlineData("bad-tiff-truncated", ImageDecodeFailure.Truncated)]
    [InlineData("bad-tiff-truncated-ifd", ImageDecodeFailure.Truncated)]
    [InlineData("bad-tiff-ifd-loop", ImageDecodeFailure.Corrupt)]
    [InlineData("bad-webp-huge", ImageDecodeFailure.TooLarge)]
    public void Decode_DamagedPicture_TellsCutFromDamage(string name, ImageDecodeFailure expected)
        => Refuse(ImageFixtures.Get(name).Encoded(), new ImageDecodingOptions()).Failure.Should().Be(expected);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_PictureCutAnywhere_GivesTheWholePictureOrIsRefused(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        using DecodedImage whole = Decoder.Decode(encoded, new ImageDecodingOptions(), autoOrient: true);
        int step = Math.Max(1, encoded.Length / 40);
        int refused = 0;

        for (int length = 12; length < encoded.Length; length += step)
        {
            try
            {
                // What is cut off may be no part of the pixels: a trailer, a second frame, metadata.
                using DecodedImage cut = Decoder.Decode(encoded.AsSpan(0, length), new ImageDecodingOptions(), autoOrient: false);
                cut.View.Pixels.Length.Should().Be(whole.View.Pixels.Length, "{0} cut to {1} bytes decodes", name, length);
                if (cut.Width == whole.Width && !name.Contains("exif", StringComparison.Ordinal))
                {
                    cut.View.Pixels.SequenceEqual(whole.View.Pixels).Should().BeTrue("{0} cut to {1} bytes decodes", name, length);
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
    [InlineData("bad-tiff-truncated")]
    public void Decode_TruncatedPictureAllowed_GivesWhatThereIs(string name)
    {
        using DecodedImage image = ShouldGiveWhatThereIs(ImageFixtures.Get(name).Encoded());

        image.Width.Should().BePositive();
    }

    [Fact]
    public void Decode_TruncatedPngAllowed_GivesWhatThereIs()
    {
        // libpng reads a chunk's data in pieces of 8 KB: of bad-png-truncated, cut inside its only piece, nothing is left. This one has three.
        ImageFixture fixture = ImageFixtures.Get("png-rgb");
        byte[] encoded = fixture.Encoded();

        using DecodedImage image = ShouldGiveWhatThereIs(encoded.AsSpan(0, encoded.Length * 3 / 4).ToArray());

        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
        int row = fixture.Width * 3;
        image.View.Pixels[..(4 * row)].SequenceEqual(fixture.ExpectedPixels().AsSpan(0, 4 * row)).Should().BeTrue("the first rows are whole");
        image.View.Pixels[^row..].ToArray().Should().OnlyContain(b => b == 0, "the last row is missing");
    }

    [Theory]
    [InlineData("bad-png-truncated")]
    [InlineData("bad-jpeg-truncated")]
    public void Decode_TruncatedPictureAllowed_HasItsSize(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        using DecodedImage image = Decoder.Decode(encoded, new ImageDecodingOptions { AllowTruncated = true }, autoOrient: true);

        (image.Width, image.Height).Should().Be((48, 32));
    }

    [Theory]
    [InlineData("tiff-tiled")]
    [InlineData("tiff-rgb")]
    [InlineData("tiff-lzw")]
    [InlineData("tiff-deflate")]
    public void Decode_TiffWithoutItsLastPixels_IsRefusedAsTruncated(string name)
    {
        // The directory of these files comes first or last; where it is first, cutting the end cuts pixels.
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        ImageDecodeException exception = Refuse(encoded.AsSpan(0, encoded.Length - 16).ToArray(), new ImageDecodingOptions());

        exception.Failure.Should().Be(ImageDecodeFailure.Truncated);
    }

    [Fact]
    public void Decode_TiffWithDamagedTile_IsRefusedAsCorrupt()
    {
        byte[] pixels = new byte[256];
        new Random(3).NextBytes(pixels);
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(pixels);
        }

        byte[] whole = TiffOfOneTile(packed.ToArray());
        byte[] damaged = [.. whole];
        damaged.AsSpan(^200..^100).Fill(0xFF);

        using DecodedImage image = Decoder.Decode(whole, new ImageDecodingOptions(), autoOrient: true);

        image.View.Pixels.ToArray().Where((_, i) => i % 3 == 0).Should().Equal(pixels);
        Refuse(damaged, new ImageDecodingOptions()).Failure.Should().Be(ImageDecodeFailure.Corrupt);
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

        using DecodedImage image = Decoder.Decode(fixture.Encoded(), new ImageDecodingOptions(), autoOrient: false);

        (image.Width, image.Height).Should().Be(orientation < 5 ? (fixture.Width, fixture.Height) : (fixture.Height, fixture.Width));
        (int lastX, int lastY) = (fixture.Width - 1, fixture.Height - 1);
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
                    int stored = image.View.Pixels[(((y * image.Width) + x) * 3) + channel];
                    worst = Math.Max(worst, Math.Abs(stored - upright[(((uprightY * fixture.Width) + uprightX) * 3) + channel]));
                }
            }
        }

        worst.Should().BeLessThanOrEqualTo(fixture.Tolerance);
    }

    [Theory]
    [InlineData("webp-exif-6")]
    [InlineData("tiff-orientation-6")]
    public void Decode_AutoOrientOff_DoesNotSwapSidesInOtherFormats(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = Decoder.Decode(fixture.Encoded(), new ImageDecodingOptions(), autoOrient: false);

        (image.Width, image.Height).Should().Be((fixture.Height, fixture.Width));
    }

    [Theory]
    [InlineData("jpeg-larger")]
    [InlineData("png-interlaced")]
    [InlineData("webp-lossy")]
    [InlineData("gif-static")]
    [InlineData("tiff-tiled")]
    public void Decode_PictureExactlyAtEveryLimit_Decodes(string name)
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

        using DecodedImage image = Decoder.Decode(encoded, options, autoOrient: true);

        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
    }

    [Theory]
    [InlineData("jpeg-larger")]
    [InlineData("png-interlaced")]
    [InlineData("webp-lossy")]
    [InlineData("gif-static")]
    [InlineData("tiff-tiled")]
    public void Decode_PictureOneBeyondALimit_ThrowsTooLargeWithTheNumbers(string name)
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
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"><rect width=\"8\" height=\"8\"/></svg>")]
    [InlineData("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("%PDF-1.7\n1 0 obj\n")]
    [InlineData("P6\n2 2\n255\n............")]
    [InlineData("P3\n1 1\n255\n1 2 3\n")]
    [InlineData("P7\nWIDTH 1\n")]
    [InlineData("Pf\n1 1\n-1.0\n....")]
    [InlineData("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n....")]
    [InlineData("BM....................................")]
    [InlineData("v/1\u0001....")]
    [InlineData("....ftypheic....mif1")]
    [InlineData("....ftypavif....avif")]
    [InlineData("SIMPLE  =                    T")]
    [InlineData("GIF88a..............")]
    [InlineData("RIFF....WAVEfmt ")]
    [InlineData("1,2,3\n4,5,6\n")]
    public void Decode_FormatOffTheList_IsRefused(string text)
    {
        ImageDecodeException exception = Refuse(Encoding.Latin1.GetBytes(text), new ImageDecodingOptions());

        exception.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        exception.Message.Should().Contain("PixelView");
    }

    [Fact]
    public void Decode_EmptySpan_ThrowsEmpty()
        => Refuse([], new ImageDecodingOptions()).Failure.Should().Be(ImageDecodeFailure.Empty);

    [Fact]
    public void Decode_FailureAfterToleratedDamage_DoesNotReportTheOtherPicturesFormat()
    {
        using (Decoder.Decode(ImageFixtures.Get("bad-jpeg-truncated").Encoded(), new ImageDecodingOptions { AllowTruncated = true }, autoOrient: true))
        {
        }

        ImageDecodeException exception = Refuse(ImageFixtures.Get("bad-png-crc").Encoded(), new ImageDecodingOptions());

        exception.Failure.Should().Be(ImageDecodeFailure.Corrupt, "the cut JPEG before it is another picture");
        exception.Message.Should().StartWith("the PNG picture is damaged");
    }

    private static DecodedImage ShouldGiveWhatThereIs(byte[] encoded)
    {
        ImageDecodingOptions options = new() { AllowTruncated = true };

        DecodedImage image = Decoder.Decode(encoded, options, autoOrient: true);
        using DecodedImage again = Decoder.Decode(encoded, options, autoOrient: true);

        image.View.Pixels.Length.Should().Be(image.Width * image.Height * 3).And.BePositive();
        image.View.Pixels.IndexOfAnyExcept((byte)0).Should().BeGreaterThanOrEqualTo(0, "the first half of the picture is there");
        again.View.Pixels.SequenceEqual(image.View.Pixels).Should().BeTrue("missing pixels must not be leftovers of other pictures");
        return image;
    }

    private static ImageDecodeException Refuse(byte[] encoded, ImageDecodingOptions options)
    {
        Action decode = () => Decoder.Decode(encoded, options, autoOrient: true).Dispose();
        return decode.Should().ThrowExactly<ImageDecodeException>().Which;
    }

    // 16 x 16 grey pixels, deflated.
    private static byte[] TiffOfOneTile(byte[] packed)
    {
        const int Long = 4;
        (int Tag, int Value)[] entries = [(256, 16), (257, 16), (258, 8), (259, 8), (262, 1), (277, 1), (322, 16), (323, 16), (324, 134), (325, packed.Length)];
        using MemoryStream file = new();
        using BinaryWriter writer = new(file);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((short)entries.Length);
        foreach ((int tag, int value) in entries)
        {
            writer.Write((short)tag);
            writer.Write((short)Long);
            writer.Write(1);
            writer.Write(value);
        }

        writer.Write(0);
        writer.Write(packed);
        return file.ToArray();
    }

    private static void ShouldBeNear(DecodedImage image, ImageFixture fixture, byte[] expected)
    {
        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
        ReadOnlySpan<byte> pixels = image.View.Pixels;
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
