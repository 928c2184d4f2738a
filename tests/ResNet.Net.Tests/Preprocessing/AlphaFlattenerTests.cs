namespace ResNet.Net.Tests;

public class AlphaFlattenerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(200)]
    [InlineData(255)]
    public void Blend_EveryValueAndAlpha_ReturnsTheRoundedBlend(int background)
    {
        List<string> wrong = [];
        for (int value = 0; value < 256; value++)
        {
            for (int alpha = 0; alpha < 256; alpha++)
            {
                // A quotient by 255 is never exactly half, so the rounding mode does not matter.
                decimal exact = ((value * (decimal)alpha) + (background * (255m - alpha))) / 255m;
                if (AlphaFlattener.Blend(value, alpha, background) != Math.Round(exact))
                {
                    wrong.Add($"{value} at {alpha} over {background}");
                }
            }
        }

        wrong.Should().BeEmpty();
    }

    [Theory]
    [InlineData(PixelFormat.Rgba32, PixelFormat.Rgbx32)]
    [InlineData(PixelFormat.Bgra32, PixelFormat.Bgrx32)]
    public void FlattenRows_RowsWithAlpha_ReturnsThemBlendedOverBlack(PixelFormat format, PixelFormat expectedFormat)
    {
        byte[] pixels = new byte[3 * 24];
        new Random(9).NextBytes(pixels);
        PixelView source = new(pixels, 5, 3, format, stride: 24);

        PixelView rows = AlphaFlattener.FlattenRows(source, 1, 2, PreprocessingKernels.For(SimdWidth.Scalar), new PreprocessingScratch());

        (rows.Width, rows.Height, rows.Format).Should().Be((5, 2, expectedFormat));
        for (int i = 0; i < 2 * 5 * 4; i++)
        {
            int offset = (((i / 20) + 1) * 24) + (i % 20);
            if (i % 4 != 3)
            {
                rows.Pixels[i].Should().Be((byte)Math.Round(pixels[offset] * pixels[offset | 3] / 255.0));
            }
        }
    }

    [Fact]
    public void FlattenRows_RowsWithoutAlpha_ReturnsAViewOfTheSource()
    {
        byte[] pixels = new byte[4 * 3 * 5];

        PixelView rows = AlphaFlattener.FlattenRows(
            new PixelView(pixels, 5, 4), 2, 1, PreprocessingKernels.For(SimdWidth.Scalar), new PreprocessingScratch());

        pixels[30] = 77;
        (rows.Height, rows.Pixels[0]).Should().Be((1, (byte)77));
    }
}
