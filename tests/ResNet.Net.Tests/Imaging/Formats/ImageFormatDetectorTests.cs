namespace ResNet.Net.Tests;

public class ImageFormatDetectorTests
{
    public static TheoryData<string> ValidNames => ImageFixtures.Names(ImageFixtures.Valid);

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void Detect_ValidImage_ReturnsItsFormat(string name)
        => ImageFormatDetector.Detect(ImageFixtures.Get(name).Encoded()).ToString()
            .Should().BeEquivalentTo(name.Split('-')[0], "the name starts with the format");

    [Theory]
    [InlineData("FFD8FF", (int)ImageFormat.Jpeg)]
    [InlineData("FFD8", (int)ImageFormat.Unknown)]
    [InlineData("FFD8FE", (int)ImageFormat.Unknown)]
    [InlineData("89504E470D0A1A0A", (int)ImageFormat.Png)]
    [InlineData("89504E470D0A1A", (int)ImageFormat.Unknown)]
    [InlineData("89504E470A1A0A0A", (int)ImageFormat.Unknown)]
    [InlineData("524946460000000057454250", (int)ImageFormat.WebP)]
    [InlineData("52494646FFFFFFFF57454250", (int)ImageFormat.WebP)]
    [InlineData("5249464600000000574542", (int)ImageFormat.Unknown)]
    [InlineData("524946460000000057415645", (int)ImageFormat.Unknown)]
    [InlineData("474946383761", (int)ImageFormat.Gif)]
    [InlineData("474946383961", (int)ImageFormat.Gif)]
    [InlineData("474946383861", (int)ImageFormat.Unknown)]
    [InlineData("4749463839", (int)ImageFormat.Unknown)]
    [InlineData("49492A00", (int)ImageFormat.Tiff)]
    [InlineData("49492B00", (int)ImageFormat.Tiff)]
    [InlineData("4D4D002A", (int)ImageFormat.Tiff)]
    [InlineData("4D4D002B", (int)ImageFormat.Tiff)]
    [InlineData("49492A", (int)ImageFormat.Unknown)]
    [InlineData("4949002A", (int)ImageFormat.Unknown)]
    [InlineData("4D4D2A00", (int)ImageFormat.Unknown)]
    [InlineData("", (int)ImageFormat.Unknown)]
    [InlineData("00", (int)ImageFormat.Unknown)]
    public void Detect_FirstBytes_ReturnsFormat(string hex, int expected)
        => ImageFormatDetector.Detect(Convert.FromHexString(hex)).Should().Be((ImageFormat)expected);

    [Theory]
    [InlineData("424D", (int)ImageFormat.Bmp)]
    [InlineData("42", (int)ImageFormat.Unknown)]
    [InlineData("00000100", (int)ImageFormat.Ico)]
    [InlineData("00000200", (int)ImageFormat.Unknown)]
    public void Detect_WindowsFormats_ReturnsFormat(string hex, int expected)
        => ImageFormatDetector.Detect(Convert.FromHexString(hex)).Should().Be((ImageFormat)expected);
}
