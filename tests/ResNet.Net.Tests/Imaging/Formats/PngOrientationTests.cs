using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Tests;

public class PngOrientationTests
{
    private const int Short = 3;

    [Theory]
    [InlineData("png-rgb", 1)]
    [InlineData("png-exif-6", 6)]
    [InlineData("png-exif-6-late", 6)]
    [InlineData("png-raw-exif-6", 6)]
    [InlineData("png-raw-app1-6", 6)]
    [InlineData("png-xmp-6", 6)]
    [InlineData("png-xmp-6-compressed", 6)]
    public void Read_Fixture_ReturnsItsOrientation(string name, int expected)
        => PngOrientation.Read(ImageFixtures.Get(name).Encoded()).Should().Be(expected);

    [Theory]
    [InlineData("<x tiff:Orientation=\"8\"/>", 8)]
    [InlineData("<x tiff:Orientation='3'/>", 3)]
    [InlineData("<tiff:Orientation>5</tiff:Orientation>", 5)]
    [InlineData("<tiff:Orientation/><x tiff:Orientation=\"2\"/>", 2)]
    [InlineData("<x tiff:Orientation=\"9\"/>", 1)]
    [InlineData("<x tiff:Orientation=\"0\"/>", 1)]
    [InlineData("<x tiff:Orientation=\"12\"/>", 1)]
    [InlineData("<x tiff:Orientation=\"", 1)]
    [InlineData("<x exif:Orientation=\"6\"/>", 1)]
    [InlineData("", 1)]
    public void Read_Xmp_ReturnsOneDigitFromOneToEight(string xmp, int expected) => Read(Itxt(xmp)).Should().Be(expected);

    [Fact]
    public void Read_ExifAndXmp_ReturnsThatOfExif()
    {
        Read(Itxt("<x tiff:Orientation=\"8\"/>"), Exif(6)).Should().Be(6);
        Read(Exif(6), Itxt("<x tiff:Orientation=\"8\"/>")).Should().Be(6);
    }

    [Fact]
    public void Read_InvalidExif_IsIgnored()
    {
        Read(PngFiles.Chunk("eXIf"u8, "II"u8), Exif(3)).Should().Be(3);
        Read(PngFiles.Chunk("eXIf"u8, [])).Should().Be(1);
        Read(Exif(9)).Should().Be(1);
    }

    [Theory]
    [InlineData("\nexif\n      26\n", true, 6)]
    [InlineData("\nAPP1\n      26\n", true, 6)]
    [InlineData("\nexif\n      26\n", false, 6)]
    [InlineData("exif 26 ", true, 1)]
    [InlineData("\n\n\n", true, 6)]
    public void Read_RawProfile_ReturnsOrientationOfHexadecimalLines(string header, bool hasPrefix, int expected)
    {
        byte[] profile = [.. hasPrefix ? "Exif\0\0"u8 : [], .. JpegFiles.Tiff(true, (0x112, Short, 1, 6))];
        string digits = string.Join('\n', Convert.ToHexString(profile).Chunk(20).Select(line => new string(line)));

        byte[] text = Encoding.ASCII.GetBytes(header + digits.ToLowerInvariant() + "\n");

        Read(PngFiles.Chunk("tEXt"u8, [.. "Raw profile type exif\0"u8, .. text])).Should().Be(expected);
    }

    [Fact]
    public void Read_InvalidCompressedText_ReturnsOne()
        => Read(PngFiles.Chunk("zTXt"u8, [.. "Raw profile type exif\0\0"u8, 1, 2, 3, 4])).Should().Be(1);

    [Fact]
    public void Read_OrientationBeyondTheTextLimit_IsIgnored()
    {
        string text = new string(' ', 70_000) + "<x tiff:Orientation=\"6\"/>";

        Read(Itxt(text)).Should().Be(1);
        Read(PngFiles.Chunk("iTXt"u8, [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. Deflate(text)])).Should().Be(1);
    }

    [Fact]
    public void Read_TruncatedOrMutatedFile_ReturnsAnOrientation()
    {
        string[] names = ["png-exif-6", "png-raw-exif-6", "png-raw-app1-6", "png-xmp-6", "png-xmp-6-compressed"];
        foreach (string name in names)
        {
            byte[] encoded = ImageFixtures.Get(name).Encoded();
            for (int length = 8; length < Math.Min(encoded.Length, 700); length++)
            {
                PngOrientation.Read(encoded.AsSpan(0, length)).Should().BeOneOf(1, 6);
            }

            for (int round = 0; round < 500; round++)
            {
                Random random = ImageMutator.CreateRandom(name, round);
                byte[] mutated = [.. encoded];
                random.NextBytes(mutated.AsSpan(33 + random.Next(200), random.Next(1, 4)));

                PngOrientation.Read(mutated).Should().BeInRange(1, 8);
            }
        }
    }

    private static int Read(params byte[][] chunks)
        => PngOrientation.Read(PngFiles.WithChunks(ImageFixtures.Get("png-rgb").Encoded(), chunks));

    private static byte[] Exif(int orientation)
        => PngFiles.Chunk("eXIf"u8, JpegFiles.Tiff(false, (0x112, Short, 1, orientation)));

    private static byte[] Itxt(string xmp)
        => PngFiles.Chunk("iTXt"u8, [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. Encoding.UTF8.GetBytes(xmp)]);

    private static byte[] Deflate(string text)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
