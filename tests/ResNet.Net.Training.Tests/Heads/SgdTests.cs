namespace ResNet.Net.Training.Tests;

public class SgdTests
{
    [Fact]
    public void Minimize_LinearHead_ApproachesTheLossOfLbfgs()
    {
        TrainingSet set = Samples.Draw(600, 8, 4, 1);
        HeadObjective objective = Create(set);
        double[] optimum = objective.Network.Initialize(0);
        Lbfgs.Minimize(objective.Evaluate, optimum, 200, 1e-5, CancellationToken.None);
        double[] gradient = new double[optimum.Length];

        double[] parameters = Sgd.Minimize(objective, objective.Network.Initialize(0), 1, 200, null, CancellationToken.None).Parameters;

        double best = objective.Evaluate(optimum, gradient);
        objective.Evaluate(parameters, gradient).Should().BeInRange(best - 1e-4, best + 0.02);
    }

    [Fact]
    public void Minimize_ValidationLossRisesAfterThirdEpoch_StopsAndReturnsTheThird()
    {
        HeadObjective objective = Create(Samples.Draw(600, 8, 4, 1));
        List<double[]> epochs = [];

        (double[] parameters, int best) = Sgd.Minimize(
            objective,
            objective.Network.Initialize(0),
            1,
            100,
            current =>
            {
                epochs.Add([.. current]);
                return Math.Abs(epochs.Count - 3);
            },
            CancellationToken.None);

        best.Should().Be(3);
        epochs.Should().HaveCount(3 + Sgd.Patience(100));
        parameters.Should().Equal(epochs[2]);
    }

    private static HeadObjective Create(TrainingSet set)
        => new(set, Samples.All(set), Standardization.Measure(set, Samples.All(set), 2), 0, ClassWeighting.None, 2) { L2 = 0.01 };
}
