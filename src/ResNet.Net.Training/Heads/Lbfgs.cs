using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>Minimizes functions with limited-memory BFGS (Liu and Nocedal 1989) and a line search for the weak Wolfe conditions.</summary>
internal static class Lbfgs
{
    private const int Memory = 10;
    private const int MaxTrials = 25;
    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;

    /// <summary>The relative rounding error of a loss that is computed in single precision.</summary>
    private const double LossError = 1e-7;

    public delegate double Function(double[] parameters, double[] gradient);

    /// <summary>Minimizes a function.</summary>
    /// <param name="function">Computes the value and the gradient.</param>
    /// <param name="parameters">The start; receives the minimum.</param>
    /// <param name="maxIterations">The maximum number of iterations.</param>
    /// <param name="tolerance">The Euclidean length of the gradient at which the function counts as minimized.</param>
    /// <param name="cancellationToken">Cancels between two evaluations.</param>
    /// <returns>The number of iterations.</returns>
    public static int Minimize(
        Function function, double[] parameters, int maxIterations, double tolerance, CancellationToken cancellationToken)
    {
        int length = parameters.Length;
        List<(double[] Step, double[] Change, double Product)> pairs = [];
        double[] gradient = new double[length];
        double[] direction = new double[length];
        double[] next = new double[length];
        double[] nextGradient = new double[length];
        cancellationToken.ThrowIfCancellationRequested();
        double value = function(parameters, gradient);
        for (int iteration = 0; iteration < maxIterations; iteration++)
        {
            double norm = TensorPrimitives.Norm<double>(gradient);
            if (!(norm > tolerance))
            {
                return iteration;
            }

            Direct(pairs, gradient, direction);
            double slope = TensorPrimitives.Dot<double>(gradient, direction);
            if (!(slope < 0))
            {
                pairs.Clear();
                TensorPrimitives.Negate<double>(gradient, direction);
                slope = -norm * norm;
            }

            double start = pairs.Count == 0 ? Math.Min(1, 1 / norm) : 1;
            double nextValue = Search(start, slope);
            if (double.IsNaN(nextValue))
            {
                // The rounding error hides any further decrease along the direction.
                if (pairs.Count == 0)
                {
                    return iteration;
                }

                pairs.Clear();
                continue;
            }

            Remember(pairs, parameters, next, gradient, nextGradient);
            next.CopyTo(parameters, 0);
            (gradient, nextGradient) = (nextGradient, gradient);
            value = nextValue;
        }

        return maxIterations;

        double Search(double step, double slope)
        {
            double low = 0;
            double high = double.PositiveInfinity;
            for (int trial = 0; trial < MaxTrials; trial++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TensorPrimitives.MultiplyAdd(direction, step, parameters, next);
                double candidate = function(next, nextGradient);
                if (!(candidate <= value + (SufficientDecrease * step * slope) + (LossError * Math.Abs(value)))
                    || !double.IsFinite(TensorPrimitives.SumOfSquares<double>(nextGradient)))
                {
                    high = step;
                }
                else if (TensorPrimitives.Dot<double>(nextGradient, direction) < Curvature * slope)
                {
                    low = step;
                }
                else
                {
                    return candidate;
                }

                step = double.IsPositiveInfinity(high) ? 2 * step : (low + high) / 2;
            }

            return double.NaN;
        }
    }

    /// <summary>Computes minus the inverse Hessian times the gradient with the two-loop recursion.</summary>
    private static void Direct(List<(double[] Step, double[] Change, double Product)> pairs, double[] gradient, double[] direction)
    {
        TensorPrimitives.Negate<double>(gradient, direction);
        Span<double> factors = stackalloc double[Memory];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            factors[i] = TensorPrimitives.Dot<double>(pairs[i].Step, direction) / pairs[i].Product;
            TensorPrimitives.MultiplyAdd(pairs[i].Change, -factors[i], direction, direction);
        }

        if (pairs.Count > 0)
        {
            (_, double[] change, double product) = pairs[^1];
            TensorPrimitives.Multiply(direction, product / TensorPrimitives.SumOfSquares<double>(change), direction);
        }

        for (int i = 0; i < pairs.Count; i++)
        {
            double factor = TensorPrimitives.Dot<double>(pairs[i].Change, direction) / pairs[i].Product;
            TensorPrimitives.MultiplyAdd(pairs[i].Step, factors[i] - factor, direction, direction);
        }
    }

    private static void Remember(
        List<(double[] Step, double[] Change, double Product)> pairs,
        double[] parameters,
        double[] next,
        double[] gradient,
        double[] nextGradient)
    {
        (double[] step, double[] change) = pairs.Count == Memory
            ? (pairs[0].Step, pairs[0].Change)
            : (new double[parameters.Length], new double[parameters.Length]);
        TensorPrimitives.Subtract(next, parameters, step);
        TensorPrimitives.Subtract(nextGradient, gradient, change);
        double product = TensorPrimitives.Dot<double>(step, change);
        if (pairs.Count == Memory)
        {
            pairs.RemoveAt(0);
        }

        if (product > 1e-10 * TensorPrimitives.Norm<double>(step) * TensorPrimitives.Norm<double>(change))
        {
            pairs.Add((step, change, product));
        }
    }
}
