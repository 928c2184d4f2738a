using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ResNet.Net.Tests;

/// <summary>Compares decoded photos with those of Pillow. <c>tests/fixtures/photos.py</c> wrote the hashes.</summary>
public class SkiaSharpDecoderPhotoTests
{
    [SharedFact]
    public void Decode_SixtyPhotos_ReturnsThePixelsOfPillow()
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        Dictionary<string, ZipArchiveEntry> entries = archive.Entries.Where(e => e.Name.Length > 0).ToDictionary(e => e.Name);
        List<string> wrong = [];
        string[] rows = File.ReadAllLines(Path.Combine(TestFolders.Fixtures, "photo-hashes.txt"));
        foreach (string[] row in rows.Select(line => line.Split(' ')))
        {
            byte[] encoded = new byte[entries[row[0]].Length];
            using Stream stream = entries[row[0]].Open();
            stream.ReadExactly(encoded);

            DecodeOutcome outcome = DecodeOutcome.Of(encoded);

            int width = int.Parse(row[1], CultureInfo.InvariantCulture);
            int height = int.Parse(row[2], CultureInfo.InvariantCulture);
            if ((outcome.Width, outcome.Height) != (width, height)
                || !Convert.ToHexString(SHA256.HashData(outcome.Pixels)).Equals(row[3], StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"{row[0]}: {outcome}");
            }
        }

        rows.Should().HaveCount(60);
        wrong.Should().BeEmpty();
    }

    // reports/README.md in the shared folder lists the expected results.
    [SharedTheory]
    [InlineData("anim.webp", 64, 64)]
    [InlineData("cmyk.jpg", 320, 240)]
    [InlineData("gray16.png", 320, 240)]
    [InlineData("hang-imagesharp-valid-1x1.png", 1, 1)]
    [InlineData("mjpeg-no-dht.jpg", 320, 240)]
    [InlineData("o6-imagemagick.png", 320, 240)]
    [InlineData("o6.jpg", 320, 240)]
    [InlineData("pal-trns.png", 320, 240)]
    [InlineData("pal.bmp", 320, 240)]
    [InlineData("semi.png", 500, 375)]
    [InlineData("warn.jpg", 64, 64)]
    public void Decode_ReportedImage_ReturnsItsUprightSize(string name, int width, int height)
    {
        DecodeOutcome outcome = DecodeOutcome.Of(Reported(name));

        outcome.Failure.Should().BeNull(outcome.Message);
        (outcome.Width, outcome.Height).Should().Be((width, height));
    }

    [SharedTheory]
    [InlineData("no-eoi.jpg", ImageDecodeFailure.Truncated, "ends early")]
    [InlineData("cut.png", ImageDecodeFailure.Truncated, "ends early")]
    [InlineData("lfs.jpg", ImageDecodeFailure.UnsupportedFormat, "Git LFS pointer")]
    [InlineData("json.jpg", ImageDecodeFailure.UnsupportedFormat, "JSON")]
    [InlineData("b64.txt", ImageDecodeFailure.UnsupportedFormat, "base64")]
    public void Decode_ReportedInvalidFile_ThrowsAndDescribesIt(string name, ImageDecodeFailure failure, string text)
    {
        DecodeOutcome outcome = DecodeOutcome.Of(Reported(name));

        outcome.Failure.Should().Be(failure);
        outcome.Message.Should().Contain(text);
    }

    [SharedFact]
    public void Decode_ReportedFileThatHangsImageSharp_Succeeds()
        => DecodeOutcome.Of(Reported("hang-imagesharp-2.1.13.png")).Failure.Should().BeNull("only data after the pixels is damaged");

    [SharedFact]
    public void Decode_FailureAfterWarning_DescribesItsOwnImage()
    {
        DecodeOutcome expected = DecodeOutcome.Of(Reported("cut.png"));
        DecodeOutcome.Of(Reported("warn.jpg")).Failure.Should().BeNull();

        DecodeOutcome.Of(Reported("cut.png")).Message.Should().Be(expected.Message).And.Contain("PNG").And.NotContain("JPEG");
    }

    private static byte[] Reported(string name) => File.ReadAllBytes(Path.Combine(TestFolders.Shared, "reports", "images", name));
}
