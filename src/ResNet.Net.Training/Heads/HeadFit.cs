namespace ResNet.Net.Training;

/// <summary>Optimizes heads on images of one set. It measures their standardization once.</summary>
internal sealed class HeadFit
{
    /// <summary>The distance of the loss from its minimum, in nats, at which L-BFGS stops. The penalty and the gradient bound it.</summary>
    private const double LossTolerance = 1e-5;

    private const double SmallestGradient = 1e-5;

    private readonly TrainingSet _set;
    private readonly TrainingOptions _options;
    private readonly Standardization _standardization;
    private readonly HeadObjective _objective;

    public HeadFit(TrainingSet set, IReadOnlyList<int> images, TrainingOptions options, int? threads = null)
    {
        int count = threads ?? Environment.ProcessorCount;
        _set = set;
        _options = options;
        _standardization = Standardization.Measure(set, images, count);
        _objective = new HeadObjective(set, images, _standardization, options.HiddenUnits, options.ClassWeights, count);
    }

    /// <summary>Optimizes a head.</summary>
    /// <param name="l2">The strength of the L2 penalty.</param>
    /// <param name="warmStart">Parameters of a similar linear head, or null.</param>
    /// <param name="maxIterations">The maximum number of iterations or epochs.</param>
    /// <param name="validate">Computes the validation loss of a head, which stops SGD; null to use the training loss.</param>
    /// <param name="cancellationToken">Cancels the optimization.</param>
    /// <returns>The parameters and the number of iterations or epochs.</returns>
    public (double[] Parameters, int Iterations) Optimize(
        double l2, double[]? warmStart, int maxIterations, Func<ClassificationHead, double>? validate, CancellationToken cancellationToken)
    {
        _objective.L2 = l2;

        // A hidden layer starts with new weights: a strong penalty can leave units inactive forever.
        double[] start = warmStart is not null && _options.HiddenUnits == 0
            ? [.. warmStart]
            : _objective.Network.Initialize(_options.Seed);
        if (_options.Optimizer == HeadOptimizer.Sgd)
        {
            return Sgd.Minimize(
                _objective,
                start,
                _options.Seed,
                maxIterations,
                validate is null ? null : parameters => validate(ToHead(parameters)),
                cancellationToken);
        }

        double tolerance = Math.Max(SmallestGradient, Math.Sqrt(2 * l2 * LossTolerance));
        int iterations = Lbfgs.Minimize(_objective.Evaluate, start, maxIterations, tolerance, cancellationToken);
        return (start, iterations);
    }

    /// <summary>Returns a head that takes raw features.</summary>
    public ClassificationHead ToHead(double[] parameters)
        => _objective.Network.ToHead(parameters, _standardization, _set.IsMultiLabel);
}
