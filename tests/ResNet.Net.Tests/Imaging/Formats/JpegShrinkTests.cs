namespace ResNet.Net.Tests;

public class JpegShrinkTests
{
    [Theory]
    [InlineData(4000, 3000, 1, 4)] // 3000 / 8 = 375 < 2 * 256
    [InlineData(4096, 4096, 1, 8)]
    [InlineData(4095, 4096, 1, 4)] // 4095 / 8 = 511
    [InlineData(4096, 4095, 1, 4)]
    [InlineData(2048, 2048, 1, 4)]
    [InlineData(1024, 1024, 1, 2)]
    [InlineData(1023, 1024, 1, 1)]
    [InlineData(500, 375, 1, 1)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(65500, 65500, 1, 8)]
    public void Factor_ShortSide256_LeavesAtLeastTwiceTheSize(int width, int height, int orientation, int expected)
        => JpegShrink.Factor(width, height, orientation, ResizeRule.ShortSide(256)).Should().Be(expected);

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 1)]
    [InlineData(8, 1)]
    public void Factor_SquashWithOrientation_UsesTheUprightSize(int orientation, int expected)
        => JpegShrink.Factor(1600, 400, orientation, ResizeRule.Squash(200, 50)).Should().Be(expected);

    [Fact]
    public void Factor_NoRule_ReturnsOne()
        => JpegShrink.Factor(60_000, 60_000, 1, null).Should().Be(1);

    [Fact]
    public void Factor_AnySize_IsTheLargestThatLeavesEnoughPixels()
    {
        ResizeRule rule = ResizeRule.ShortSide(7);
        for (int width = 1; width < 300; width++)
        {
            for (int height = 1; height < 300; height += 3)
            {
                (int scaledWidth, int scaledHeight) = rule.Apply(width, height);
                bool LeavesEnough(int factor)
                    => width / factor >= JpegShrink.Margin * scaledWidth && height / factor >= JpegShrink.Margin * scaledHeight;
                int expected = new[] { 8, 4, 2 }.FirstOrDefault(LeavesEnough, 1);

                JpegShrink.Factor(width, height, 1, rule).Should().Be(expected);
            }
        }
    }

    [Fact]
    public void Factor_AnyReducedSize_IsTheFactorThatLibJpegTurboChooses()
    {
        // libturbojpeg receives the reduced size and applies the largest of its factors, 1/8 to 16/8, that fits.
        for (int side = 2; side < 2_000; side++)
        {
            foreach (int factor in new[] { 2, 4, 8 }.Where(f => side / f >= JpegShrink.Margin))
            {
                int reduced = (side + factor - 1) / factor;

                int eighths = Enumerable.Range(1, 16).Last(eighths => ((side * eighths) + 7) / 8 <= reduced);

                eighths.Should().Be(8 / factor, "of {0} pixels", side);
            }
        }
    }
}
