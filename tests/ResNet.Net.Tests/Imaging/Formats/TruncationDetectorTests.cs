namespace ResNet.Net.Tests;

public class TruncationDetectorTests
{
    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void IsTruncated_CompleteImage_ReturnsFalse(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        ImageFormat format = ImageFormatDetector.Detect(encoded);

        TruncationDetector.IsTruncated(encoded, format).Should().BeFalse();
        TruncationDetector.IsTruncated([.. encoded, 1, 2, 3], format).Should().BeFalse("bytes after the end are ignored");
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void IsTruncated_ImageTruncatedAnywhere_ReturnsTrue(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageFormat format = ImageFormatDetector.Detect(encoded);
        int minimum = Enumerable.Range(1, 12).First(length => ImageFormatDetector.Detect(encoded.AsSpan(0, length)) == format);

        IEnumerable<int> undetected = Enumerable.Range(minimum, encoded.Length - minimum)
            .Where(length => !TruncationDetector.IsTruncated(encoded.AsSpan(0, length), format));

        undetected.Should().BeEmpty();
    }

    [Theory]
    [InlineData("bad-png-crc")]
    [InlineData("bad-png-zlib")]
    public void IsTruncated_DamagedButCompleteImage_ReturnsFalse(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        TruncationDetector.IsTruncated(encoded, ImageFormatDetector.Detect(encoded)).Should().BeFalse();
    }

    [Fact]
    public void IsTruncated_JpegWithThumbnail_IgnoresTheEndOfTheThumbnail()
    {
        // Start of image, an APP1 segment that contains an end-of-image marker, start of scan, data with a stuffed byte and a restart
        // marker.
        byte[] truncated = Convert.FromHexString("FFD8" + "FFE10006" + "FFD9FFD9" + "FFDA0003" + "00" + "12FF0034FFD056");

        TruncationDetector.IsTruncated(truncated, ImageFormat.Jpeg).Should().BeTrue();
        TruncationDetector.IsTruncated([.. truncated, 0xFF, 0xD9], ImageFormat.Jpeg).Should().BeFalse();
    }

    [Fact]
    public void IsTruncated_GifWithInvalidBlock_ReturnsFalse()
        => TruncationDetector.IsTruncated([.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x55], ImageFormat.Gif).Should().BeFalse();

    [Theory]
    [InlineData((int)ImageFormat.Jpeg)]
    [InlineData((int)ImageFormat.Png)]
    [InlineData((int)ImageFormat.WebP)]
    [InlineData((int)ImageFormat.Gif)]
    [InlineData((int)ImageFormat.Bmp)]
    [InlineData((int)ImageFormat.Ico)]
    public void IsTruncated_RandomBytes_Returns(int format)
    {
        byte[] signature = (ImageFormat)format switch
        {
            ImageFormat.Jpeg => [0xFF, 0xD8, 0xFF],
            ImageFormat.Png => [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n'],
            ImageFormat.WebP => [.. "RIFFd\0\0\0WEBP"u8],
            ImageFormat.Gif => [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x21, 0xFE],
            ImageFormat.Bmp => [.. "BM"u8],
            _ => [0, 0, 1, 0, 1, 0],
        };
        Random random = new(format);
        int truncated = 0;
        for (int round = 0; round < 5_000; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (round % 2 == 0)
            {
                // Small values yield lengths and offsets inside the file.
                bytes = [.. bytes.Select(b => (byte)(b < 200 ? b % 4 : b))];
            }

            truncated += TruncationDetector.IsTruncated([.. signature, .. bytes], (ImageFormat)format) ? 1 : 0;
        }

        truncated.Should().BeInRange(1, 5_000);
    }

    [Fact]
    public void IsTruncated_UnknownFormat_ReturnsFalse()
        => TruncationDetector.IsTruncated([1, 2, 3], ImageFormat.Unknown).Should().BeFalse();
}
