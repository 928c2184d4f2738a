namespace ResNet.Net.Tests;

public class JpegStructureTests
{
    private const int Ascii = 2;
    private const int Short = 3;
    private const int Long = 4;

    public static TheoryData<string, byte[], int> ExifBlocks
    {
        get
        {
            byte[] plain = JpegFiles.Tiff(true, (0x112, Short, 1, 6));
            byte[] distant = [.. plain.AsSpan(0, 4), 10, 0, 0, 0, 0, 0, .. plain.AsSpan(8)];
            byte[] outside = [.. plain];
            outside.AsSpan(4, 4).Fill(0xF0);
            byte[] unterminated = [.. plain];
            unterminated.AsSpan(8, 2).Fill(0xFF);
            byte[] bigTiff = [.. plain];
            bigTiff[2] = 43;
            byte[] mixed = [.. plain];
            mixed[1] = (byte)'M';
            return new()
            {
                { "plain", plain, 6 },
                { "big-endian", JpegFiles.Tiff(false, (0x112, Short, 1, 8)), 8 },
                { "among other entries", JpegFiles.Tiff(true, (0x10F, Ascii, 4, 1), (0x112, Short, 1, 3), (0x128, Short, 1, 2)), 3 },
                { "no orientation", JpegFiles.Tiff(true, (0x10F, Ascii, 4, 0)), 1 },
                { "no entries", JpegFiles.Tiff(true), 1 },
                { "two equal entries", JpegFiles.Tiff(false, (0x112, Short, 1, 6), (0x112, Short, 1, 6)), 6 },
                { "two different entries", JpegFiles.Tiff(true, (0x112, Short, 1, 6), (0x112, Short, 1, 1)), 0 },
                { "a LONG", JpegFiles.Tiff(true, (0x112, Long, 1, 6)), 0 },
                { "two values", JpegFiles.Tiff(true, (0x112, Short, 2, 6)), 0 },
                { "no value", JpegFiles.Tiff(true, (0x112, Short, 0, 6)), 0 },
                { "many values", JpegFiles.Tiff(true, (0x112, Short, int.MaxValue, 6)), 0 },
                { "text", JpegFiles.Tiff(true, (0x112, Ascii, 1, 6)), 0 },
                { "0", JpegFiles.Tiff(true, (0x112, Short, 1, 0)), 0 },
                { "9", JpegFiles.Tiff(true, (0x112, Short, 1, 9)), 0 },
                { "directory after a gap", distant, 6 },
                { "directory outside", outside, 0 },
                { "directory without an end", unterminated, 0 },
                { "BigTIFF", bigTiff, 0 },
                { "mixed byte orders", mixed, 0 },
                { "truncated", plain[..20], 0 },
                { "header only", plain[..8], 0 },
                { "empty", [], 0 },
            };
        }
    }

    [Theory]
    [MemberData(nameof(ExifBlocks))]
    public void TryRead_ExifMetadata_ReturnsOrientationOrZero(string name, byte[] tiff, int orientation)
    {
        byte[] encoded = JpegFiles.WithSegments(ImageFixtures.Get("jpeg-422").Encoded(), JpegFiles.Exif(tiff));

        JpegStructure.TryRead(encoded, out JpegStructure structure).Should().BeTrue();

        structure.Should().Be(new JpegStructure(40, 24, orientation), "of {0}", name);
    }

    [Fact]
    public void TryRead_SeveralApp1Segments_ReturnsZeroForTwoWithExif()
    {
        byte[] encoded = ImageFixtures.Get("jpeg-422").Encoded();
        byte[] six = JpegFiles.Exif(JpegFiles.Tiff(true, (0x112, Short, 1, 6)));
        byte[] three = JpegFiles.Exif(JpegFiles.Tiff(true, (0x112, Short, 1, 3)));
        byte[] xmp = JpegFiles.Segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"u8);
        byte[] invalid = JpegFiles.Segment(0xE1, [.. "Exif\0\u0001"u8, .. JpegFiles.Tiff(true, (0x112, Short, 1, 6))]);

        OrientationOf(JpegFiles.WithSegments(encoded, xmp, six)).Should().Be(6);
        OrientationOf(JpegFiles.WithSegments(encoded, six, xmp, xmp)).Should().Be(6);
        OrientationOf(JpegFiles.WithSegments(encoded, xmp)).Should().Be(1);
        OrientationOf(JpegFiles.WithSegments(encoded, six, three)).Should().Be(0);
        OrientationOf(JpegFiles.WithSegments(encoded, six, six)).Should().Be(0);
        OrientationOf(JpegFiles.WithSegments(encoded, invalid)).Should().Be(0);
    }

