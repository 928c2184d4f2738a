using SkiaSharp;

namespace ResNet.Net.Tests;

public class SkiaSharpDecoderTests
{
    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    public static TheoryData<string> TransparentNames
        => ImageFixtures.Names(ImageFixtures.ValidOfSkia.Where(fixture => fixture.ExpectedOnWhite is not null));

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ValidImage_ReturnsExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        using DecodedImage image = Decode(fixture);

        ShouldMatch(image, fixture, fixture.ExpectedPixels());
    }

    [Theory]
    [MemberData(nameof(TransparentNames))]
    public void Decode_TransparentImageOnWhite_ReturnsExpectedPixels(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        ImageDecodingOptions options = new() { Background = 255 };
        using DecodedImage image = Decode(fixture, options);

        ShouldMatch(image, fixture, fixture.ExpectedPixelsOnWhite());
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
    public void Decode_AutoOrientOff_ReturnsStoredPixels(int orientation)
    {
        ImageFixture fixture = ImageFixtures.Get($"jpeg-exif-{orientation}");
        byte[] upright = fixture.ExpectedPixels();

        using DecodedImage image = Decode(fixture, autoOrient: false);

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

    [Fact]
    public void Decode_AutoOrientOffInWebP_ReturnsStoredSize()
    {
        ImageFixture fixture = ImageFixtures.Get("webp-exif-6");

        using DecodedImage image = Decode(fixture, autoOrient: false);

        (image.Width, image.Height).Should().Be((fixture.Height, fixture.Width));
    }

    [Theory]
    [InlineData("png-icc")]
    [InlineData("jpeg-icc")]
    public void Decode_ColorProfile_IsNotApplied(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec codec = SKCodec.Create(data);
        using SKColorSpace profile = codec.Info.ColorSpace;
        using SKColorSpace srgb = SKColorSpace.CreateSrgb();
        SKImageInfo target = new(fixture.Width, fixture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, srgb);
        using SKBitmap converted = SKBitmap.Decode(codec, target);

        DecodeOutcome outcome = DecodeOutcome.Of(encoded);

        profile.IsSrgb.Should().BeFalse("the test needs a profile that changes colors");
        SKColor red = converted.GetPixel(2, 2);
        red.Blue.Should().BeGreaterThan(200, "the profile turns the red block blue");
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
    public void Decode_AnyColorType_ReturnsTheSmallestLayout(string name, PixelFormat expected)
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
    public void Decode_ReducedJpeg_RoundsUpAndAverages(string name, int width, int height)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] full = fixture.ExpectedPixels();
        foreach (int factor in new[] { 1, 2, 4, 8 })
        {
            ResizeRule rule = ResizeRule.Squash(width / factor / JpegShrink.Margin, height / factor / JpegShrink.Margin);

            DecodeOutcome outcome = DecodeOutcome.Of(fixture.Encoded(), shrinkFor: rule);

            (outcome.Width, outcome.Height).Should().Be(((width + factor - 1) / factor, (height + factor - 1) / factor));
            MeanDifferenceFromAverages(outcome, full, width, height, factor)
                .Should().BeLessThan(factor == 8 ? 14 : 7, "each pixel is about the average of those that it replaces");
        }
    }

    [Theory]
    [InlineData("png-rgb")]
    [InlineData("webp-lossy")]
    public void Decode_ReducedSizeOfOtherFormats_IsIgnored(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        DecodeOutcome outcome = DecodeOutcome.Of(encoded, shrinkFor: ResizeRule.Squash(1, 1));

        outcome.DifferenceFrom(DecodeOutcome.Of(encoded)).Should().BeNull();
    }

    [Fact]
    public void Decode_ReducedAndRotatedImage_KeepsTheFullSize()
    {
        byte[] encoded = ImageFixtures.Get("jpeg-exif-6").Encoded();

        using DecodedImage image = ImageDecoding.Decode(
            ImageDecoding.Default, encoded, new ImageDecodingOptions(), autoOrient: true, ResizeRule.Squash(5, 3));

        (image.Width, image.Height).Should().Be((10, 6));
        (image.Pixels.FullWidth, image.Pixels.FullHeight).Should().Be((40, 24));
    }

    private static DecodedImage Decode(ImageFixture fixture, ImageDecodingOptions? options = null, bool autoOrient = true)
        => ImageDecoding.Decode(ImageDecoding.Default, fixture.Encoded(), options ?? new ImageDecodingOptions(), autoOrient);

    private static double MeanDifferenceFromAverages(DecodeOutcome reduced, byte[] full, int fullWidth, int fullHeight, int factor)
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

                    sum += Math.Abs((mean / (factor * factor)) - reduced.Pixels[(((y * reduced.Width) + x) * 3) + channel]);
                    count++;
                }
            }
        }

        return sum / count;
    }

    private static void ShouldMatch(DecodedImage image, ImageFixture fixture, byte[] expected)
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
            "the worst byte of {0} is channel {1} of pixel ({2}, {3}): {4} instead of {5}",
            fixture.Name, position % 3, position / 3 % fixture.Width, position / 3 / fixture.Width, pixels[position], expected[position]);
    }
}
