namespace ResNet.Net.Tests;

public class FileEndTests
{
    public static TheoryData<string> WholeNames => ImageFixtures.Names(ImageFixtures.ValidOfSkia);

    [Theory]
    [MemberData(nameof(WholeNames))]
    public void IsMissing_WholeImage_IsFalse(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        FileEnd.IsMissing(encoded, ImageFormatDetector.Detect(encoded)).Should().BeFalse();
        FileEnd.IsMissing([.. encoded, 1, 2, 3], ImageFormatDetector.Detect(encoded)).Should().BeFalse("bytes after the end do not count");
    }

    [Theory]
    [MemberData(nameof(WholeNames))]
    public void IsMissing_ImageCutAnywhere_IsTrue(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();
        ImageFormat format = ImageFormatDetector.Detect(encoded);
        int shortest = Enumerable.Range(1, 12).First(length => ImageFormatDetector.Detect(encoded.AsSpan(0, length)) == format);

        Enumerable.Range(shortest, encoded.Length - shortest).Where(length => !FileEnd.IsMissing(encoded.AsSpan(0, length), format)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("bad-png-crc")]
    [InlineData("bad-png-zlib")]
    public void IsMissing_DamagedButWholeImage_IsFalse(string name)
    {
        byte[] encoded = ImageFixtures.Get(name).Encoded();

        FileEnd.IsMissing(encoded, ImageFormatDetector.Detect(encoded)).Should().BeFalse();
    }

    [Fact]
    public void IsMissing_JpegWithThumbnail_IsNotFooledByTheThumbnailsEnd()
    {
        // Start, an APP1 segment that holds an end-of-image marker, start of scan, data with a stuffed byte and a restart marker, no end.
        byte[] cut = Convert.FromHexString("FFD8" + "FFE10006" + "FFD9FFD9" + "FFDA0003" + "00" + "12FF0034FFD056");

        FileEnd.IsMissing(cut, ImageFormat.Jpeg).Should().BeTrue();
        FileEnd.IsMissing([.. cut, 0xFF, 0xD9], ImageFormat.Jpeg).Should().BeFalse();
    }

    [Fact]
    public void IsMissing_GifWithBytesThatAreNoBlock_IsDamagedNotCut()
        => FileEnd.IsMissing([.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x55], ImageFormat.Gif).Should().BeFalse();

    [Theory]
    [InlineData((int)ImageFormat.Jpeg)]
    [InlineData((int)ImageFormat.Png)]
    [InlineData((int)ImageFormat.WebP)]
    [InlineData((int)ImageFormat.Gif)]
    [InlineData((int)ImageFormat.Bmp)]
    [InlineData((int)ImageFormat.Ico)]
    public void IsMissing_AnyBytes_EndsWithAnAnswer(int format)
    {
        byte[] magic = (ImageFormat)format switch
        {
            ImageFormat.Jpeg => [0xFF, 0xD8, 0xFF],
            ImageFormat.Png => [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n'],
            ImageFormat.WebP => [.. "RIFFd\0\0\0WEBP"u8],
            ImageFormat.Gif => [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x21, 0xFE],
            ImageFormat.Bmp => [.. "BM"u8],
            _ => [0, 0, 1, 0, 1, 0],
        };
        Random random = new(format);
        int answers = 0;
        for (int round = 0; round < 5_000; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (round % 2 == 0)
            {
                // Small numbers make lengths and offsets that stay inside the file.
                bytes = [.. bytes.Select(b => (byte)(b < 200 ? b % 4 : b))];
            }

            answers += FileEnd.IsMissing([.. magic, .. bytes], (ImageFormat)format) ? 1 : 0;
        }

        answers.Should().BeInRange(1, 5_000);
    }

    [Fact]
    public void IsMissing_UnknownFormat_IsFalse() => FileEnd.IsMissing([1, 2, 3], ImageFormat.Unknown).Should().BeFalse();
}
