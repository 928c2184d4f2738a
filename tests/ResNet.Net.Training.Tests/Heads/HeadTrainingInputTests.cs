namespace ResNet.Net.Training.Tests;

public class HeadTrainingInputTests
{
    [Theory]
    [InlineData(1e6f, 0)]
    [InlineData(1e-6f, 0)]
    [InlineData(1e-20f, 0)]
    [InlineData(1, 1000)]
    public void Train_ScaledOrShiftedFeatures_PredictsTheSame(float scale, float shift)
    {
        TrainingSet set = Samples.Draw(90, 6, 3, 1);
        TrainingSet other = Samples.Transform(set, (value, column) => (value * scale * (column + 1)) + shift);

        float[] expected = HeadTraining.Predict(Train(set).Head, set.Features);
        float[] actual = HeadTraining.Predict(Train(other).Head, other.Features);

        actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(5e-3f);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1f)]
    [InlineData(1e6f)]
    public void Train_ConstantFeature_HasNoEffect(float constant)
    {
        TrainingSet set = Samples.Draw(60, 4, 3, 1);
        TrainingSet other = Samples.Transform(set, (value, column) => column == 2 ? constant : value);

        ClassificationHead head = Train(other).Head;

        for (int output = 0; output < 3; output++)
        {
            head.Output.Weights[(4 * output) + 2].Should().Be(0);
        }

        HeadTraining.Predict(head, other.Features).Should().OnlyContain(p => float.IsFinite(p));
    }

    [Theory]
    [InlineData(2, 3, 4)]
    [InlineData(2, 1, 3)]
    [InlineData(1, 8, 20)]
    public void Train_FewImages_ReturnsFiniteHead(int imagesPerClass, int columns, int classes)
    {
        TrainingSet set = Samples.Draw(imagesPerClass * classes, columns, classes, 1);

        foreach (HeadOptimizer optimizer in Enum.GetValues<HeadOptimizer>())
        {
            HeadTrainingResult result = Train(set, new TrainingOptions { Optimizer = optimizer, HiddenUnits = columns - 1 }, refit: true);

            HeadTraining.Predict(result.Head, set.Features).Should().OnlyContain(p => p >= 0 && p <= 1);
            result.UnknownThreshold.Should().BeInRange(0, 1);
        }
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(0)]
    public void Train_SeparableClasses_KeepsProbabilitiesBelowOne(double l2)
    {
        TrainingSet set = Samples.Draw(200, 5, 2, 1, distance: 30);

        HeadTrainingResult result = Train(set, new TrainingOptions { L2 = [l2] });

        HeadTrainingTests.Accuracy(result.Head, set).Should().Be(100);
        result.Temperature.Should().BeInRange(1 / Calibration.MaxFactor, Calibration.MaxFactor);
        result.UnknownThreshold.Should().BeInRange(0.9, 0.9999);
    }

    [Fact]
    public void Train_ClassWithoutImages_NamesIt()
    {
        TrainingSet set = Samples.Draw(60, 4, 3, 1) with { ClassCount = 4 };

        Action train = () => Train(set);

        train.Should().Throw<TrainingException>().WithMessage("Class 3 has no training images*");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Train_FeatureIsNotFinite_NamesTheImage(float value)
    {
        TrainingSet set = Samples.Draw(30, 4, 3, 1, views: 2);
        set.Features.Values[(4 * 2 * 7) + 5] = value;

        ((Action)(() => Train(set))).Should().Throw<TrainingException>().WithMessage("*image 7 (row 15)*");
        ((Action)(() => HeadTraining.CrossValidate(set, 0.1, new TrainingOptions(), 2, CancellationToken.None)))
            .Should().Throw<TrainingException>().WithMessage("*image 7 (row 15)*");
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(null)]
    public void Train_UnusablePenalty_Throws(double? l2)
    {
        TrainingOptions options = new() { L2 = l2 is double value ? [0.1, value] : [] };

        ((Action)(() => Train(Samples.Draw(30, 4, 3, 1), options))).Should().Throw<ArgumentException>().WithMessage("L2 contains*");
    }

    [Theory]
    [InlineData(HeadOptimizer.Lbfgs)]
    [InlineData(HeadOptimizer.Sgd)]
    public void Train_CanceledDuringTheFirstOptimization_Throws(HeadOptimizer optimizer)
    {
        using CancellationTokenSource source = new();
        TrainingSet set = Samples.Draw(30, 4, 3, 1);
        List<int> completed = [];

        Action train = () => HeadTraining.Train(
            set,
            set,
            new TrainingOptions { Optimizer = optimizer },
            true,
            (count, _) =>
            {
                completed.Add(count);
                source.Cancel();
            },
            source.Token);

        train.Should().Throw<OperationCanceledException>();
        completed.Should().Equal(0);
    }

    private static HeadTrainingResult Train(TrainingSet set, TrainingOptions? options = null, bool refit = false)
        => HeadTraining.Train(set, set, options ?? new TrainingOptions { L2 = [0.05] }, refit, null, CancellationToken.None);
}
