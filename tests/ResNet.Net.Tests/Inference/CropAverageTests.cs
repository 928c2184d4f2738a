namespace ResNet.Net.Tests;

public class CropAverageTests
{
    [Fact]
    public void Apply_OneCrop_IsItself()
        => Mean([1, 2, 3], 3).Should().Equal(1, 2, 3);

    [Fact]
    public void Apply_FourCrops_IsTheirMean()
        => Mean([1, 2, 3, 5, 10, 20, 0, 4], 2).Should().Equal(3.5f, 7.75f);

    private static float[] Mean(float[] scores, int classes) => CropAverage.Apply(scores, classes).ToArray();
}
