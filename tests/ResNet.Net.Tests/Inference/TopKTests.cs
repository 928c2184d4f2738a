namespace ResNet.Net.Tests;

public class TopKTests
{
    [Fact]
    public void Select_RandomScoresWithTies_EqualsStableSort()
    {
        Random random = new(7);
        for (int round = 0; round < 500; round++)
        {
            // Few distinct values cause many ties, also of both zeros.
            int count = round % 50 == 0 ? 1000 : random.Next(1, 60);
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(-4, 4) * (random.Next(2) - 0.5f))];
            int[] indices = new int[random.Next(0, scores.Length + 1)];

            TopK.Select(scores, indices);

            int[] expected = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(indices.Length)];
            indices.Should().Equal(expected);
        }
    }

    [Fact]
    public void Select_AllEqual_ReturnsTheFirstIndices()
    {
        int[] indices = new int[3];

        TopK.Select(new float[1000], indices);

        indices.Should().Equal(0, 1, 2);
    }

    [Fact]
    public void Select_MoreIndicesThanScores_Throws()
    {
        Action select = () => TopK.Select(new float[2], new int[3]);

        select.Should().Throw<ArgumentOutOfRangeException>();
    }
}
