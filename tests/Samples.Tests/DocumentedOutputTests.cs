namespace ResNet.Net.Samples.Tests;

public class DocumentedOutputTests
{
    [Theory]
    [InlineData("a 1.00 b\n…\nend", "a 1.01 b\nx\ny\nend", true)]
    [InlineData("a 1.00 b\n…\nend", "a 1.03 b\nx\nend", false)]
    [InlineData("a 1.00 b\n…\nend", "a 1.00 b\nend", false)]
    [InlineData("10 of 11", "10 of 12", false)]
    [InlineData("in …/x, 5 of 5", "in /tmp/y/x, 5 of 5", true)]
    [InlineData("in …/x, 5 of 5", "in /tmp/y/x, 5 of 6", false)]
    [InlineData("│ cat  │ 12.3 │", "│ cat │  2.9 │", true)]
    [InlineData("│ cat │ 0.73 │", "│ cat │ 0.93 │", false)]
    [InlineData("├──┤", "├─────┤", true)]
    [InlineData("cat", "dog", false)]
    [InlineData("cat", "cat\nmore", false)]
    [InlineData("speed 12.0 images/s", "speed 700.1 images/s", true)]
    public void Difference_OfShownAndActual_IsFound(string shown, string actual, bool same)
        => (DocumentedOutput.Difference(shown, actual) is null).Should().Be(same);
}
