using SkiaSharp;

namespace ResNet.Net.Tests;

/// <summary>Tests <see cref="ImageDecodingOptions.MaxDuration"/> with a clock that advances by a second whenever it is read.</summary>
public class DecodingTimeLimitTests
{
    private const int Side = 400;

    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Decode_TimeLimitNotReached_ReturnsTheSamePixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        foreach (ResizeRule? shrinkFor in (ResizeRule?[])[null, ResizeRule.ShortSide(4)])
        {
            DecodeOutcome expected = DecodeOutcome.Of(encoded, shrinkFor: shrinkFor);

            DecodeOutcome outcome = DecodeOutcome.Of(
                encoded, new ImageDecodingOptions { MaxDuration = TimeSpan.FromDays(1) }, shrinkFor: shrinkFor);

            outcome.DifferenceFrom(expected).Should().BeNull();
        }
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("bmp")]
    public void Decode_TimeLimitReachedDuringDecode_StopsReading(string format)
    {
        byte[] encoded = Noise(format);
        SteppingTime complete = new();
        DecodeOutcome.Of(encoded, Limit(complete, TimeSpan.FromDays(1))).Failure.Should().BeNull();
        complete.Reads.Should().BeGreaterThan(20, "the codec reads a large file in parts");

        SteppingTime stopped = new();
        DecodeOutcome outcome = DecodeOutcome.Of(encoded, Limit(stopped, TimeSpan.FromSeconds(complete.Reads / 2)));

        outcome.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        outcome.Message.Should().ContainAll("MaxDuration", "the limit of 00:0");
        stopped.Reads.Should().BeLessThan((complete.Reads / 2) + 20, "the codec stops at its next read");
    }

    [Theory]
    [InlineData("webp-lossy")]
    [InlineData("ico-png")]
    [InlineData("jpeg-baseline")]
    public void Decode_TimeLimitReachedAtTheHeader_AllocatesNoPixels(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        DecodeOutcome outcome = DecodeOutcome.Of(encoded, Limit(new SteppingTime(), TimeSpan.FromTicks(1)));

        outcome.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        outcome.Message.Should().Contain("MaxDuration");
    }

    [Fact]
    public void Decode_TimeLimitAndAllowTruncated_ReturnsNoPartOfTheImage()
    {
        ImageDecodingOptions options = Limit(new SteppingTime(), TimeSpan.FromSeconds(15)) with { AllowTruncated = true };

        DecodeOutcome.Of(Noise("png"), options).Failure.Should().Be(ImageDecodeFailure.TooLarge);
    }

    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("bmp")]
    public void Decode_ClockThrowsWithinNativeCode_ThrowsItsException(string format)
    {
        byte[] encoded = Noise(format);

        ((Action)(() => DecodeOutcome.Of(encoded, Limit(new BrokenTime(failsAfter: 12), TimeSpan.FromDays(1)))))
            .Should().Throw<InvalidOperationException>().WithMessage("The clock is broken.");
    }

    [Fact]
    public void Decode_DecoderChecksTheTime_IsStopped()
    {
        SlowDecoder decoder = new();

        DecodeOutcome outcome = DecodeOutcome.Of(decoder, [1], Limit(new SteppingTime(), TimeSpan.FromSeconds(50)));

        outcome.Failure.Should().Be(ImageDecodeFailure.TooLarge);
        decoder.Rows.Should().BeInRange(10, 60);
    }

    [Fact]
    public void Decode_NoTimeLimit_DoesNotReadTheClock()
    {
        SteppingTime time = new();

        DecodeOutcome.Of(Noise("jpeg"), new ImageDecodingOptions { TimeProvider = time }).Failure.Should().BeNull();

        time.Reads.Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Validate_MaxDurationNotPositive_Throws(long ticks)
        => new ImageDecodingOptions { MaxDuration = TimeSpan.FromTicks(ticks) }.Invoking(options => options.Validate())
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(ImageDecodingOptions.MaxDuration));

    private static ImageDecodingOptions Limit(TimeProvider time, TimeSpan limit) => new() { MaxDuration = limit, TimeProvider = time };

    private static byte[] Noise(string format)
    {
        byte[] pixels = new byte[Side * Side * 4];
        new Random(1).NextBytes(pixels);
        return format switch
        {
            "bmp" => BmpFiles.Write(Side, Side, 32, pixels),
            "gif" => GifFiles.Write(Side, Side, [.. pixels.Take(Side * Side).Select(value => (byte)(value % 16))]),
            "png" => Encode(pixels, SKEncodedImageFormat.Png),
            _ => Encode(pixels, SKEncodedImageFormat.Jpeg),
        };
    }

    private static unsafe byte[] Encode(byte[] pixels, SKEncodedImageFormat format)
    {
        fixed (byte* memory = pixels)
        {
            using SKPixmap pixmap = new(new SKImageInfo(Side, Side, SKColorType.Rgb888x, SKAlphaType.Opaque), (nint)memory);
            using SKData encoded = pixmap.Encode(format, 100)!;
            return encoded.ToArray();
        }
    }

    private sealed class SteppingTime : TimeProvider
    {
        public int Reads { get; private set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++Reads;
    }

    /// <summary>Throws after a number of reads.</summary>
    private sealed class BrokenTime(int failsAfter) : TimeProvider
    {
        private int _reads;

        public override long GetTimestamp()
            => ++_reads > failsAfter ? throw new InvalidOperationException("The clock is broken.") : _reads;
    }

    /// <summary>Checks the time before each of a thousand rows.</summary>
    private sealed class SlowDecoder : IImageDecoder
    {
        public IReadOnlyList<string> Formats => ["test"];

        public int Rows { get; private set; }

        public bool TryDecode(ReadOnlySpan<byte> encoded, ImageDecodeRequest request)
        {
            request.Accept(new ImageHeader("test", 1, 1000));
            request.GetPixels(1, 1000, PixelFormat.Gray8).Clear();
            for (; Rows < 1000; Rows++)
            {
                request.ThrowIfTimedOut();
            }

            return true;
        }
    }
}
