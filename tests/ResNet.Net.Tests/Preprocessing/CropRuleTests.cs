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
    public void LeftAndTop_EveryOrigin_RoundsAsItSays(CropRounding origin, int size, int crop, int start)
    {
        CropRule rule = new(crop, crop, origin);

        rule.Left(size).Should().Be(start);
        rule.Top(size).Should().Be(start);
    }
}
