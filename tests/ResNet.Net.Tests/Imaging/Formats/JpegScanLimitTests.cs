namespace ResNet.Net.Tests;

public class JpegScanLimitTests
{
    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void IsReached_ProgressiveScans_CountsUpToTheEndOfTheImage(int scans, bool expected)
    {
        byte[] encoded = JpegFiles.WithScans(ImageFixtures.Get("jpeg-many-scans").Encoded(), scans);

        JpegScanLimit.IsReached(encoded).Should().Be(expected);
        JpegScanLimit.IsReached([.. ImageFixtures.Get("jpeg-420").Encoded(), .. encoded])
            .Should().BeFalse("data after the image is ignored");
    }
}
