using System.Buffers.Binary;

namespace ResNet.Net.Tests;

public class JpegScanLimitTests
{
    private const int DefaultMaxPixels = 64_000_000;

    [Theory]
    [InlineData(99, null)]
    [InlineData(100, 100)]
    public void Find_ProgressiveScans_CountsUpToTheEndOfTheImage(int scans, int? expected)
    {
        byte[] encoded = JpegFiles.WithScans(ImageFixtures.Get("jpeg-many-scans").Encoded(), scans);

        JpegScanLimit.Find(encoded, DefaultMaxPixels).Should().Be(expected);
        JpegScanLimit.Find([.. ImageFixtures.Get("jpeg-420").Encoded(), .. encoded], DefaultMaxPixels)
            .Should().BeNull("data after the image is ignored");
    }

    [Theory]
    [InlineData(3000, 3000, DefaultMaxPixels, null)]
    [InlineData(8000, 8000, DefaultMaxPixels, 25)]
    [InlineData(8000, 4000, DefaultMaxPixels, 49)]
    [InlineData(8000, 8000, 500_000_000, null)]
    [InlineData(8001, 8000, DefaultMaxPixels, null)] // rejected for its pixels
    public void Find_LargeImage_LimitsTheProductOfScansAndPixels(int width, int height, int maxPixels, int? expected)
    {
        byte[] encoded = ImageFixtures.Get("jpeg-many-scans").Encoded();
        JpegFiles.Find(encoded, 0xDA).Should().HaveCount(66);
        int frame = JpegFiles.Find(encoded, 0xC2)[0];
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(frame + 7), (ushort)width);

        JpegScanLimit.Find(encoded, maxPixels).Should().Be(expected);
    }
}
