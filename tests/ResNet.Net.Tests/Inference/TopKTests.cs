namespace ResNet.Net.Tests;

public class TopKTests
{
    [Fact]
    public void Select_RandomScoresWithTies_EqualsStableSort()
    {
        Random random = new(7);
        for (int round = 0; round < 500; round++)
        {
            // Few distinct values cause many ties.
            float[] scores = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => (float)random.Next(0, 8))];
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
