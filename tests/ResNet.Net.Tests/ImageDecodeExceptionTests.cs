using System.Text;

namespace ResNet.Net.Tests;

/// <summary>Tests the messages that users see for files that cannot be decoded.</summary>
public class ImageDecodeExceptionTests(EmbeddedClassifier embedded) : IClassFixture<EmbeddedClassifier>
{
    public static TheoryData<string, byte[], ImageDecodeFailure, string[]> InvalidFiles => new()
    {
        { "empty.jpg", [], ImageDecodeFailure.Empty, ["0 bytes"] },
        {
            "error-page.jpg",
            Encoding.UTF8.GetBytes("<html><body>Not Found</body></html>"),
            ImageDecodeFailure.UnsupportedFormat,
            ["HTML", "JPEG, PNG, WebP, GIF, BMP, ICO", "download again"]
        },
        {
            "pointer.png",
            Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\n"),
            ImageDecodeFailure.UnsupportedFormat,
            ["Git LFS pointer", "git lfs pull"]
        },
        {
            "scan.tif",
            ImageFixtures.Get("tiff-rgb").Encoded(),
            ImageDecodeFailure.UnsupportedFormat,
            ["a TIFF file", "ResNet.Net.NetVips", "FallbackDecoder"]
        },
        {
            "upload.jpg",
            ImageFixtures.Get("bad-jpeg-truncated").Encoded(),
            ImageDecodeFailure.Truncated,
            ["JPEG", "ends early", "AllowTruncated"]
        },
        { "photo.png", ImageFixtures.Get("bad-png-zlib").Encoded(), ImageDecodeFailure.Corrupt, ["PNG", "is damaged", "Save it again"] },
        { "bomb.png", ImageFixtures.Get("bad-png-huge").Encoded(), ImageDecodeFailure.TooLarge, ["PNG", "pixels", "ImageDecodingOptions"] },
    };

    [Theory]
    [MemberData(nameof(InvalidFiles))]
    public void Classify_InvalidFile_ThrowsWithPathCauseAndRemedy(
        string name, byte[] encoded, ImageDecodeFailure failure, string[] expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write(name, encoded);

        ImageDecodeException exception = Catch(() => embedded.Classifier.Classify(path));

        exception.Failure.Should().Be(failure);
        exception.Path.Should().Be(path);
        exception.Message.Should().Be($"{path}: {exception.Reason} {exception.Remedy}".TrimEnd());
        exception.Message.Should().ContainAll(expected);
        exception.Reason.Should().NotContain(path);
    }

    [Theory]
    [MemberData(nameof(InvalidFiles))]
    public void Classify_InvalidBytes_ThrowsTheSameReasonWithoutPath(
        string name, byte[] encoded, ImageDecodeFailure failure, string[] expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write(name, encoded);

        ImageDecodeException exception = Catch(() => embedded.Classifier.Classify(encoded));

        exception.Failure.Should().Be(failure);
        exception.Path.Should().BeNull();
        exception.Message.Should().ContainAll(expected).And.Be($"{exception.Reason} {exception.Remedy}".TrimEnd());
        ImageDecodeException ofFile = Catch(() => embedded.Classifier.Classify(path));
        exception.Reason.Should().Be(ofFile.Reason);
        exception.Remedy.Should().Be(ofFile.Remedy);
    }

    [Theory]
    [MemberData(nameof(InvalidFiles))]
    public void Classify_InvalidBytes_NamesMembersOnlyInTheRemedy(
        string name, byte[] encoded, ImageDecodeFailure failure, string[] expected)
    {
        ImageDecodeException exception = Catch(() => embedded.Classifier.Classify(encoded));

        bool hasRemedy = expected.Any(e => e is "FallbackDecoder" or "AllowTruncated" or "ImageDecodingOptions");
        (exception.Remedy is not null).Should().Be(hasRemedy, name);
        exception.Failure.Should().Be(failure);
        exception.Reason.Should().NotContainAny("Options", "Decoder", "AllowTruncated", "MaxPixels", "ResNet.Net");
    }

    private static ImageDecodeException Catch(Func<Classification> classify)
        => classify.Should().ThrowExactly<ImageDecodeException>().Which;
}
