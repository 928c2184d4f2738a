namespace ResNet.Net.Tests;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("cat.jpg", "cat.jpg")]
    [InlineData("ünï 貓 \U0001F408", "ünï 貓 \U0001F408")]
    [InlineData("a\nb\rc\td", "a?b?c?d")]
    [InlineData("\u001b[31mred\u007f\u009b", "?[31mred??")]
    [InlineData("a\u202egpj.exe", "a?gpj.exe")]
    [InlineData("a\u2028b\u2029c", "a?b?c")]
    public void Of_CharactersThatTerminalsInterpret_AreReplaced(string text, string expected)
        => PrintableText.Of(text).Should().Be(expected);
}
