namespace ResNet.Net.Tests;

public class ResizePlanTests
{
    [Fact]
    public void Create_ReducedImage_UsesTheAspectRatioOfTheFullImage()
    {
        PixelView reduced = new PixelView(new byte[125 * 62 * 3], 125, 62).ShrunkFrom(1001, 501);

        ResizePlan plan = ResizePlan.Create(PreprocessingProfile.Torchvision, reduced);

        (plan.SourceWidth, plan.SourceHeight).Should().Be((125, 62));
        (plan.ScaledWidth, plan.ScaledHeight).Should().Be((511, 256), "125x62 would be scaled to 516x256");
        (plan.Left, plan.Top, plan.Width, plan.Height).Should().Be((144, 16, 224, 224));
    }

    [Theory]
    [InlineData(256, 256, true)]
    [InlineData(257, 256, false)]
    [InlineData(256, 300, false)]
    public void IsCopy_AnySize_IsTrueOnlyForTheScaledSize(int width, int height, bool expected)
    {
        PixelView source = new(new byte[width * height], width, height, PixelFormat.Gray8);

        ResizePlan.Create(PreprocessingProfile.Mxnet, source).IsCopy.Should().Be(expected);
    }
}
