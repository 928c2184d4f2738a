using System.Buffers;

namespace ResNet.Net.Tests;

/// <summary>Tests truncated images, and that decoded pixels never come from an image that used the memory before.</summary>
public class SkiaSharpDecoderTruncationTests
{
    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ImageTruncatedAnywhere_ReturnsAllPixelsOrThrows(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);
        byte[] encoded = fixture.Encoded();
        using DecodedImage whole = Decode(encoded, new ImageDecodingOptions());
        int step = Math.Max(1, encoded.Length / 40);
        byte[] pixels = whole.Rgb();
        int rejected = 0;

        for (int length = 12; length < encoded.Length; length += step)
        {
            try
            {
                // The missing bytes may not belong to the pixels: a trailer, a second frame, metadata.
                ReadOnlySpan<byte> start = encoded.AsSpan(0, length);
                using DecodedImage truncated = Decode(start, new ImageDecodingOptions(), autoOrient: false);
                truncated.Rgb().Length.Should().Be(pixels.Length, "{0} was decoded from {1} bytes", name, length);
                bool mayBeRotated = name.Contains("-6", StringComparison.Ordinal) || name.Contains("exif", StringComparison.Ordinal);
                if (truncated.Width == whole.Width && !mayBeRotated)
                {
                    truncated.Rgb().SequenceEqual(pixels).Should().BeTrue("{0} was decoded from {1} bytes", name, length);
                }
            }
            catch (ImageDecodeException)
            {
                rejected++;
            }
        }

        rejected.Should().BePositive();
    }

    [Theory]
    [InlineData("bad-jpeg-truncated")]
    [InlineData("bad-jpeg-progressive-truncated")]
    [InlineData("bad-png-truncated")]
    public void Decode_AllowTruncated_ReturnsAvailablePixelsInFullSize(string name)
    {
        using DecodedImage image = DecodeTruncated(ImageFixtures.Get(name).Encoded());

        (image.Width, image.Height).Should().Be((48, 32));
    }

    [Fact]
    public void Decode_AllowTruncatedPng_ReturnsAvailableRows()
    {
        ImageFixture fixture = ImageFixtures.Get("png-rgb");
        byte[] encoded = fixture.Encoded();

        using DecodedImage image = DecodeTruncated(encoded.AsSpan(0, encoded.Length * 3 / 4).ToArray());

        (image.Width, image.Height).Should().Be((fixture.Width, fixture.Height));
        int rowLength = fixture.Width * 3;
        byte[] pixels = image.Rgb();
        pixels[..(4 * rowLength)].Should().Equal(fixture.ExpectedPixels()[..(4 * rowLength)], "the first rows are complete");
        pixels[^rowLength..].Should().OnlyContain(b => b == 0, "the last row is missing");
    }

    [Theory]
    [InlineData("webp-lossy")]
    [InlineData("webp-lossless")]
    public void Decode_AllowTruncatedWebP_ThrowsTruncated(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        DecodeOutcome outcome = DecodeOutcome.Of(encoded.AsSpan(0, encoded.Length / 2), new ImageDecodingOptions { AllowTruncated = true });

        outcome.Failure.Should().Be(ImageDecodeFailure.Truncated);
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_ReusedMemory_ReturnsTheSamePixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        byte[] pixels = DecodeInReusedMemory(encoded, 0x00, new ImageDecodingOptions());

        pixels.Should().NotBeEmpty();
        DecodeInReusedMemory(encoded, 0x5A, new ImageDecodingOptions()).Should().Equal(pixels);
        DecodeInReusedMemory(encoded, 0xFF, new ImageDecodingOptions()).Should().Equal(pixels);
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
    public void Decode_AllowTruncatedInReusedMemory_ReturnsNoOldPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageDecodingOptions options = new() { AllowTruncated = true };
        int decoded = 0;
        for (int length = 12; length < encoded.Length; length += 11)
        {
            byte[] truncated = encoded[..length];
            byte[] expected = DecodeInReusedMemory(truncated, 0, options);

            DecodeInReusedMemory(truncated, 0xA5, options).Should().Equal(expected, "of {0} bytes", length);
            decoded += expected.Length > 0 ? 1 : 0;
        }

        decoded.Should().BePositive();
    }

    /// <summary>Decodes an image into pooled memory that is filled with a value.</summary>
    /// <returns>The pixels; empty if the image is rejected.</returns>
    private static byte[] DecodeInReusedMemory(byte[] encoded, byte value, ImageDecodingOptions options)
    {
        // The pool rents the most recently returned array of a size to the same thread.
        foreach (int length in new[] { 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15 })
        {
            byte[] array = ArrayPool<byte>.Shared.Rent(length);
            Array.Fill(array, value);
            ArrayPool<byte>.Shared.Return(array);
        }

        return DecodeOutcome.Of(encoded, options).Pixels;
    }

    private static DecodedImage Decode(ReadOnlySpan<byte> encoded, ImageDecodingOptions options, bool autoOrient = true)
        => ImageDecoding.Decode(ImageDecoding.Default, encoded, options, autoOrient);

    private static DecodedImage DecodeTruncated(byte[] encoded)
    {
        ImageDecodingOptions options = new() { AllowTruncated = true };

        DecodedImage image = Decode(encoded, options);
        using DecodedImage again = Decode(encoded, options);

        image.Rgb().Length.Should().Be(image.Width * image.Height * 3).And.BePositive();
        image.Rgb().AsSpan().IndexOfAnyExcept((byte)0).Should().BeGreaterThanOrEqualTo(0, "the start of the image is available");
        again.Rgb().SequenceEqual(image.Rgb()).Should().BeTrue("missing pixels must not come from other images");
        return image;
    }
}
