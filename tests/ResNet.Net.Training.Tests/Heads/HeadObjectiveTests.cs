namespace ResNet.Net.Training.Tests;

public class HeadObjectiveTests
{
    public static TheoryData<int, int, int, int, bool, int> Shapes => new()
    {
        { 40, 5, 3, 0, false, 1 },
        { 65, 17, 2, 0, false, 2 },
        { 70, 1, 17, 0, false, 1 },
        { 33, 7, 3, 0, true, 1 },
        { 40, 6, 3, 7, false, 1 },
        { 20, 16, 4, 17, true, 3 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Evaluate_RandomParameters_EqualsReferenceLossAndItsFiniteDifferences(
        int images, int columns, int classes, int hidden, bool multiLabel, int views)
    {
        const double L2 = 0.05;
        TrainingSet set = Samples.Draw(images, columns, classes, 3, views: views, multiLabel: multiLabel);
        ReferenceHead reference = new(set, hidden, L2);
        HeadObjective objective = Create(set, hidden, ClassWeighting.None, L2);
        Random random = new(5);
        double[] parameters = [.. Enumerable.Range(0, reference.Length).Select(_ => 0.5 * Samples.Normal(random))];

        double[] gradient = new double[objective.Network.ParameterCount];
        double loss = objective.Evaluate(Pad(parameters, objective.Network), gradient);

        loss.Should().BeApproximately(reference.Loss(parameters), 1e-5);
        double[] compact = Compact(gradient, objective.Network);
        for (int i = 0; i < parameters.Length; i++)
        {
            const double Step = 1e-6;
            double[] above = [.. parameters];
            double[] below = [.. parameters];
            above[i] += Step;
            below[i] -= Step;
            double expected = (reference.Loss(above) - reference.Loss(below)) / (2 * Step);
            compact[i].Should().BeApproximately(expected, 2e-5, "parameter {0} of {1}", i, parameters.Length);
        }
    }

    [Fact]
    public void Evaluate_BalancedClasses_EqualsRepeatedImages()
    {
        // 20 images of class 0 and 10 of class 1, which the second set contains twice.
        TrainingSet drawn = Samples.Draw(60, 4, 2, 1);
        int[] zeros = [.. Samples.All(drawn).Where(i => drawn.Classes[i][0] == 0).Take(20)];
        int[] ones = [.. Samples.All(drawn).Where(i => drawn.Classes[i][0] == 1).Take(10)];
        Standardization standardization = Standardization.Measure(drawn, Samples.All(drawn), 1);
        HeadObjective balanced = new(drawn, [.. zeros, .. ones], standardization, 0, ClassWeighting.Balanced, 1) { L2 = 0.1 };
        HeadObjective repeated = new(drawn, [.. zeros, .. ones, .. ones], standardization, 0, ClassWeighting.None, 1) { L2 = 0.1 };
        Random random = new(9);
        double[] parameters = [.. Enumerable.Range(0, balanced.Network.ParameterCount).Select(_ => Samples.Normal(random))];
        parameters = Pad(Compact(parameters, balanced.Network), balanced.Network);
        double[] first = new double[parameters.Length];
        double[] second = new double[parameters.Length];

        balanced.Evaluate(parameters, first).Should().BeApproximately(repeated.Evaluate(parameters, second), 1e-6);

        Compact(first, balanced.Network).Zip(Compact(second, balanced.Network))
            .Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6));
    }

    [Fact]
    public void Evaluate_BalancedIndependentClasses_GivesMembersAndOthersHalfTheWeight()
    {
        TrainingSet set = Samples.Draw(50, 3, 4, 1, multiLabel: true);
        int[] counts = LossWeights.Count(set, Samples.All(set));
        HeadObjective objective = Create(set, 0, ClassWeighting.Balanced, 0);
        ReferenceHead reference = new(set, 0, 0);
        double[] parameters = [.. Enumerable.Range(0, reference.Length).Select(i => 0.1 * i)];

        double loss = objective.Evaluate(Pad(parameters, objective.Network), new double[objective.Network.ParameterCount]);

        loss.Should().BeApproximately(
            reference.Loss(parameters, (label, member) => 25.0 / (member == 1 ? counts[label] : 50 - counts[label])), 1e-5);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 9)]
    public void Evaluate_OneOrMoreThreads_IsEqualToTheLastBit(bool multiLabel, int hidden)
    {
        TrainingSet set = Samples.Draw(5000, 20, 5, 1, multiLabel: multiLabel);
        double[]? expected = null;
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            HeadObjective objective = Create(set, hidden, ClassWeighting.Balanced, 0.01, threads);
            double[] parameters = objective.Network.Initialize(4);
            double[] gradient = new double[parameters.Length];
            double loss = objective.Evaluate(parameters, gradient);
            expected ??= [.. gradient, loss];
            gradient.Append(loss).Should().Equal(expected);
        }
    }

    private static HeadObjective Create(TrainingSet set, int hidden, ClassWeighting weighting, double l2, int threads = 2)
        => new(set, Samples.All(set), Standardization.Measure(set, Samples.All(set), threads), hidden, weighting, threads) { L2 = l2 };

    /// <summary>Lays compact parameters out as the library does.</summary>
    private static double[] Pad(double[] compact, HeadNetwork network)
    {
        double[] padded = new double[network.ParameterCount];
        foreach ((int from, int to) in Positions(network))
        {
            padded[to] = compact[from];
        }

        return padded;
    }

    private static double[] Compact(double[] padded, HeadNetwork network)
        => [.. Positions(network).OrderBy(pair => pair.Compact).Select(pair => padded[pair.Padded])];

    private static List<(int Compact, int Padded)> Positions(HeadNetwork network)
    {
        List<(int, int)> positions = [];
        int padded = 0;
        int inputs = network.Inputs;
        foreach (int outputs in (int[])(network.Hidden > 0 ? [network.Hidden, network.Outputs] : [network.Outputs]))
        {
            int start = positions.Count;
            int rows = (inputs + 15) / 16 * 16;
            int stride = (outputs + 15) / 16 * 16;
            for (int output = 0; output < outputs; output++)
            {
                for (int input = 0; input < inputs; input++)
                {
                    positions.Add((start + (output * inputs) + input, padded + (input * stride) + output));
                }
            }

            for (int output = 0; output < outputs; output++)
            {
                positions.Add((start + (outputs * inputs) + output, padded + (rows * stride) + output));
            }

            padded += (rows + 1) * stride;
            inputs = outputs;
        }

        return positions;
    }
}
