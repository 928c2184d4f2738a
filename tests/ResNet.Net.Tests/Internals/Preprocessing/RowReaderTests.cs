using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net.Tests.Internals.Preprocessing;

public class RowReaderTests
{
    public static TheoryData<PixelFormat> Formats => [.. Enum.GetValues<PixelFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_EveryPartOfEveryRow_IsTheReference(PixelFormat format)
    {
        const int Width = 5;
        const int Height = 4;
        int size = PixelView.GetBytesPerPixel(format);
        foreach (int padding in new[] { 0, 1, 7 })
        {
            int stride = (Width * size) + padding;
            byte[] pixels = Random(((Height - 1) * stride) + (Width * size), seed: (int)format);
            PixelView view = new(pixels, Width, Height, format, stride);
            for (int y = 0; y < Height; y++)
            {
                for (int left = 0; left < Width; left++)
                {
                    for (int count = 1; count <= Width - left; count++)
                    {
                        byte[] scratch = new byte[count * 3];

                        byte[] rgb = RowReader.Read(view, y, left, count, scratch).ToArray();

                        byte[] expected = [.. Enumerable.Range(left, count).SelectMany(x => Reference(pixels.AsSpan((y * stride) + (x * size), size), format))];
                        rgb.Should().Equal(expected, "row {0}, {1} pixels from {2}, padding {3}", y, count, left, padding);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_BytesOutsideTheView_DoNotMatterAndAreNotWritten(PixelFormat format)
    {
        const int Guard = 64;
        int size = PixelView.GetBytesPerPixel(format);
        int length = (2 * ((3 * size) + 5)) + (3 * size);
        byte[] inside = Random(length, seed: 9);
        List<byte[]> results = [];
        foreach (byte guard in new byte[] { 0, 0x55, 0xFF })
        {
            byte[] memory = new byte[length + (2 * Guard)];
            memory.AsSpan().Fill(guard);
            inside.CopyTo(memory.AsSpan(Guard));
            for (int y = 0; y < 2; y++)
            {
                memory.AsSpan(Guard + (y * ((3 * size) + 5)) + (3 * size), 5).Fill(guard);
            }

            byte[] before = [.. memory];
            PixelView view = new(memory.AsSpan(Guard, length), 3, 3, format, (3 * size) + 5);
            byte[] scratch = new byte[9 + Guard];
            scratch.AsSpan().Fill(guard);
            List<byte> rows = [];
            for (int y = 0; y < 3; y++)
            {
                rows.AddRange(RowReader.Read(view, y, 0, 3, scratch));
            }

            results.Add([.. rows]);
            memory.Should().Equal(before);
            scratch.Skip(9).Should().OnlyContain(b => b == guard);
        }

        results[1].Should().Equal(results[0]);
        results[2].Should().Equal(results[0]);
    }

    [Fact]
    public void Read_Rgb_CopiesNothing()
    {
        byte[] pixels = Random(30, seed: 2);
        byte[] scratch = new byte[6];

        ReadOnlySpan<byte> rgb = RowReader.Read(new PixelView(pixels, 5, 2), 1, 2, 2, scratch);

        rgb.Overlaps(pixels, out int offset).Should().BeTrue();
        offset.Should().Be(-21);
        scratch.Should().OnlyContain(b => b == 0);
    }

    [Theory]
    [InlineData(0, -1, 1)]
    [InlineData(0, 4, 2)]
    [InlineData(0, 0, 6)]
    [InlineData(-1, 0, 1)]
    [InlineData(2, 0, 1)]
    public void Read_OutsideTheRow_Throws(int y, int left, int count)
    {
        byte[] pixels = new byte[30];
        Action read = () => RowReader.Read(new PixelView(pixels, 5, 2), y, left, count, new byte[100]);

        read.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static byte[] Reference(ReadOnlySpan<byte> pixel, PixelFormat format) => format switch
    {
        PixelFormat.Rgb24 => [pixel[0], pixel[1], pixel[2]],
        PixelFormat.Bgr24 => [pixel[2], pixel[1], pixel[0]],
        PixelFormat.Rgba32 => [OnBlack(pixel[0], pixel[3]), OnBlack(pixel[1], pixel[3]), OnBlack(pixel[2], pixel[3])],
        PixelFormat.Bgra32 => [OnBlack(pixel[2], pixel[3]), OnBlack(pixel[1], pixel[3]), OnBlack(pixel[0], pixel[3])],
        PixelFormat.Rgbx32 => [pixel[0], pixel[1], pixel[2]],
        PixelFormat.Bgrx32 => [pixel[2], pixel[1], pixel[0]],
        PixelFormat.Gray8 => [pixel[0], pixel[0], pixel[0]],
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    private static byte OnBlack(byte value, byte alpha) => (byte)Math.Round(value * alpha / 255.0);

    private static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
