namespace ResNet.Net.Training.Tests;

public class CalibrationTests
{
    [Theory]
    [InlineData(0.25)]
    [InlineData(1)]
    [InlineData(3)]
    public void FindTemperature_LogitsOfKnownTemperature_ReturnsIt(double temperature)
    {
        // The classes are drawn with the probabilities of the logits before these are multiplied.
        Random random = new(1);
        const int Count = 20_000;
        float[] logits = new float[Count * 3];
        IReadOnlyList<int>[] classes = new IReadOnlyList<int>[Count];
        for (int i = 0; i < Count; i++)
        {
            double[] row = [.. Enumerable.Range(0, 3).Select(_ => 1.5 * Samples.Normal(random))];
            double draw = random.NextDouble() * row.Sum(Math.Exp);
            int label = 0;
            while (label < 2 && draw > Math.Exp(row[label]))
            {
                draw -= Math.Exp(row[label++]);
            }

            classes[i] = [label];
            row.Select(value => (float)(value * temperature)).ToArray().CopyTo(logits, 3 * i);
        }

        Calibration.FindTemperature(Wrap(logits, classes)).Should().BeApproximately(temperature, 0.05 * temperature);
    }

    [Fact]
    public void FindTemperature_OverconfidentLogits_LowersTheLossAndKeepsTheBestClasses()
    {
        TrainingSet training = Samples.Draw(60, 30, 3, 1, distance: 0.5);
        TrainingSet validation = Samples.Draw(500, 30, 3, 2, distance: 0.5);
        TrainingOptions options = new() { L2 = [1e-4], Calibrate = false };

        HeadTrainingResult plain = HeadTraining.Train(training, validation, options, false, null, CancellationToken.None);
        HeadTrainingResult calibrated = HeadTraining.Train(
            training, validation, options with { Calibrate = true }, false, null, CancellationToken.None);

        (plain.Temperature, calibrated.Temperature > 1).Should().Be((1, true));
        float[][] before = [.. HeadTraining.Predict(plain.Head, validation.Features).Chunk(3)];
        float[][] after = [.. HeadTraining.Predict(calibrated.Head, validation.Features).Chunk(3)];
        after.Select(Best).Should().Equal(before.Select(Best));
        Loss(after).Should().BeLessThan(Loss(before));

        static int Best(float[] row) => Array.IndexOf(row, row.Max());
        double Loss(float[][] rows) => rows.Select((row, i) => -Math.Log(row[validation.Classes[i][0]])).Average();
    }

    [Theory]
    [InlineData(1000f)]
    [InlineData(0.001f)]
    public void FindTemperature_AllCorrect_IsBoundedAndLeavesDoubt(float scale)
    {
        float[] logits = [.. Enumerable.Range(0, 100).SelectMany(i => i % 2 == 0 ? (float[])[scale, 0] : [0, scale])];

        double temperature = Calibration.FindTemperature(
            Wrap(logits, [.. Enumerable.Range(0, 100).Select(i => (IReadOnlyList<int>)[i % 2])]));

        temperature.Should().BeInRange(1 / Calibration.MaxFactor, Calibration.MaxFactor);
    }

    [Fact]
    public void FindTemperature_AllCorrect_AssumesHalfAnErrorInOneMoreImage()
    {
        float[] logits = [.. Enumerable.Range(0, 100).SelectMany(i => i % 2 == 0 ? (float[])[5, 0] : [0, 5])];

        double temperature = Calibration.FindTemperature(
            Wrap(logits, [.. Enumerable.Range(0, 100).Select(i => (IReadOnlyList<int>)[i % 2])]));

        (1 / (1 + Math.Exp(-5 / temperature))).Should().BeApproximately(1 - (0.5 / 101), 1e-4);
    }

    [Theory]
    [InlineData(0, 0.50f)]
    [InlineData(0.1, 0.51f)]
    [InlineData(0.25, 0.52f)]
    [InlineData(1, 0.59f)]
    public void FindUnknownThreshold_Fraction_IsTheQuantileOfCorrectImages(double fraction, float expected)
    {
        // Ten correct images of 0.50 to 0.59, in no order, and one that is wrong with 0.55.
        float[] best = [0.53f, 0.50f, 0.59f, 0.51f, 0.58f, 0.52f, 0.57f, 0.54f, 0.56f, 0.55f, 0.55f];
        float[] probabilities = [.. best.SelectMany(p => (float[])[p, 1 - p])];
        IReadOnlyList<int>[] classes = [.. best.Select((_, i) => (IReadOnlyList<int>)[i == 10 ? 1 : 0])];

        double threshold = Calibration.FindUnknownThreshold(Wrap(probabilities, classes, 2), probabilities, 2, fraction);

        threshold.Should().Be(expected);
        best[..10].Count(p => p < threshold).Should().BeLessThanOrEqualTo((int)(fraction * 10));
    }

    [Fact]
    public void FindUnknownThreshold_NoCorrectImage_IsZero()
        => Calibration.FindUnknownThreshold(Wrap([1, 0], [[1]], 2), [0.7f, 0.3f], 2, 0.05).Should().Be(0);

    [Fact]
    public void Accuracy_IndependentClasses_IsTheMeanAveragePrecision()
    {
        // Class 0 ranks: member, other, member -> (1 + 2/3) / 2. Class 1: other, member, other -> 1/2. Class 2 has no members.
        TrainingSet set = new(new FeatureMatrix(new float[3], 3, 1), 1, [[0], [1], [0]], 3, true);
        Logits logits = new([3, 9, 0, 2, 8, 0, 1, 7, 0], set, [0, 1, 2]);

        logits.Accuracy().Should().BeApproximately(100 * (((1 + (2.0 / 3)) / 2) + 0.5) / 2, 1e-9);
    }

    private static Logits Wrap(float[] values, IReadOnlyList<int>[] classes, int? classCount = null)
    {
        TrainingSet set = new(
            new FeatureMatrix(new float[classes.Length], classes.Length, 1),
            1,
            classes,
            classCount ?? values.Length / classes.Length,
            false);
        return new Logits(values, set, Samples.All(set));
    }
}
