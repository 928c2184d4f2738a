namespace ResNet.Net.Evaluation.Tests;

public class EvaluatedImageTests
{
    [Fact]
    public void Of_RandomProbabilitiesWithTies_RanksLikeASort()
    {
        Random random = new(5);
        for (int time = 0; time < 2000; time++)
        {
            // Few distinct values, so that ties are common.
            float[] probabilities = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(4) / 4f)];
            int truth = random.Next(probabilities.Length);
            int[] order = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(i => probabilities[i]).ThenBy(i => i)];

            EvaluatedImage result = EvaluatedImage.Of(Image(truth), Ranking.Of(probabilities));

            result.PredictedClass.Should().Be(order[0]);
            result.Rank.Should().Be(Array.IndexOf(order, truth) + 1);
            result.IsCorrect.Should().Be(order[0] == truth);
            result.Confidence.Should().Be(probabilities.Max());
        }
    }

    [Theory]
    [InlineData(1f, 0)]
    [InlineData(0.5f, 0.6931471805599453)]
    [InlineData(0.1f, 2.3025850780928847)]
    [InlineData(0f, 103.27892990343185)]
    public void Of_TrueClassProbability_ReturnsLossInNats(float probability, double loss)
        => EvaluatedImage.Of(Image(1), Ranking.Of(1 - probability, probability)).Loss.Should().BeApproximately(loss, 1e-12);

    private static LabeledImage Image(int classIndex) => new("image", classIndex, () => default);
}
