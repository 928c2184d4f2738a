using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ResNet.Net.Tests;

/// <summary>Photos against what Pillow makes of them; <c>tests/fixtures/photos.py</c> wrote the hashes.</summary>
public class SkiaSharpDecoderPhotoTests
{
    [SharedFact]
    public void Decode_SixtyPhotos_GivesThePixelsOfPillow()
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

            if ((outcome.Width, outcome.Height) != (int.Parse(row[1], CultureInfo.InvariantCulture), int.Parse(row[2], CultureInfo.InvariantCulture))
                || !Convert.ToHexString(SHA256.HashData(outcome.Pixels)).Equals(row[3], StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"{row[0]}: {outcome}");
            }
        }

        rows.Should().HaveCount(60);
        wrong.Should().BeEmpty();
    }

    // reports/README.md of the shared folder says what is right.
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
    public void Decode_ReportedImage_GivesItsSizeUpright(string name, int width, int height)
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
    public void Decode_ReportedImageThatIsNone_IsRefusedByWhatItIs(string name, ImageDecodeFailure failure, string text)
    {
        DecodeOutcome outcome = DecodeOutcome.Of(Reported(name));

        outcome.Failure.Should().Be(failure);
        outcome.Message.Should().Contain(text);
    }

    [SharedFact]
    public void Decode_ReportedFileThatHangsImageSharp_Answers()
        => DecodeOutcome.Of(Reported("hang-imagesharp-2.1.13.png")).Failure.Should().BeNull("its only damage is behind the pixels");

    [SharedFact]
    public void Decode_FailureAfterWarning_SpeaksOfItsOwnImage()
    {
        DecodeOutcome alone = DecodeOutcome.Of(Reported("cut.png"));
        DecodeOutcome.Of(Reported("warn.jpg")).Failure.Should().BeNull();

        DecodeOutcome.Of(Reported("cut.png")).Message.Should().Be(alone.Message).And.Contain("PNG").And.NotContain("JPEG");
    }

    private static byte[] Reported(string name) => File.ReadAllBytes(Path.Combine(TestFolders.Shared, "reports", "images", name));
}
