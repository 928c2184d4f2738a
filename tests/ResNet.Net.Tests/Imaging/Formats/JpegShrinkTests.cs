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
    public void Factor_ShortSide256_LeavesTwiceTheSizeAtLeast(int width, int height, int orientation, int expected)
        => JpegShrink.Factor(width, height, orientation, ResizeRule.ShortSide(256)).Should().Be(expected);

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 1)]
    [InlineData(8, 1)]
    public void Factor_SquashAndOrientation_JudgesTheImageUpright(int orientation, int expected)
        => JpegShrink.Factor(1600, 400, orientation, ResizeRule.Squash(200, 50)).Should().Be(expected);

    [Fact]
    public void Factor_NoRule_IsOne()
        => JpegShrink.Factor(60_000, 60_000, 1, null).Should().Be(1);

    [Fact]
    public void Factor_AnySize_IsTheLargestThatLeavesEnough()
    {
        ResizeRule rule = ResizeRule.ShortSide(7);
        for (int width = 1; width < 300; width++)
        {
            for (int height = 1; height < 300; height += 3)
            {
                (int scaledWidth, int scaledHeight) = rule.Apply(width, height);
                int expected = new[] { 8, 4, 2 }.FirstOrDefault(f => width / f >= JpegShrink.Margin * scaledWidth && height / f >= JpegShrink.Margin * scaledHeight, 1);

                JpegShrink.Factor(width, height, 1, rule).Should().Be(expected);
            }
        }
    }

    [Fact]
    public void Factor_OfAnyImageThatIsShrunk_FollowsFromTheShrunkSize()
    {
        // libturbojpeg is told a size and takes the largest of its factors, sixteenths of 2, that fits: it must be ours.
        for (int side = 2; side < 2_000; side++)
        {
            foreach (int factor in new[] { 2, 4, 8 }.Where(f => side / f >= JpegShrink.Margin))
            {
                int told = (side + factor - 1) / factor;

                Enumerable.Range(1, 16).Where(eighths => ((side * eighths) + 7) / 8 <= told).Max().Should().Be(8 / factor, "of {0} pixels", side);
            }
        }
    }
}
