using ResNet.Net.Evaluation;

namespace ResNet.Net.Training.Tests;

public class SuspiciousLabelsTests
{
    [Fact]
    public void Find_ConfidentContradictions_AreOrderedByProbability()
    {
        LabeledImage[] images = [Image("a", 0), Image("b", 0), Image("c", 1), Image("d", 1), Image("e", 2)];
        float[] outOfFold =
        [
            0.9f, 0.1f, 0f,
            0.1f, 0.8f, 0.1f, // b is 1
            0.0f, 0.7f, 0.3f,
            0.95f, 0.05f, 0f, // d is 0
            0.4f, 0.2f, 0.4f,
        ];

        SuspiciousLabels.Find(images, outOfFold, 3).Should().Equal(
            new SuspiciousLabel("d", 1, 0, 0.95f), new SuspiciousLabel("b", 0, 1, 0.8f));
    }

    [Fact]
    public void Find_LessConfidentThanTheClassUsuallyIs_IsNotReported()
    {
        // Images of class 0 usually get 0.99, so 0.8 is no evidence.
        LabeledImage[] images = [.. Enumerable.Range(0, 20).Select(i => Image($"{i}", 0)), Image("other", 1), Image("z", 1)];
        float[] outOfFold = [.. Enumerable.Repeat(new[] { 0.99f, 0.01f }, 20).SelectMany(p => p), 0.8f, 0.2f, 0.1f, 0.9f];

        SuspiciousLabels.Find(images, outOfFold, 2).Should().BeEmpty();
    }

    [Fact]
    public void Find_FlippedLabels_AreMostOfTheList()
    {
        // Gaussian scores around the true class; the labels of 20 images are wrong.
        Random random = new(4);
        const int Classes = 5, Count = 500;
        HashSet<string> wrong = [];
        List<LabeledImage> images = [];
        float[] outOfFold = new float[Classes * Count];
        for (int i = 0; i < Count; i++)
        {
            int truth = i % Classes;
            bool isWrong = i % 25 == 0;
            images.Add(Image($"{i}", isWrong ? (truth + 1) % Classes : truth));
            if (isWrong)
            {
                wrong.Add($"{i}");
            }

            double[] scores = [.. Enumerable.Range(0, Classes).Select(c => Math.Exp((c == truth ? 4 : 0) + Normal(random)))];
            for (int c = 0; c < Classes; c++)
            {
                outOfFold[(i * Classes) + c] = (float)(scores[c] / scores.Sum());
            }
        }

        IReadOnlyList<SuspiciousLabel> found = SuspiciousLabels.Find(images, outOfFold, Classes);

        // About half of the wrong ones: the threshold is the mean probability of the class.
        found.Count(f => wrong.Contains(f.Image)).Should().BeInRange(8, 20);
        found.Count(f => !wrong.Contains(f.Image)).Should().BeLessThan(5);
    }

    [Fact]
    public void Find_ImagesOfSeveralClasses_AreNotJudged()
        => SuspiciousLabels.Find([new LabeledImage("x", [0, 1], () => default), Image("y", 1)], [0f, 0f, 1f, 0f, 1f, 0f], 3)
            .Should().BeEmpty();

    private static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static LabeledImage Image(string name, int classIndex) => new(name, classIndex, () => default);
}
