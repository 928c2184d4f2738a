using System.Text;

namespace ResNet.Net.Tests;

public class UnsupportedFormatsTests
{
    [Theory]
    [InlineData("II*\0", "TIFF", "ResNet.Net.NetVips")]
    [InlineData("\0\0\0\u001cftypavif", "AVIF", "ResNet.Net.NetVips")]
    [InlineData("\0\0\0\u001cftypheic", "HEIC", "Convert it to JPEG")]
    [InlineData("\0\0\0\u001cftypmif1", "HEIC", "Convert it to JPEG")]
    [InlineData("\0\0\0\u001cftypisom", "MP4", "frame")]
    [InlineData("\0\0\0\u000cJXL \r\n", "JPEG XL", "Convert it to JPEG")]
    [InlineData("\u00ff\n", "JPEG XL", "Convert it to JPEG")]
    [InlineData("\0\0\0\u000cjP  \r\n", "JPEG 2000", "Convert it to JPEG")]
    [InlineData("\u00ffO\u00ffQ", "JPEG 2000", "Convert it to JPEG")]
    [InlineData("\u00ff\u00d8", "first bytes of an image", "read completely")]
    [InlineData("\u0089PN", "first bytes of an image", "read completely")]
    [InlineData("%PDF-1.7", "PDF", "Render")]
    [InlineData("P6\n", "Netpbm", "ResNet.Net.ImageSharp")]
    [InlineData("P8\n", "bytes that begin with 50380A", "PixelView")]
    [InlineData("PK\u0003\u0004", "ZIP", "Extract")]
    [InlineData("\u001f\u008b", "gzip", "Decompress")]
    [InlineData("8BPS", "Photoshop", "Convert it to JPEG")]
    [InlineData("\0\0\u0002\0", "cursor or TGA", "Convert it to JPEG")]
    [InlineData("v/1\u0001", "OpenEXR", "PixelView")]
    [InlineData("#?RADIANCE\n", "Radiance", "PixelView")]
    [InlineData("<svg xmlns='x'>", "SVG", "Render")]
    [InlineData("<?xml version='1.0'?>\n<!-- x -->\n<svg>", "SVG", "Render")]
    [InlineData(" \r\n\t<!DOCTYPE html>", "HTML", "download again")]
    [InlineData("\u00ef\u00bb\u00bf<html>", "HTML", "download again")]
    [InlineData("{\"error\":\"not found\"}", "JSON", "download again")]
    [InlineData("[1]", "JSON", "download again")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer", "git lfs pull")]
    [InlineData("data:image/png;base64,iVBORw0KGgo", "data: URI", "FromBase64String")]
    [InlineData("/9j/4AAQSkZJRg==", "base64 text of a JPEG", "FromBase64String")]
    [InlineData("iVBORw0KGgoAAAANSUhEUg", "base64 text of a PNG", "FromBase64String")]
    [InlineData("UklGRiQAAABXRUJQ", "base64 text of a WebP", "FromBase64String")]
    [InlineData("R0lGODlhAQABAA", "base64 text of a GIF", "FromBase64String")]
    [InlineData("Not Found", "text that begins with 'Not Found'", "download again")]
    [InlineData("<", "text that begins with '<'", "download again")]
    [InlineData("\u0001\u0002", "bytes that begin with 0102", "PixelView")]
    public void Describe_UnsupportedInput_ReturnsKindAndRemedy(string text, string kind, string remedy)
    {
        (string actualKind, string advice, string? actualRemedy) = UnsupportedFormats.Describe(Encoding.Latin1.GetBytes(text));

        actualKind.Should().Contain(kind);
        $"{advice} {actualRemedy}".Should().Contain(remedy);
        advice.Should().NotContainAny("Decoder", "PixelView", "package", "FromBase64String").And.EndWith(".", "senders of images read it");
    }

    [Fact]
    public void Decode_UnsupportedInput_ThrowsWithKindFormatsAndRemedy()
    {
        Action decode = () => new SkiaSharpDecoder().Decode("II*\0........"u8);

        ImageDecodeException exception = decode.Should().ThrowExactly<ImageDecodeException>().Which;
        exception.Failure.Should().Be(ImageDecodeFailure.UnsupportedFormat);
        exception.Message.Should().ContainAll("a TIFF file", "JPEG, PNG, WebP, GIF, BMP, ICO", "ResNet.Net.NetVips", "FallbackDecoder");
    }
}
