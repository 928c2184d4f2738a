namespace ResNet.Net.Evaluation.Tests;

public class AxisTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(20, 5)]
    [InlineData(21, 10)]
    [InlineData(110, 50)]
    [InlineData(50_000, 20_000)]
    public void Step_FourParts_ReturnsRoundStep(int range, int expected) => Axis.Step(range, 4).Should().Be(expected);

    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1049, "1.0k")]
    [InlineData(9949, "9.9k")]
    [InlineData(9950, "10k")]
    [InlineData(50_000, "50k")]
    [InlineData(1_281_167, "1.3M")]
    public void Short_Count_ReturnsFewCharacters(int count, string expected) => Axis.Short(count).Should().Be(expected);
}
