using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Tests;

/// <summary>
/// Decodes the images of public bug reports (<c>reports/README.md</c> in the shared folder) and others of the same kinds.
/// </summary>
public class ReportedImagesTests
{
    // Hashes of packed RGB of Pillow 9.4 after exif_transpose: images with alpha composed on black, the upper bytes of 16-bit gray.
    [SharedTheory]
    [InlineData("anim.webp", 64, 64, "ba1897db6a16522aca021433abf095ed845bacf941a6257e4b9a33ce98b85f45")]
    [InlineData("cmyk.jpg", 320, 240, "935e6394dbeab14fed270d4e29b28a66b90be94b336d1f0686d3b11bccd6c5e2")]
    [InlineData("gray16.png", 320, 240, "9d50de801f02a2c03f08ead9e51a98b778eedf130da03f65452975c170bb845d")]
    [InlineData("hang-imagesharp-valid-1x1.png", 1, 1, "72f500d4faeaf0ebcb528f76b6b8777fe01ee5ddd5d3abf193c48b403fe38fec")]
    [InlineData("hang-imagesharp-2.1.13.png", 1, 1, "72f500d4faeaf0ebcb528f76b6b8777fe01ee5ddd5d3abf193c48b403fe38fec")]
    [InlineData("mjpeg-no-dht.jpg", 320, 240, "f96f0c5d7c82cd15dbba8c1274da20b3e8f26fb54b098f2f7fc40792374c1182")]
    [InlineData("o6-imagemagick.png", 320, 240, "771a021fd23a0cf92244bd81374086a0cbdd5ae05e084d765dcc413e1f415804")]
    [InlineData("o6.jpg", 320, 240, "719de5ff8fa4a69113eee8596dcebedc6667910996e3858f04b2c7cef4cc9f88")]
    [InlineData("pal-trns.png", 320, 240, "551419ac885325ad9daba097c0d66e9c16bf6feed9799b18299ac60210afe3b4")]
    [InlineData("pal.bmp", 320, 240, "27742b73469af1c1f868a3419586564d818207752d49b798dba4dfca48ebee7a")]
    [InlineData("semi.png", 500, 375, "87446070e9eba02d8812a6d552228eb7612072d5b89c35def8dca38694b8cd76")]
    [InlineData("warn.jpg", 64, 64, "c2f5416d1cca317749234710ea9cad938f357ee10eb71e9c1c37ab4269486e4f")]
    public void Decode_ReportedImage_ReturnsThePixelsOfPillow(string name, int width, int height, string sha256)
    {
        DecodeOutcome outcome = DecodeOutcome.Of(Reported(name));

        outcome.Failure.Should().BeNull(outcome.Message);
        (outcome.Width, outcome.Height).Should().Be((width, height));
        Convert.ToHexStringLower(SHA256.HashData(outcome.Pixels)).Should().Be(sha256);
    }

    // Pillow rejects both too.
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
    public void Decode_FailureAfterWarning_DescribesItsOwnImage()
    {
        DecodeOutcome expected = DecodeOutcome.Of(Reported("cut.png"));
        DecodeOutcome.Of(Reported("warn.jpg")).Failure.Should().BeNull();

        DecodeOutcome.Of(Reported("cut.png")).Message.Should().Be(expected.Message).And.Contain("PNG").And.NotContain("JPEG");
    }

