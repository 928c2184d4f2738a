namespace ResNet.Net.Tests;

public class AlphaBlendTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(200)]
    [InlineData(255)]
    public void Over_EveryValueAndAlpha_IsTheRoundedBlend(int background)
    {
        List<string> wrong = [];
        for (int value = 0; value < 256; value++)
        {
            for (int alpha = 0; alpha < 256; alpha++)
            {
                // Dividing by 255 never gives a half exactly, so the way of rounding halves does not matter.
                decimal exact = ((value * (decimal)alpha) + (background * (255m - alpha))) / 255m;
                if (AlphaBlend.Over(value, alpha, background) != Math.Round(exact))
                {
                    wrong.Add($"{value} at {alpha} over {background}");
                }
            }
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void OnBlack_EveryValueAndAlpha_IsOverZero()
    {
        IEnumerable<int> all = Enumerable.Range(0, 256);

        all.SelectMany(value => all.Select(alpha => AlphaBlend.OnBlack(value, alpha) - (int)Math.Round(value * alpha / 255.0)))
            .Should().OnlyContain(difference => difference == 0).And.HaveCount(65_536);
    }
}
