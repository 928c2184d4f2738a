namespace ResNet.Net.Tests;

public class CropRuleTests
{
    [Theory]
    [InlineData(CropRounding.Floor, 257, 224, 16)]
    [InlineData(CropRounding.FloorOfHalves, 257, 224, 16)]
    [InlineData(CropRounding.HalfToEven, 257, 224, 16)]
    [InlineData(CropRounding.HalfToEven, 259, 224, 18)]
    [InlineData(CropRounding.Floor, 259, 224, 17)]
    [InlineData(CropRounding.Floor, 256, 225, 15)]
    [InlineData(CropRounding.FloorOfHalves, 256, 225, 16)]
    [InlineData(CropRounding.HalfToEven, 224, 224, 0)]
    public void LeftAndTop_EveryRounding_ReturnsTheRoundedOffset(CropRounding rounding, int size, int crop, int expected)
    {
        CropRule rule = new(crop, crop, rounding);

        rule.Left(size).Should().Be(expected);
        rule.Top(size).Should().Be(expected);
    }
}
