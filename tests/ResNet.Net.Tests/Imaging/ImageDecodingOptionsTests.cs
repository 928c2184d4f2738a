using System.Buffers.Binary;

namespace ResNet.Net.Tests;

public class ImageDecodingOptionsTests
{
    [Theory]
    [InlineData(16_384, 1)]
    [InlineData(1, 16_384)]
    [InlineData(8_000, 8_000)]
    [InlineData(16_384, 3_906)] // 63,995,904 pixels
    public void Decode_DefaultLimits_AcceptAnImageAtTheLimit(int width, int height)
    {
        HeaderOnlyDecoder decoder = new(width, height);

        using DecodedImage image = decoder.Decode([1]);

        decoder.IsAccepted.Should().BeTrue();
    }

    [Theory]
    [InlineData(16_385, 1)]
    [InlineData(1, 16_385)]
    [InlineData(8_001, 8_000)]
    [InlineData(16_384, 3_907)] // 64,012,288 pixels
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Decode_DefaultLimits_RejectAnImageBeyondTheLimit(int width, int height)
    {
        HeaderOnlyDecoder decoder = new(width, height);

        DecodeOutcome outcome = DecodeOutcome.Of(decoder, [1]);

        decoder.IsAccepted.Should().BeFalse();
        outcome.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        outcome.Message.Should().ContainAll($"{width}x{height} = {(long)width * height} pixels", "MaxWidth", "MaxHeight", "MaxPixels");
    }

    [Theory]
    [InlineData(16_384, 1, ImageDecodeFailure.Truncated)]
    [InlineData(16_385, 1, ImageDecodeFailure.TooLarge)]
    [InlineData(1, 16_384, ImageDecodeFailure.Truncated)]
    [InlineData(1, 16_385, ImageDecodeFailure.TooLarge)]
    [InlineData(8_001, 8_000, ImageDecodeFailure.TooLarge)]
    public void Decode_DefaultLimitsAndPngHeader_ChecksTheHeaderFirst(int width, int height, ImageDecodeFailure expected)
        => DecodeOutcome.Of(PngWithoutPixels(width, height)).Failure.Should().Be(expected);

    [Fact]
    public void Decode_DefaultMaxBytes_RejectsOneByteMore()
    {
        // Mapped memory that is never written to.
        const int Limit = 67_108_864;
        using GuardedMemory memory = new(Limit + 1);

        DecodeOutcome.Of(memory.Span[..Limit]).Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat, "the size is accepted");
        DecodeOutcome outcome = DecodeOutcome.Of(memory.Span);

        outcome.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        outcome.Message.Should().ContainAll("67108865 bytes", "67108864", "MaxBytes");
    }

    [Fact]
    public void Decode_MaxPixelsAtTheLargestValue_AcceptsThatManyPixels()
    {
        ImageDecodingOptions options = new() { MaxPixels = 500_000_000, MaxWidth = int.MaxValue, MaxHeight = int.MaxValue };
        HeaderOnlyDecoder decoder = new(500_000_000, 1);

        using DecodedImage image = decoder.Decode([1], options);

        decoder.IsAccepted.Should().BeTrue();
        DecodeOutcome.Of(new HeaderOnlyDecoder(500_000_001, 1), [1], options).Failure.Should().Be(ImageDecodeFailure.TooLarge);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Validate_LimitBelowOne_ThrowsWithItsName(int value)
    {
        ShouldThrow(new ImageDecodingOptions { MaxBytes = value }, nameof(ImageDecodingOptions.MaxBytes));
        ShouldThrow(new ImageDecodingOptions { MaxWidth = value }, nameof(ImageDecodingOptions.MaxWidth));
        ShouldThrow(new ImageDecodingOptions { MaxHeight = value }, nameof(ImageDecodingOptions.MaxHeight));
        ShouldThrow(new ImageDecodingOptions { MaxPixels = value }, nameof(ImageDecodingOptions.MaxPixels));
    }

    [Fact]
    public void Validate_MaxPixelsAbove500Million_Throws()
        => ShouldThrow(new ImageDecodingOptions { MaxPixels = 500_000_001 }, nameof(ImageDecodingOptions.MaxPixels));

    private static void ShouldThrow(ImageDecodingOptions options, string name)
        => options.Invoking(o => o.Validate()).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    /// <summary>Creates an 8-bit grayscale PNG file whose pixel data ends after two bytes.</summary>
    private static byte[] PngWithoutPixels(int width, int height)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. PngFiles.Chunk("IHDR"u8, header), .. PngFiles.Chunk("IDAT"u8, [0x78, 0x01])];
    }

    /// <summary>Reports an image of any size, and decodes it reduced to one pixel.</summary>
    private sealed class HeaderOnlyDecoder(int width, int height) : IImageDecoder
    {
        public IReadOnlyList<string> Formats => ["test"];

        public bool IsAccepted { get; private set; }

        public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
        {
            request.Accept(new ImageHeader("test", width, height, 1));
            IsAccepted = true;
            request.GetPixels(1, 1, PixelFormat.Gray8)[0] = 0;
            return true;
        }
    }
}
