namespace ResNet.Net.Tests;

public class ResizeRuleTests
{
    [Theory]
    [InlineData(500, 375, LongSideRounding.Truncate, 341, 256)]
    [InlineData(500, 375, LongSideRounding.HalfToEven, 341, 256)]
    [InlineData(375, 500, LongSideRounding.Truncate, 256, 341)]
    [InlineData(640, 480, LongSideRounding.HalfToEven, 341, 256)]
    [InlineData(1000, 300, LongSideRounding.Truncate, 853, 256)]
    [InlineData(1001, 300, LongSideRounding.Truncate, 854, 256)]
    [InlineData(1005, 300, LongSideRounding.HalfToEven, 858, 256)]
    [InlineData(1005, 300, LongSideRounding.Truncate, 857, 256)]
    [InlineData(256, 256, LongSideRounding.Truncate, 256, 256)]
    [InlineData(1, 1, LongSideRounding.HalfToEven, 256, 256)]
    [InlineData(1, 4000, LongSideRounding.Truncate, 256, 1024000)]
    public void Apply_ShortSide_ScalesTheLongSide(int width, int height, LongSideRounding rounding, int scaledWidth, int scaledHeight)
        => ResizeRule.ShortSide(256, rounding).Apply(width, height).Should().Be((scaledWidth, scaledHeight));

    [Fact]
    public void Apply_Squash_IgnoresTheAspectRatio() => ResizeRule.Squash(300, 200).Apply(17, 4000).Should().Be((300, 200));

    [Fact]
    public void Create_SideBelowOne_Throws()
    {
        ((Action)(() => ResizeRule.Squash(0, 5))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => ResizeRule.Squash(5, -1))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => ResizeRule.ShortSide(0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => ResizeRule.ShortSide(5).Apply(0, 5))).Should().Throw<ArgumentOutOfRangeException>();
    }
}