    [Fact]
    public void TryRead_ExifBetweenScans_IsIgnored()
    {
        byte[] encoded = ImageFixtures.Get("jpeg-scan-each").Encoded();
        int second = JpegFiles.Find(encoded, 0xDA)[1];
        byte[] exif = JpegFiles.Exif(JpegFiles.Tiff(true, (0x112, Short, 1, 6)));
        byte[] withLateExif = [.. encoded.AsSpan(0, second), .. exif, .. encoded.AsSpan(second)];

        OrientationOf(withLateExif).Should().Be(1);
    }

    [Theory]
    [InlineData("jpeg-cmyk")]
    [InlineData("jpeg-ycck")]
    [InlineData("jpeg-440")]
    [InlineData("jpeg-unrefined")]
    [InlineData("bad-jpeg-truncated-header")]
    [InlineData("bad-empty")]
    [InlineData("bad-text")]
    [InlineData("png-rgb")]
    [InlineData("tiff-jpeg")]
    public void TryRead_FileThatIsNotPlain_ReturnsFalse(string name)
        => JpegStructure.TryRead(ImageFixtures.Get(name).Encoded(), out _).Should().BeFalse();

    [Theory]
    [InlineData(-9, 0xC3)] // lossless
    [InlineData(-9, 0xC9)] // arithmetic
    [InlineData(-9, 0xCA)]
    [InlineData(-5, 12)] // bits per sample
    [InlineData(-5, 16)]
    [InlineData(0, 2)] // components
    [InlineData(0, 4)]
    [InlineData(2, 0x41)] // 4:1:1
    [InlineData(2, 0x12)] // 4:4:0
    [InlineData(5, 0x21)]
    public void TryRead_UnsupportedFrame_ReturnsFalse(int offset, byte value)
    {
        byte[] encoded = ImageFixtures.Get("jpeg-422").Encoded();
        int components = JpegFiles.Find(encoded, 0xC0)[0] + 9;
        encoded[components].Should().Be(3);
        JpegStructure.TryRead(encoded, out _).Should().BeTrue();
        encoded[components + (offset == -9 ? -8 : offset)] = value;

        JpegStructure.TryRead(encoded, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(-4)] // rows
    [InlineData(-2)] // columns
    public void TryRead_EmptyImage_ReturnsFalse(int offset)
    {
        byte[] encoded = ImageFixtures.Get("jpeg-422").Encoded();
        int components = JpegFiles.Find(encoded, 0xC0)[0] + 9;
        encoded.AsSpan(components + offset, 2).Clear();

        JpegStructure.TryRead(encoded, out _).Should().BeFalse();
    }

    [Fact]
    public void TryRead_TwoFrames_ReturnsFalse()
    {
        byte[] encoded = ImageFixtures.Get("jpeg-422").Encoded();
        int frame = JpegFiles.Find(encoded, 0xC0)[0];
        byte[] segment = encoded[frame..(frame + 19)];

        JpegStructure.TryRead([.. encoded.AsSpan(0, frame), .. segment, .. encoded.AsSpan(frame)], out _).Should().BeFalse();
    }

    [Fact]
    public void TryRead_ProgressiveWithMissingScan_ReturnsFalse()
    {
        byte[] encoded = ImageFixtures.Get("jpeg-many-scans").Encoded();
        int[] scans = [.. JpegFiles.Find(encoded, 0xDA), encoded.Length - 2];
        JpegStructure.TryRead(encoded, out _).Should().BeTrue();

        for (int i = 1; i < scans.Length - 1; i++)
        {
            byte[] without = [.. encoded.AsSpan(0, scans[i]), .. encoded.AsSpan(scans[i + 1])];

            JpegStructure.TryRead(without, out _).Should().BeFalse("no other scan sends the bits of scan {0}", i);
        }
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void TryRead_ManyScans_ReturnsFalseFromTheLimit(int scans, bool expected)
    {
        byte[] encoded = JpegFiles.WithScans(ImageFixtures.Get("jpeg-many-scans").Encoded(), scans);

        JpegStructure.TryRead(encoded, out _).Should().Be(expected);
    }

    private static int OrientationOf(byte[] encoded)
    {
        JpegStructure.TryRead(encoded, out JpegStructure structure).Should().BeTrue();
        return structure.Orientation;
    }
}
