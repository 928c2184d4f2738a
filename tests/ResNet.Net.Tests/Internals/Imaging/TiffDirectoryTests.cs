using System.Buffers.Binary;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Tests.Internals.Imaging;

public class TiffDirectoryTests
{
    [Theory]
    [InlineData("tiff-tiled", true)]
    [InlineData("tiff-rgb", false)]
    [InlineData("tiff-big-endian", false)]
    [InlineData("tiff-group4", false)]
    public void IsTiled_Fixture_TellsTilesFromStrips(string name, bool expected)
    {
        TiffDirectory directory = new(ImageFixtures.Get(name).Encoded());

        directory.IsTiled.Should().Be(expected);
        directory.IsCut.Should().BeFalse();
    }

    [Theory]
    [InlineData("bad-tiff-truncated", true)]
    [InlineData("bad-tiff-truncated-ifd", true)]
    [InlineData("bad-tiff-ifd-range", true)]
    [InlineData("bad-bigtiff-ifd-range", true)]
    [InlineData("bad-tiff-ifd-loop", false)]
    public void IsCut_BadFixture_TellsCutFromDamage(string name, bool expected)
        => new TiffDirectory(ImageFixtures.Get(name).Encoded()).IsCut.Should().Be(expected);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void IsCut_OneStrip_HasTheBoundaryExact(bool isBig, bool isLittleEndian)
    {
        byte[] file = Build(isBig, isLittleEndian, stripOffset: 100, stripLength: 28, fileLength: 128);

        new TiffDirectory(file).IsCut.Should().BeFalse();
        new TiffDirectory(file.AsSpan(0, 127)).IsCut.Should().BeTrue();
        new TiffDirectory(Build(isBig, isLittleEndian, stripOffset: 101, stripLength: 28, fileLength: 128)).IsCut.Should().BeTrue();
        new TiffDirectory(Build(isBig, isLittleEndian, stripOffset: uint.MaxValue, stripLength: uint.MaxValue, fileLength: 128)).IsCut.Should().BeTrue();
        new TiffDirectory(Build(isBig, isLittleEndian, stripOffset: 500, stripLength: 0, fileLength: 128)).IsCut.Should().BeFalse("an empty strip lies nowhere");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void IsCut_HeaderOnly_IsTrue(int length)
    {
        byte[] file = [.. "II*\0"u8, 8, 0, 0, 0, 1];

        new TiffDirectory(file.AsSpan(0, length)).IsCut.Should().BeTrue();
    }

    [Theory]
    [InlineData("tiff-orientation-6", 6)]
    [InlineData("tiff-rgb", null)]
    [InlineData("tiff-tiled", null)]
    public void Orientation_Fixture_IsTheTag(string name, int? expected)
        => new TiffDirectory(ImageFixtures.Get(name).Encoded()).Orientation.Should().Be(expected);

    private static byte[] Build(bool isBig, bool isLittleEndian, uint stripOffset, uint stripLength, int fileLength)
    {
        List<byte> file = [.. isLittleEndian ? "II"u8 : "MM"u8];
        void Add(ulong value, int size)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            byte[] number = bytes[..size].ToArray();
            file.AddRange(isLittleEndian ? number : number.Reverse());
        }

        int word = isBig ? 8 : 4;
        Add(isBig ? 43UL : 42, 2);
        if (isBig)
        {
            Add(8, 2);
            Add(0, 2);
        }

        Add(isBig ? 16UL : 8, word);
        Add(2, isBig ? 8 : 2);
        foreach ((ulong tag, uint value) in new[] { (273UL, stripOffset), (279UL, stripLength) })
        {
            Add(tag, 2);
            Add(4, 2);
            Add(1, word);
            Add(value, 4);
            Add(0, word - 4);
        }

        Add(0, word);
        return [.. file, .. new byte[fileLength - file.Count]];
    }
}
