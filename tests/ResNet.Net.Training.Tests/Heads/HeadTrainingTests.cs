namespace ResNet.Net.Training.Tests;

public class HeadTrainingTests
{
    private static readonly TrainingOptions OneL2 = new() { L2 = [0.05], ClassWeights = ClassWeighting.None, Calibrate = false };

    [Fact]
    public void Train_Linear_EqualsGradientDescentInDoublePrecision()
    {
        TrainingSet set = Samples.Draw(90, 6, 3, 1);
        ReferenceHead reference = new(set, 0, 0.05);
        double[] optimum = reference.Minimize(4000, 0.3);

        ClassificationHead head = Train(set, set, OneL2).Head;

        float[] probabilities = HeadTraining.Predict(head, set.Features);
        for (int row = 0; row < set.ImageCount; row++)
        {
            double[] logits = reference.Logits(optimum, row);
            double total = logits.Sum(Math.Exp);
            for (int i = 0; i < 3; i++)
            {
                probabilities[(row * 3) + i].Should().BeApproximately((float)(Math.Exp(logits[i]) / total), 2e-3f);
            }
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(5, false)]
    [InlineData(0, true)]
    [InlineData(17, true)]
    public void Train_Twice_ReturnsTheSameWeights(int hidden, bool sgd)
    {
        TrainingSet set = Samples.Draw(300, 9, 3, 1, views: 2);
        TrainingOptions options = new()
        {
            HiddenUnits = hidden,
            Optimizer = sgd ? HeadOptimizer.Sgd : HeadOptimizer.Lbfgs,
            L2 = [0.1, 0.01],
            MaxIterations = 30,
            Seed = 3,
        };

        HeadTrainingResult first = Train(set, set, options, refit: true);
        HeadTrainingResult second = Train(set, set, options, refit: true);

        second.Head.Output.Weights.Should().Equal(first.Head.Output.Weights);
        second.Head.Output.Bias.Should().Equal(first.Head.Output.Bias);
        second.Trials.Should().Equal(first.Trials);
        second.UnknownThreshold.Should().Be(first.UnknownThreshold);
    }

    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(7, 63, 3)]
    [InlineData(15, 64, 17)]
    [InlineData(17, 65, 33)]
    [InlineData(33, 130, 16)]
    public void Predict_AnySize_EqualsNaiveSoftmax(int columns, int rows, int classes)
    {
        foreach (int hidden in (int[])[0, 5, 16])
        {
            Random random = new(columns);
            DenseLayer? first = hidden > 0 ? new DenseLayer(Draw(hidden * columns), Draw(hidden)) : null;
            int inputs = hidden > 0 ? hidden : columns;
            ClassificationHead head = new(first, new DenseLayer(Draw(classes * inputs), Draw(classes)), false);
            FeatureMatrix features = new(Draw(rows * columns), rows, columns);

            float[] actual = HeadTraining.Predict(head, features);

            actual.Should().HaveCount(rows * classes);
            for (int row = 0; row < rows; row++)
            {
                double[] values = [.. features[row].ToArray().Select(value => (double)value)];
                values = first is null ? values : [.. Layer(first, values).Select(value => Math.Max(0, value))];
                double[] logits = Layer(head.Output, values);
                double total = logits.Sum(Math.Exp);
                for (int i = 0; i < classes; i++)
                {
                    actual[(row * classes) + i].Should().BeApproximately((float)(Math.Exp(logits[i]) / total), 1e-5f);
                }
            }

            float[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)(0.5 * Samples.Normal(random)))];
        }

        static double[] Layer(DenseLayer layer, double[] inputs)
            =>
            [
                .. Enumerable.Range(0, layer.Outputs)
                    .Select(o => layer.Bias[o] + inputs.Select((value, i) => value * layer.Weights[(o * inputs.Length) + i]).Sum()),
            ];
    }

    [Fact]
    public void Predict_IndependentClasses_EqualsSigmoids()
    {
        ClassificationHead head = new(null, new DenseLayer([1, -2], [0, 0.5f]), true);

        float[] actual = HeadTraining.Predict(head, new FeatureMatrix([0.25f, -1], 2, 1));

        double[] logits = [0.25, 0, -1, 2.5];
        actual.Zip(logits).Should().AllSatisfy(
            pair => pair.First.Should().BeApproximately((float)(1 / (1 + Math.Exp(-pair.Second))), 1e-6f));
    }

    [Fact]
    public void Train_RepeatedViews_EqualsOneView()
    {
        TrainingSet one = Samples.Draw(60, 4, 3, 1);
        float[] repeated = [.. Enumerable.Range(0, 180).SelectMany(row => one.Features[row / 3].ToArray())];
        TrainingSet three = one with { Features = new FeatureMatrix(repeated, 180, 4), ViewsPerImage = 3 };

        HeadTrainingResult expected = Train(one, one, OneL2);
        HeadTrainingResult actual = Train(three, three, OneL2);

        Differ(actual.Head, expected.Head, one.Features).Should().BeLessThan(1e-3f);
        actual.UnknownThreshold.Should().BeApproximately(expected.UnknownThreshold, 1e-3);
    }

    [Fact]
    public void Train_DifferentViews_ValidatesOnTheFirst()
    {
        // The second view of the validation images has the features of another class.
        TrainingSet training = Samples.Draw(90, 5, 3, 1, distance: 4);
        float[] values = [.. Enumerable.Range(0, 90)
            .SelectMany(image => training.Features[image].ToArray().Concat(training.Features[(image + 1) % 90].ToArray()))];
        TrainingSet validation = training with { Features = new FeatureMatrix(values, 180, 5), ViewsPerImage = 2 };

        Train(training, validation, OneL2).Trials.Should().ContainSingle().Which.Accuracy.Should().BeGreaterThan(95);
    }

    [Fact]
    public void Train_Refit_UsesValidationImagesAndKeepsWhatTheyMeasured()
    {
        TrainingSet training = Samples.Draw(40, 6, 3, 1);
        TrainingSet validation = Samples.Draw(400, 6, 3, 2);
        TrainingSet unseen = Samples.Draw(3000, 6, 3, 3);

        HeadTrainingResult without = Train(training, validation, new TrainingOptions());
        HeadTrainingResult result = Train(training, validation, new TrainingOptions(), refit: true);

        without.Head.Should().BeSameAs(without.ValidatedHead);
        result.ValidatedHead.Output.Weights.Should().Equal(without.Head.Output.Weights);
        (result.Temperature, result.UnknownThreshold, result.L2).Should().Be((without.Temperature, without.UnknownThreshold, without.L2));
        Accuracy(result.Head, unseen).Should().BeGreaterThan(Accuracy(result.ValidatedHead, unseen));
    }

    [Fact]
    public void Train_SeveralPenalties_ReportsEachAndItsProgress()
    {
        TrainingSet training = Samples.Draw(60, 40, 3, 1, distance: 0.3);
        TrainingSet validation = Samples.Draw(300, 40, 3, 2, distance: 0.3);
        List<(int, int)> progress = [];

        HeadTrainingResult result = HeadTraining.Train(
            training,
            validation,
            new TrainingOptions { L2 = [1e-4, 0.1, 10, 0.1] },
            true,
            (completed, total) => progress.Add((completed, total)),
            CancellationToken.None);

        result.Trials.Select(trial => trial.L2).Should().Equal(10, 0.1, 1e-4);
        result.Trials.Should().Contain(trial => trial.L2 == result.L2);
        progress.Should().Equal((0, 4), (1, 4), (2, 4), (3, 4), (4, 4));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_ManyValidationImages_ChoosesAPenaltyOfAlmostTheLowestLoss(bool calibrate)
    {
        TrainingSet training = Samples.Draw(60, 40, 3, 1, distance: 0.3);
        TrainingSet validation = Samples.Draw(9000, 40, 3, 2, distance: 0.3);

        HeadTrainingResult result = Train(training, validation, new TrainingOptions { Calibrate = calibrate });

        double lowest = result.Trials.Min(trial => trial.Loss);
        result.Trials.Single(trial => trial.L2 == result.L2).Loss.Should().BeLessThan(lowest + 0.01);
        result.Trials.Max(trial => trial.Loss).Should().BeGreaterThan(lowest + 0.03);
        result.Trials.Should().HaveCountLessThan(HeadTraining.DefaultL2.Count);
    }

    [Fact]
    public void Train_PenaltiesOfEqualResult_ChoosesTheStrongest()
    {
        // A feature without variation leaves only the bias, which has no penalty.
        TrainingSet set = Samples.Transform(Samples.Draw(60, 1, 3, 1), (_, _) => 1);

        Train(set, set, new TrainingOptions { L2 = [0.01, 1, 0.1] }).L2.Should().Be(1);
    }

    [Fact]
    public void Train_IndependentClasses_RanksImagesOfEachClass()
    {
        TrainingSet training = Samples.Draw(400, 12, 4, 1, distance: 2, multiLabel: true);
        TrainingSet validation = Samples.Draw(200, 12, 4, 2, distance: 2, multiLabel: true);

        HeadTrainingResult result = Train(training, validation, new TrainingOptions());

        result.Head.IsMultiLabel.Should().BeTrue();
        result.Trials.Max(trial => trial.Accuracy).Should().BeGreaterThan(95);
    }

    [Fact]
    public void Train_HiddenLayer_SeparatesWhatALinearHeadCannot()
    {
        Random random = new(1);
        float[] values = [.. Enumerable.Range(0, 1200).Select(_ => (random.NextSingle() * 2) - 1)];
        IReadOnlyList<int>[] classes =
            [.. Enumerable.Range(0, 600).Select(i => (IReadOnlyList<int>)[values[2 * i] * values[(2 * i) + 1] > 0 ? 1 : 0])];
        TrainingSet set = new(new FeatureMatrix(values, 600, 2), 1, classes, 2, false);

        foreach (HeadOptimizer optimizer in Enum.GetValues<HeadOptimizer>())
        {
            TrainingOptions options = new() { Optimizer = optimizer, L2 = [1e-4], MaxIterations = 300 };
            Accuracy(Train(set, set, options).Head, set).Should().BeLessThan(70);
            Accuracy(Train(set, set, options with { HiddenUnits = 20 }).Head, set).Should().BeGreaterThan(95);
        }
    }

    [Fact]
    public void CrossValidate_RandomClasses_IsNoBetterThanChance()
    {
        TrainingSet drawn = Samples.Draw(200, 250, 2, 1, distance: 0);
        TrainingOptions options = new() { L2 = [1e-3] };

        float[] probabilities = HeadTraining.CrossValidate(drawn, 1e-3, options, 5, CancellationToken.None);

        Accuracy(Train(drawn, drawn, options).Head, drawn).Should().Be(100);
        Enumerable.Range(0, 200).Count(i => probabilities[2 * i] > 0.5 == (drawn.Classes[i][0] == 0)).Should().BeInRange(70, 130);
        probabilities.Chunk(2).Should().AllSatisfy(pair => pair.Sum().Should().BeApproximately(1, 1e-5f));
    }

    [Fact]
    public void MeasureLearningCurve_OverlappingClasses_HasGrowingStratifiedParts()
    {
        TrainingSet training = Samples.Draw(300, 20, 3, 1, distance: 0.7);
        TrainingSet validation = Samples.Draw(1000, 20, 3, 2, distance: 0.7);

        IReadOnlyList<LearningCurvePoint> points
            = HeadTraining.MeasureLearningCurve(training, validation, 0.03, new TrainingOptions(), CancellationToken.None);

        points.Select(point => point.TrainingImages).Should().Equal(30, 60, 120, 210, 300);
        points[^1].ValidationAccuracy.Should().BeGreaterThan(points[0].ValidationAccuracy);
        points[0].TrainingAccuracy.Should().BeGreaterThan(points[^1].TrainingAccuracy);
    }

    internal static double Accuracy(ClassificationHead head, TrainingSet set)
    {
        float[][] rows = [.. HeadTraining.Predict(head, set.Features).Chunk(set.ClassCount)];
        return 100.0 * rows.Where((row, i) => set.Classes[i][0] == Array.IndexOf(row, row.Max())).Count() / rows.Length;
    }

    private static HeadTrainingResult Train(TrainingSet training, TrainingSet validation, TrainingOptions options, bool refit = false)
        => HeadTraining.Train(training, validation, options, refit, null, CancellationToken.None);

    private static float Differ(ClassificationHead first, ClassificationHead second, FeatureMatrix features)
        => HeadTraining.Predict(first, features).Zip(HeadTraining.Predict(second, features), (a, b) => Math.Abs(a - b)).Max();
}
