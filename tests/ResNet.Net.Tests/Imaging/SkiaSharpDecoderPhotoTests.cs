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
}
