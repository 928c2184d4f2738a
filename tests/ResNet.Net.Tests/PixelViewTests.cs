namespace ResNet.Net.Tests;

public class PixelViewTests
{
    [Theory]
    [InlineData(0, 1, "width")]
    [InlineData(-1, 1, "width")]
    [InlineData(int.MinValue, 1, "width")]
    [InlineData(1, 0, "height")]
    [InlineData(1, -1, "height")]
    [InlineData(1, int.MinValue, "height")]
    public void Constructor_SizeBelowOne_Throws(int width, int height, string parameter)
    {
        Action create = () => _ = new PixelView(new byte[100], width, height);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24, 11)]
    [InlineData(PixelFormat.Rgb24, 1)]
    [InlineData(PixelFormat.Rgb24, -11)]
    [InlineData(PixelFormat.Bgra32, -15)]
    [InlineData(PixelFormat.Gray8, -1)]
    [InlineData(PixelFormat.Gray8, 3)]
    [InlineData(PixelFormat.Bgra32, 15)]
    public void Constructor_StrideShorterThanARow_Throws(PixelFormat format, int stride)
    {
        Action create = () => _ = new PixelView(new byte[1000], 4, 2, format, stride);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(stride))
            .WithMessage($"*{4 * PixelView.GetBytesPerPixel(format)} bytes*").Which.ActualValue.Should().Be(stride);
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24, 0, 24)]
    [InlineData(PixelFormat.Rgb24, 12, 24)]
    [InlineData(PixelFormat.Rgb24, 20, 32)]
    [InlineData(PixelFormat.Gray8, 0, 8)]
    [InlineData(PixelFormat.Bgrx32, 17, 33)]
    [InlineData(PixelFormat.Bgr24, -12, 24)]
    [InlineData(PixelFormat.Bgrx32, -20, 36)]
    public void Constructor_SpanOneByteTooShort_ThrowsWithBothLengths(PixelFormat format, int stride, int needed)
    {
        PixelView view = new(new byte[needed], 4, 2, format, stride);
        Action create = () => _ = new PixelView(new byte[needed - 1], 4, 2, format, stride);

        (view.Width, view.Height, view.Format).Should().Be((4, 2, format));
        view.Stride.Should().Be(stride == 0 ? 4 * PixelView.GetBytesPerPixel(format) : stride);
        view.Pixels.Length.Should().Be(needed);
        ArgumentException exception = create.Should().ThrowExactly<ArgumentException>().WithParameterName("pixels").Which;
        exception.Message.Should().ContainAll("4x2", format.ToString(), $"need {needed} bytes", $"the span has {needed - 1}");
    }

    [Theory]
    [InlineData(int.MaxValue, 1, PixelFormat.Gray8, 0)]
    [InlineData(int.MaxValue, 1, PixelFormat.Rgba32, 0)]
    [InlineData(1, int.MaxValue, PixelFormat.Rgb24, 0)]
    [InlineData(1, int.MaxValue, PixelFormat.Rgb24, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue, PixelFormat.Gray8, 0)]
    [InlineData(int.MaxValue, int.MaxValue, PixelFormat.Gray8, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue, PixelFormat.Rgb24, 0)]
    [InlineData(int.MaxValue, int.MaxValue, PixelFormat.Rgba32, 0)]
    [InlineData(1, int.MaxValue, PixelFormat.Rgb24, int.MinValue)]
    [InlineData(int.MaxValue, int.MaxValue, PixelFormat.Gray8, int.MinValue)]
    [InlineData(1 << 30, 1 << 30, PixelFormat.Rgba32, 0)]
    [InlineData((1 << 30) + 1, 1 << 30, PixelFormat.Rgba32, 0)]
    [InlineData(65536, 65536, PixelFormat.Rgb24, 0)]
    public void Constructor_HugeSize_ThrowsWithoutOverflow(int width, int height, PixelFormat format, int stride)
    {
        Action create = () => _ = new PixelView(new byte[1000], width, height, format, stride);

        Int128 row = (Int128)width * PixelView.GetBytesPerPixel(format);
        Int128 needed = ((height - 1) * (stride == 0 ? row : Int128.Abs(stride))) + row;
        create.Should().ThrowExactly<ArgumentException>().WithParameterName("pixels").WithMessage($"*need {needed} bytes*");
    }

    [Fact]
    public void Constructor_UnknownFormat_Throws()
    {
        Action create = () => _ = new PixelView(new byte[100], 1, 1, (PixelFormat)99);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("format");
    }

    [Theory]
    [InlineData(PixelFormat.Gray8, 1)]
    [InlineData(PixelFormat.Rgb24, 3)]
    [InlineData(PixelFormat.Bgr24, 3)]
    [InlineData(PixelFormat.Rgba32, 4)]
    [InlineData(PixelFormat.Bgra32, 4)]
    [InlineData(PixelFormat.Rgbx32, 4)]
    [InlineData(PixelFormat.Bgrx32, 4)]
    public void GetBytesPerPixel_AnyFormat_ReturnsItsSize(PixelFormat format, int expected)
        => PixelView.GetBytesPerPixel(format).Should().Be(expected);

    [Fact]
    public void GetBytesPerPixel_AllFormats_AreKnown()
        => Enum.GetValues<PixelFormat>().Select(PixelView.GetBytesPerPixel).Should().OnlyContain(size => size > 0).And.HaveCount(7);

    [Fact]
    public void Row_ViewWithPadding_ReturnsNoPadding()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 99, 99, 11, 12, 13, 14, 15, 16];
        PixelView view = new(pixels, 2, 2, PixelFormat.Rgb24, 8);

        view.Row(0).ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        view.Row(1).ToArray().Should().Equal(11, 12, 13, 14, 15, 16);
    }

    [Fact]
    public void Row_BottomUpBitmap_ReturnsTheLastRowInMemoryFirst()
    {
        // A Windows DIB: rows are padded to multiples of 4 bytes, and the bottom row comes first.
        byte[] pixels = [31, 32, 33, 99, 21, 22, 23, 99, 11, 12, 13, 99, 99];
        PixelView view = new(pixels, 1, 3, PixelFormat.Bgr24, -4);

        view.Stride.Should().Be(-4);
        view.Row(0).ToArray().Should().Equal(11, 12, 13);
        view.Row(2).ToArray().Should().Equal(31, 32, 33);
        view.Rows(1, 2).Row(0).ToArray().Should().Equal(21, 22, 23);
        view.Rows(1, 2).Row(1).ToArray().Should().Equal(31, 32, 33);
        view.Rows(0, 1).Row(0).ToArray().Should().Equal(11, 12, 13);
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(4)]
    public void Row_IndexOutOfRangeOfAnyStride_Throws(int stride)
    {
        byte[] pixels = new byte[8];
        Action above = () => _ = new PixelView(pixels, 1, 2, PixelFormat.Rgbx32, stride).Row(-1);
        Action below = () => _ = new PixelView(pixels, 1, 2, PixelFormat.Rgbx32, stride).Row(2);

        above.Should().Throw<ArgumentOutOfRangeException>();
        below.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Row_IndexOutOfRange_Throws()
    {
        byte[] pixels = new byte[6];
        Action above = () => _ = new PixelView(pixels, 1, 2).Row(-1);
        Action below = () => _ = new PixelView(pixels, 1, 2).Row(2);

        above.Should().Throw<ArgumentOutOfRangeException>();
        below.Should().Throw<ArgumentOutOfRangeException>();
    }
}