    [Fact]
    public void ClassifyBatch_FailuresAmongOtherImages_DescribeTheirOwnImage()
    {
        using EmbeddedClassifier embedded = new();
        byte[] png = ImageFixtures.Get("png-rgb").Encoded();
        byte[] jpeg = ImageFixtures.Get("jpeg-baseline").Encoded();
        InputImage[] images =
        [
            InputImage.FromEncoded(png.AsMemory(0, png.Length - 40)),
            jpeg,
            InputImage.FromEncoded(jpeg.AsMemory(0, jpeg.Length / 2)),
            "version https://git-lfs.github.com/spec/v1\n"u8.ToArray(),
            Array.Empty<byte>(),
        ];

        IReadOnlyList<ClassificationOutcome> outcomes = embedded.Classifier.ClassifyBatch(images);

        outcomes[1].Succeeded.Should().BeTrue();
        string[] messages = [.. outcomes.Where(o => !o.Succeeded).Select(o => o.Error!.Message)];
        messages.Should().HaveCount(4);
        messages[0].Should().Contain("PNG").And.NotContain("JPEG image");
        messages[1].Should().Contain("JPEG image ends early").And.NotContain("PNG image");
        messages[2].Should().Contain("Git LFS pointer");
        messages[3].Should().Contain("0 bytes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Decode_PaletteBmp_ReturnsTheColorsOfThePalette(int bits)
    {
        const int Width = 19, Height = 7;
        int colors = 1 << bits;
        int Index(int x, int y) => ((3 * x) + (5 * y)) % colors;
        (byte Red, byte Green, byte Blue) Color(int index) => ((byte)(7 * index), (byte)(255 - index), (byte)(91 * index));

        DecodeOutcome outcome = DecodeOutcome.Of(PaletteBmp(Width, Height, bits, Index, Color));

        outcome.Failure.Should().BeNull(outcome.Message);
        outcome.Pixels.Should().Equal(
            from y in Enumerable.Range(0, Height)
            from x in Enumerable.Range(0, Width)
            let color = Color(Index(x, y))
            from value in new[] { color.Red, color.Green, color.Blue }
            select value);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(9, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 5)]
    public void Decode_SmallInterlacedPng_ReturnsItsPixels(int width, int height)
    {
        // Passes of Adam7 are empty in small images.
        byte[] Pixel(int x, int y) => [(byte)(10 * x), (byte)(20 * y), (byte)(x + y + 7)];

        DecodeOutcome outcome = DecodeOutcome.Of(InterlacedPng(width, height, Pixel));

        outcome.Failure.Should().BeNull(outcome.Message);
        outcome.Pixels.Should().Equal(
            from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) from value in Pixel(x, y) select value);
    }

    [Theory]
    [InlineData("Raw profile type exif", "exif")]
    [InlineData("Raw profile type APP1", "generic profile")]
    public void Decode_OrientationInTextOfPng_IsApplied(string keyword, string name)
    {
        byte[] png = ImageFixtures.Get("png-rgb").Encoded();
        DecodeOutcome expected = DecodeOutcome.Of(png);
        byte[] exif = [.. "Exif\0\0MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0006\0\0\0\0\0\0"u8];
        string hex = Convert.ToHexStringLower(exif);
        byte[] text = Encoding.Latin1.GetBytes($"{keyword}\0\n{name}\n{exif.Length,8}\n{hex[..36]}\n{hex[36..]}\n");

        DecodeOutcome outcome = DecodeOutcome.Of(PngFiles.WithChunks(png, PngFiles.Chunk("tEXt"u8, text)));

        (outcome.Width, outcome.Height).Should().Be((expected.Height, expected.Width));
        byte[] firstRow = [.. Enumerable.Range(0, expected.Height).SelectMany(
            x => expected.Pixels.AsSpan((expected.Height - 1 - x) * expected.Width * 3, 3).ToArray())];
        outcome.Pixels.AsSpan(0, firstRow.Length).ToArray().Should().Equal(firstRow, "the left column, from the bottom, is the first row");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!DOCTYPE html><html><body>404</body></html>", "HTML or XML text")]
    [InlineData("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "HTML or XML text")]
    [InlineData("{\"message\": \"API rate limit exceeded\"}", "JSON text")]
    [InlineData("PK\u0003\u0004\u0014\0\0\0", "a ZIP file")]
    [InlineData("%PDF-1.4\n%", "a PDF file")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0", "a HEIC (HEIF) file")]
    [InlineData("\0\0\0\u0018ftyphevc\0\0\0\0", "a HEIC (HEIF) file")]
    [InlineData("\0\0\0 ftypavis\0\0\0\0", "an AVIF file")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n", "a Git LFS pointer")]
    [InlineData("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==", "a data: URI (base64 text)")]
    [InlineData("/9j/4AAQSkZJRgABAQAAAQABAAD", "base64 text of a JPEG image")]
    [InlineData("Qk02AAAAAAAAADYAAAAoAAAA", "text that begins with 'Qk02AAAAAAAAADYA'")]
    public void Decode_OtherContent_IsRejectedByWhatItIs(string content, string? kind = null)
    {
        DecodeOutcome outcome = DecodeOutcome.Of(Encoding.Latin1.GetBytes(content));

        outcome.Failure.Should().Be(kind is null ? ImageDecodeFailure.Empty : ImageDecodeFailure.UnsupportedFormat);
        outcome.Message.Should().Contain(kind ?? "0 bytes");
    }

    [Fact]
    public void Decode_AnimatedPng_ReturnsItsDefaultImage()
    {
        byte[] png = ImageFixtures.Get("png-rgb").Encoded();
        byte[] animation = PngFiles.Chunk("acTL"u8, [0, 0, 0, 2, 0, 0, 0, 0]);

        DecodeOutcome.Of(PngFiles.WithChunks(png, animation)).DifferenceFrom(DecodeOutcome.Of(png)).Should().BeNull();
    }

    [Theory]
    [InlineData("gif-animated")]
    [InlineData("webp-animated")]
    public void Decode_AnimatedImage_ReturnsItsFirstFrame(string name)
    {
        ImageFixture fixture = ImageFixtures.Get(name);

        DecodeOutcome outcome = DecodeOutcome.Of(fixture.Encoded());

        outcome.Failure.Should().BeNull(outcome.Message);
        (outcome.Width, outcome.Height).Should().Be((fixture.Width, fixture.Height));
    }

    private static byte[] Reported(string name) => File.ReadAllBytes(Path.Combine(TestFolders.Shared, "reports", "images", name));

    private static byte[] PaletteBmp(
        int width, int height, int bits, Func<int, int, int> index, Func<int, (byte Red, byte Green, byte Blue)> color)
    {
        const int Headers = 54;
        int colors = 1 << bits;
        int stride = ((width * bits) + 31) / 32 * 4;
        byte[] file = new byte[Headers + (4 * colors) + (stride * height)];
        "BM"u8.CopyTo(file);
        void Write(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(offset), value);
        Write(2, file.Length);
        Write(10, Headers + (4 * colors));
        Write(14, 40);
        Write(18, width);
        Write(22, height);
        Write(26, 1 | (bits << 16));
        for (int i = 0; i < colors; i++)
        {
            (byte red, byte green, byte blue) = color(i);
            ((byte[])[blue, green, red, 0]).CopyTo(file, Headers + (4 * i));
        }

        for (int y = 0; y < height; y++)
        {
            Span<byte> row = file.AsSpan(Headers + (4 * colors) + ((height - 1 - y) * stride), stride);
            for (int x = 0; x < width; x++)
            {
                row[x * bits / 8] |= (byte)(index(x, y) << (8 - bits - (x * bits % 8)));
            }
        }

        return file;
    }

    private static byte[] InterlacedPng(int width, int height, Func<int, int, byte[]> pixel)
    {
        (int X, int Y, int Across, int Down)[] passes
            = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        using MemoryStream data = new();
        using (ZLibStream deflate = new(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach ((int left, int top, int across, int down) in passes)
            {
                for (int y = top; y < height && left < width; y += down)
                {
                    deflate.WriteByte(0);
                    for (int x = left; x < width; x += across)
                    {
                        deflate.Write(pixel(x, y));
                    }
                }
            }
        }

        byte[] header = [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, 8, 2, 0, 0, 1];
        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A,
            .. PngFiles.Chunk("IHDR"u8, header), .. PngFiles.Chunk("IDAT"u8, data.ToArray()), .. PngFiles.Chunk("IEND"u8, []),
        ];
    }
}
