namespace ResNet.Net.Tests;

public class CropRuleTests
{
    [Theory]
    [InlineData(CropOrigin.Floor, 257, 224, 16)]
    [InlineData(CropOrigin.FloorOfHalves, 257, 224, 16)]
    [InlineData(CropOrigin.HalfToEven, 257, 224, 16)]
    [InlineData(CropOrigin.HalfToEven, 259, 224, 18)]
    [InlineData(CropOrigin.Floor, 259, 224, 17)]
    [InlineData(CropOrigin.Floor, 256, 225, 15)]
    [InlineData(CropOrigin.FloorOfHalves, 256, 225, 16)]
    [InlineData(CropOrigin.HalfToEven, 224, 224, 0)]
    public void LeftAndTop_EveryOrigin_RoundsAsItSays(CropOrigin origin, int size, int crop, int start)
    {
        CropRule rule = new(crop, crop, origin);

        rule.Left(size).Should().Be(start);
        rule.Top(size).Should().Be(start);
    }
}
