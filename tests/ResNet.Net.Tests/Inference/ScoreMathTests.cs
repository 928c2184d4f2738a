namespace ResNet.Net.Tests;

public class ScoreMathTests
{
    [Theory]
    [InlineData(new[] { 100f, 90f, 0f })]
    [InlineData(new[] { 1000f, 999f, -1000f })]
    [InlineData(new[] { -1000f, -1001f })]
    [InlineData(new[] { 0f })]
    [InlineData(new[] { 3e38f, -3e38f })]
    public void Softmax_AnyFiniteLogits_EqualsTheDefinition(float[] logits)
    {
        double[] exponentials = [.. logits.Select(l => Math.Exp((double)l - logits.Max()))];
        float[] actual = [.. logits];

        ScoreMath.Softmax(actual);

        for (int i = 0; i < logits.Length; i++)
        {
            actual[i].Should().BeApproximately((float)(exponentials[i] / exponentials.Sum()), 1e-6f);
        }
    }

    [Fact]
    public void Softmax_RandomLogits_EqualsTheDefinitionAndSumsToOne()
    {
        Random random = new(1);
        for (int count = 1; count <= 1000; count += 37)
        {
            float[] logits = [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 40) - 20))];
            double[] exponentials = [.. logits.Select(l => Math.Exp(l))];
            float[] actual = [.. logits];

            ScoreMath.Softmax(actual);

            actual.Sum(a => (double)a).Should().BeApproximately(1, 1e-5);
            actual.Zip(exponentials, (a, e) => Math.Abs(a - (e / exponentials.Sum()))).Max().Should().BeLessThan(1e-6);
        }
    }

    [Fact]
    public void AverageCrops_OneCrop_IsUnchanged() => ScoreMath.AverageCrops([1, 2, 3], 3).ToArray().Should().Equal(1, 2, 3);

    [Fact]
    public void AverageCrops_FourCrops_IsTheirMean()
        => ScoreMath.AverageCrops([1, 2, 3, 5, 10, 20, 0, 4], 2).ToArray().Should().Equal(3.5f, 7.75f);
}
