namespace ResNet.Net.Evaluation.Tests;

public class FromProbabilitiesTests
{
    private static readonly LabelSet Labels = new("l", ["a", "b", "c"]);

    [Fact]
    public void Report_OfProbabilities_EqualsThatOfRankedPredictions()
    {
        Random random = new(5);
        LabeledImage[] images = [.. Enumerable.Range(0, 200).Select(i => new LabeledImage($"{i}", i % 3, () => default))];
        float[] probabilities = new float[600];
        for (int i = 0; i < 200; i++)
        {
            // Coarse values give ties.
            float first = random.Next(0, 5) / 10f;
            float second = random.Next(0, 5) / 10f;
            new[] { first, second, 1 - first - second }.CopyTo(probabilities, 3 * i);
        }

        EvaluationReport report = EvaluationReport.FromProbabilities("m", new ImageDataset("d", Labels, images), probabilities);

        EvaluatedImage[] expected
            = [.. images.Select((image, i) => EvaluatedImage.Of(image, Ranking.Of(probabilities[(3 * i)..((3 * i) + 3)])))];
        report.Images.Should().Equal(expected);
        report.Top1Count.Should().Be(expected.Count(e => e.IsCorrect));
        report.CalibrationBins.Should().HaveCount(15);
        report.ToText().Should().Contain("200 images of 3 classes").And.NotContain("profile").And.NotContain("speed");
        report.ToMarkdown().Should().NotContain("Profile").And.NotContain("Speed");
    }

    [Fact]
    public void InvalidProbabilities_AreRefused()
    {
        ImageDataset dataset = new("d", Labels, [new LabeledImage("x", 1, () => default)]);

        Invoking(dataset, [0.5f, 0.5f]).Should().Throw<ArgumentException>().WithMessage("*2 probabilities*1 images of 3 classes need 3*");
        Invoking(dataset, [0.5f, float.NaN, 0.5f]).Should().Throw<ArgumentException>().WithMessage("*'x' is NaN*");
        Invoking(dataset, [0.5f, 3, 0.5f]).Should().Throw<ArgumentException>().WithMessage("*'x' is 3*");
    }

    private static Action Invoking(ImageDataset dataset, float[] probabilities)
        => () => EvaluationReport.FromProbabilities("m", dataset, probabilities);
}
