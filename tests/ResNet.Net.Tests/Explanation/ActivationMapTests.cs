namespace ResNet.Net.Tests;

public class ActivationMapTests
{
    private static readonly Prediction Cat = new(3, null, "cat", 0.5f);

    // Index, red, green and blue in the table of matplotlib.
    public static TheoryData<int, double, double, double> Inferno => new()
    {
        { 0, 0.001462, 0.000466, 0.013866 },
        { 64, 0.341500, 0.062325, 0.429425 },
        { 128, 0.735683, 0.215906, 0.330245 },
        { 192, 0.978422, 0.557937, 0.034931 },
        { 255, 0.988362, 0.998364, 0.644924 },
    };

    [Theory]
    [MemberData(nameof(Inferno))]
    public void InfernoColors_AnyIndex_IsNearThePublishedColor(int index, double red, double green, double blue)
    {
        (double actualRed, double actualGreen, double actualBlue) = InfernoColors.At(index / 255.0);

        actualRed.Should().BeApproximately(red * 255, 6);
        actualGreen.Should().BeApproximately(green * 255, 6);
        actualBlue.Should().BeApproximately(blue * 255, 6);
    }

    [Fact]
    public void Upsample_PixelAtTheCenterOfACell_HasItsValue()
    {
        // Each cell covers 3x3 pixels, starting at (6, 3), so that its center is the center of a pixel.
        ActivationMap map = Create([1, -2, 3, 4, 5, 6], columns: 3, 20, 12, new ImageRegion(6, 3, 9, 6));

        float[] values = map.Upsample();

        for (int row = 0; row < 2; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                values[((4 + (3 * row)) * 20) + 7 + (3 * column)].Should().BeApproximately(map[row, column], 1e-6f);
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            float.IsNaN(values[i]).Should().Be(i % 20 is < 6 or >= 15 || i / 20 is < 3 or >= 9);
        }
    }

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(1, int.MaxValue)]
    public void Upsample_TooManyPixels_Throws(int width, int height)
    {
        ActivationMap map = Create([1, -2, 3, 4, 5, 6], columns: 3, 20, 12, new ImageRegion(6, 3, 9, 6));

        ((Action)(() => map.Upsample(width, height))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1073741824*");
    }

    [Fact]
    public void Upsample_LinearMap_StaysLinear()
    {
        // Cubic convolution reproduces linear functions, except near the edges, where cells are repeated.
        float[] linear = [.. Enumerable.Range(0, 64).Select(i => (i % 8) + (10f * (i / 8)))];
        ActivationMap map = Create(linear, columns: 8, 100, 70, new ImageRegion(0, 0, 100, 70));

        float[] values = map.Upsample(200, 35);

        for (int i = 0; i < values.Length; i++)
        {
            (double x, double y) = (((i % 200) + 0.5) * 8 / 200, ((i / 200) + 0.5) * 8 / 35);
            if (x is > 1.5 and < 6.5 && y is > 1.5 and < 6.5)
            {
                values[i].Should().BeApproximately((float)(x - 0.5 + (10 * (y - 0.5))), 1e-4f);
            }
        }
    }

    [Fact]
    public void Overlay_OutsideTheRegionAndAtTheMinimum_KeepsTheImage()
    {
        byte[] image = Noise(20, 12);
        ActivationMap map = Create([0, 0, 0, 9], columns: 2, 20, 12, new ImageRegion(4, 2, 12, 8), image);

        byte[] rgb = map.Overlay(new OverlayOptions { Opacity = 1 }, out int width, out int height);

        (width, height).Should().Be((20, 12));
        float[] values = map.Upsample();
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]) || values[i] <= 0)
            {
                rgb.AsSpan(3 * i, 3).SequenceEqual(image.AsSpan(3 * i, 3)).Should().BeTrue();
            }
        }

        // With opacity 1, the pixel of the largest value has the last color of the table.
        int largest = Array.IndexOf(values, values.Where(v => !float.IsNaN(v)).Max());
        rgb[(3 * largest)..((3 * largest) + 3)].Zip([252, 255, 164], (a, e) => Math.Abs(a - e)).Should().OnlyContain(d => d <= 6);
        map.Overlay(new OverlayOptions { Opacity = 0 }, out _, out _).Should().Equal(image);
    }

    [Fact]
    public void Overlay_UniformMap_ReturnsTheImage()
    {
        ActivationMap map = Create([5, 5, 5, 5], columns: 2, 20, 12, new ImageRegion(0, 0, 20, 12), Noise(20, 12));

        map.Overlay(null, out _, out _).Should().Equal(Noise(20, 12));
    }

    [Theory]
    [InlineData(null, false, 20, 12)]
    [InlineData(100, false, 100, 60)]
    [InlineData(100, true, 201, 60)]
    [InlineData(7, false, 7, 4)]
    public void ToPng_Decoded_EqualsTheOverlay(int? longSide, bool sideBySide, int width, int height)
    {
        ActivationMap map = Create([1, 2, 3, 4], columns: 2, 20, 12, new ImageRegion(3, 1, 15, 10), Noise(20, 12));
        OverlayOptions options = new() { LongSide = longSide, SideBySide = sideBySide };

        using DecodedImage decoded = new SkiaSharpDecoder().Decode(map.ToPng(options));

        (decoded.Width, decoded.Height).Should().Be((width, height));
        decoded.Rgb().Should().Equal(map.Overlay(options, out _, out _));
    }

    [Fact]
    public void SavePng_ExistingFile_IsOverwritten()
    {
        using TemporaryFolder folder = new();
        ActivationMap map = Create([1, 2, 3, 4], columns: 2, 20, 12, new ImageRegion(3, 1, 15, 10));
        string path = folder.Write("map.png", "old");

        map.SavePng(path);

        File.ReadAllBytes(path).Should().Equal(map.ToPng());
    }

    [Theory]
    [InlineData(0, 0.5, "LongSide")]
    [InlineData(16_385, 0.5, "LongSide")]
    [InlineData(10, -0.1, "Opacity")]
    [InlineData(10, 1.1, "Opacity")]
    [InlineData(10, double.NaN, "Opacity")]
    public void ToPng_OptionOutOfRange_Throws(int longSide, double opacity, string name)
    {
        ActivationMap map = Create([1], 1, 20, 12, new ImageRegion(0, 0, 20, 12));

        Action encode = () => map.ToPng(new OverlayOptions { LongSide = longSide, Opacity = opacity });

        encode.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    [Theory]
    [InlineData(PixelFormat.Gray8)]
    [InlineData(PixelFormat.Bgra32)]
    [InlineData(PixelFormat.Rgbx32)]
    public void Overlay_AnyPixelFormat_ReturnsRgb(PixelFormat format)
    {
        byte[] pixels = Noise(20, 12)[..(PixelView.GetBytesPerPixel(format) * 5 * 4)];
        RetainedImage image = new(new PixelView(pixels, 5, 4, format));
        ActivationMap map = new([0], 1, Cat, new Classification([Cat], default), image, new ImageRegion(0, 0, 5, 4));

        byte[] rgb = map.Overlay(null, out _, out _);

        byte[] expected = [.. pixels.Chunk(PixelView.GetBytesPerPixel(format)).SelectMany(p => format switch
        {
            PixelFormat.Gray8 => new[] { p[0], p[0], p[0] },
            PixelFormat.Rgbx32 => p[..3],
            _ => [.. new[] { p[2], p[1], p[0] }.Select(c => (byte)Math.Round(c * p[3] / 255.0))],
        })];
        rgb.Should().Equal(expected);
    }

    private static ActivationMap Create(float[] values, int columns, int width, int height, ImageRegion region, byte[]? image = null)
    {
        PixelView pixels = new(image ?? new byte[width * height * 3], width, height);
        return new ActivationMap(values, columns, Cat, new Classification([Cat], default), new RetainedImage(pixels), region);
    }

    private static byte[] Noise(int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        new Random(6).NextBytes(pixels);
        return pixels;
    }
}
