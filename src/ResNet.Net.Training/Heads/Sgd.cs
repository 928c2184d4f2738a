using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>
/// Minimizes the loss of a head with stochastic gradient descent and momentum. The learning rate follows from the curvature of the loss and
/// falls to 0 as half a cosine (Loshchilov and Hutter 2017). Training stops early when the loss no longer falls.
/// </summary>
internal static class Sgd
{
    public const int BatchRows = 256;

    private const double Momentum = 0.9;
    private const double SmallestDecrease = 1e-4;
    private const int MaxRestarts = 10;
    private const int CurvatureRows = 1024;
    private const int CurvatureSteps = 8;

    /// <summary>Returns the number of epochs without a lower loss after which training stops.</summary>
    public static int Patience(int maxEpochs) => Math.Max(10, maxEpochs / 4);

    /// <summary>Minimizes the loss.</summary>
    /// <param name="objective">The loss.</param>
    /// <param name="start">The initial parameters.</param>
    /// <param name="seed">The seed of the order of the rows.</param>
    /// <param name="maxEpochs">The maximum number of epochs.</param>
    /// <param name="validate">
    /// Computes the loss on other images, which chooses the epoch; null to use the training loss and return the last epoch.
    /// </param>
    /// <param name="cancellationToken">Cancels between two batches.</param>
    /// <returns>The parameters, and the number of epochs that led to them.</returns>
    public static (double[] Parameters, int Epochs) Minimize(
        HeadObjective objective,
        double[] start,
        int seed,
        int maxEpochs,
        Func<double[], double>? validate,
        CancellationToken cancellationToken)
    {
        double rate = FirstRate(objective, start, seed);
        for (int restart = 0; ; restart++)
        {
            Run run = new(objective, start, seed, rate);
            if (run.Minimize(maxEpochs, validate, cancellationToken) || restart == MaxRestarts)
            {
                return (run.Best, run.BestEpoch);
            }

            rate /= 4;
        }
    }

    /// <summary>
    /// Returns the reciprocal of the largest curvature of the loss. At equal probabilities, the curvature of a softmax is
    /// <c>2 / classes</c> of its bound.
    /// </summary>
    private static double FirstRate(HeadObjective objective, double[] start, int seed)
    {
        Random random = new(seed);
        int[] rows = [.. objective.Rows];
        random.Shuffle(rows);
        ReadOnlyMemory<int> sample = rows.AsMemory(0, Math.Min(CurvatureRows, rows.Length));
        double[] gradient = new double[start.Length];
        double[] shifted = new double[start.Length];
        double[] shiftedGradient = new double[start.Length];
        objective.Evaluate(start, gradient, sample);
        double[] direction = [.. gradient];
        double curvature = 1;
        for (int i = 0; i < CurvatureSteps && TensorPrimitives.Norm<double>(direction) is > 0 and var norm; i++)
        {
            const double Distance = 1e-2;
            TensorPrimitives.MultiplyAdd(direction, Distance / norm, start, shifted);
            objective.Evaluate(shifted, shiftedGradient, sample);
            TensorPrimitives.Subtract(shiftedGradient, gradient, direction);
            curvature = TensorPrimitives.Norm<double>(direction) / Distance;
        }

        double bound = objective.IsMultiLabel ? curvature : curvature * Math.Max(1, objective.Network.Outputs / 2.0);
        return 1 / Math.Max(bound, 1e-6);
    }

    private sealed class Run(HeadObjective objective, double[] start, int seed, double rate)
    {
        private readonly double[] _parameters = [.. start];
        private readonly double[] _velocity = new double[start.Length];
        private readonly double[] _gradient = new double[start.Length];
        private readonly int[] _rows = [.. objective.Rows];
        private readonly Random _random = new(seed);

        public double[] Best { get; } = [.. start];

        public int BestEpoch { get; private set; }

        /// <summary>Returns false if the loss diverges.</summary>
        public bool Minimize(int maxEpochs, Func<double[], double>? validate, CancellationToken cancellationToken)
        {
            double best = double.PositiveInfinity;
            double first = objective.Evaluate(start, _gradient);
            int waited = 0;
            for (int epoch = 0; epoch < maxEpochs && waited < Patience(maxEpochs); epoch++)
            {
                double training = RunEpoch(rate * (1 + Math.Cos(Math.PI * epoch / maxEpochs)) / 2, cancellationToken);
                if (!(training <= 2 * first))
                {
                    return false;
                }

                double loss = validate is null ? training : validate(_parameters);
                bool isLower = loss < best * (validate is null ? 1 - SmallestDecrease : 1);
                waited = isLower ? 0 : waited + 1;
                best = isLower ? loss : best;
                if (isLower || validate is null)
                {
                    _parameters.CopyTo(Best, 0);
                    BestEpoch = epoch + 1;
                }
            }

            return true;
        }

        private double RunEpoch(double learningRate, CancellationToken cancellationToken)
        {
            _random.Shuffle(_rows);
            double sum = 0;
            for (int from = 0; from < _rows.Length; from += BatchRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = Math.Min(BatchRows, _rows.Length - from);
                sum += objective.Evaluate(_parameters, _gradient, _rows.AsMemory(from, count)) * count;
                TensorPrimitives.Multiply(_velocity, Momentum, _velocity);
                TensorPrimitives.MultiplyAdd(_gradient, -learningRate, _velocity, _velocity);
                TensorPrimitives.Add(_parameters, _velocity, _parameters);
            }

            return sum / _rows.Length;
        }
    }
}
