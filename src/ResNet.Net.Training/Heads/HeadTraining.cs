using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>
/// Trains classification heads on features. The result depends on the data, the options and the instruction set, not on the number of
/// threads.
/// </summary>
internal static class HeadTraining
{
    /// <summary>The candidates if <see cref="TrainingOptions.L2"/> is null.</summary>
    public static readonly IReadOnlyList<double> DefaultL2 = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];

    /// <summary>The number of consecutive weaker penalties without a lower loss after which the default candidates end.</summary>
    private const int L2Patience = 2;

    private static readonly double[] CurveFractions = [0.1, 0.2, 0.4, 0.7, 1];

    /// <summary>Chooses the L2 penalty on the validation images, calibrates, and determines the threshold for unknown images.</summary>
    /// <param name="training">The training images. All views of each train.</param>
    /// <param name="validation">The validation images. The first view of each counts.</param>
    /// <param name="options">The options.</param>
    /// <param name="refit">Whether all images train the head again, with the chosen penalty and the measured temperature.</param>
    /// <param name="progress">Receives the number of completed optimizations and their total; may be null.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <returns>The head and what the validation images measured.</returns>
    /// <exception cref="TrainingException">A class has no training images, or a feature is not finite.</exception>
    /// <exception cref="ArgumentException">A candidate penalty is negative or not finite, or there are none.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled.</exception>
    public static HeadTrainingResult Train(
        TrainingSet training,
        TrainingSet validation,
        TrainingOptions options,
        bool refit,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
    {
        double[] candidates = [.. (options.L2 ?? DefaultL2).Distinct().OrderDescending()];
        ThrowUnlessUsable(training, validation, options, candidates);
        int total = candidates.Length + (refit ? 1 : 0);
        progress?.Invoke(0, total);
        HeadFit fit = new(training, All(training), options);
        List<Candidate> tried = [];
        double[]? warmStart = null;
        foreach (double l2 in candidates)
        {
            (double[] parameters, int iterations) = fit.Optimize(
                l2, warmStart, options.MaxIterations, head => LogitsOf(head, validation).Loss(), cancellationToken);
            warmStart = parameters;
            ClassificationHead head = fit.ToHead(parameters);
            tried.Add(new Candidate(l2, parameters, iterations, head, LogitsOf(head, validation), options.Calibrate));
            progress?.Invoke(tried.Count, total);
            if (options.L2 is null && tried.Count - 1 - tried.IndexOf(tried.MinBy(candidate => candidate.Loss)!) >= L2Patience)
            {
                break;
            }
        }

        Candidate best = Choose(tried);
        ClassificationHead validated = HeadNetwork.Divide(best.Head, best.Temperature);
        double threshold = Calibration.FindUnknownThreshold(
            best.Logits, Predict(validated, FirstViews(validation)), validation.ClassCount, options.UnknownFraction);
        ClassificationHead final = validated;
        if (refit)
        {
            // SGD runs the number of epochs that was best.
            TrainingSet all = Join(training, validation);
            HeadFit allFit = new(all, All(all), options);
            int maxIterations = options.Optimizer == HeadOptimizer.Sgd ? best.Iterations : options.MaxIterations;
            double[] parameters =
                allFit.Optimize(best.L2, best.Parameters, maxIterations, null, cancellationToken).Parameters;
            final = HeadNetwork.Divide(allFit.ToHead(parameters), best.Temperature);
        }

        progress?.Invoke(total, total);
        return new HeadTrainingResult
        {
            Head = final,
            ValidatedHead = validated,
            Trials = [.. tried.Select(candidate => new L2Trial(candidate.L2, candidate.Logits.Accuracy(), candidate.Loss))],
            L2 = best.L2,
            Temperature = best.Temperature,
            UnknownThreshold = threshold,
        };
    }

    /// <summary>Computes the probabilities of each image with a head that was trained on the other folds.</summary>
    /// <param name="set">The images.</param>
    /// <param name="l2">The strength of the L2 penalty.</param>
    /// <param name="options">The options.</param>
    /// <param name="folds">The number of folds, at least 2.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <returns>Calibrated probabilities <c>[ImageCount, ClassCount]</c>.</returns>
    /// <exception cref="TrainingException">A feature is not finite.</exception>
    public static float[] CrossValidate(
        TrainingSet set, double l2, TrainingOptions options, int folds, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        Standardization.ThrowUnlessFinite(set);
        int[] foldOf = ImageSplit.Folds(set, folds, options.Seed);
        float[] logits = new float[set.ImageCount * set.ClassCount];
        for (int fold = 0; fold < folds; fold++)
        {
            int[] rest = [.. All(set).Where(image => foldOf[image] != fold)];
            int[] held = [.. All(set).Where(image => foldOf[image] == fold)];
            HeadFit fit = new(set, rest, options);
            ClassificationHead head = fit.ToHead(fit.Optimize(l2, null, options.MaxIterations, null, cancellationToken).Parameters);
            float[] rows = ComputeLogits(head, set.Features, [.. held.Select(image => image * set.ViewsPerImage)]);
            for (int i = 0; i < held.Length; i++)
            {
                rows.AsSpan(i * set.ClassCount, set.ClassCount).CopyTo(logits.AsSpan(held[i] * set.ClassCount));
            }
        }

        if (options.Calibrate)
        {
            float factor = (float)(1 / Calibration.FindTemperature(new Logits(logits, set, All(set))));
            TensorPrimitives.Multiply(logits, factor, logits);
        }

        return ToProbabilities(logits, set.ClassCount, set.IsMultiLabel);
    }

    /// <summary>Measures the accuracy of heads that are trained on growing parts of the training images.</summary>
    /// <param name="training">The training images.</param>
    /// <param name="validation">The validation images.</param>
    /// <param name="l2">The strength of the L2 penalty.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <returns>The points, fewest images first.</returns>
    public static IReadOnlyList<LearningCurvePoint> MeasureLearningCurve(
        TrainingSet training, TrainingSet validation, double l2, TrainingOptions options, CancellationToken cancellationToken)
    {
        List<LearningCurvePoint> points = [];
        foreach (double fraction in CurveFractions)
        {
            int[] images = ImageSplit.Take(training, fraction, options.Seed);
            if (points.Count > 0 && points[^1].TrainingImages == images.Length)
            {
                continue;
            }

            HeadFit fit = new(training, images, options);
            ClassificationHead head = fit.ToHead(fit.Optimize(l2, null, options.MaxIterations, null, cancellationToken).Parameters);
            float[] logits = ComputeLogits(head, training.Features, [.. images.Select(image => image * training.ViewsPerImage)]);
            double accuracy = new Logits(logits, training, images).Accuracy();
            points.Add(new LearningCurvePoint(images.Length, accuracy, LogitsOf(head, validation).Accuracy()));
        }

        return points;
    }

    /// <summary>Computes the probabilities <c>[Rows, Outputs]</c> of rows of raw features.</summary>
    public static float[] Predict(ClassificationHead head, FeatureMatrix features)
        => ToProbabilities(ComputeLogits(head, features, [.. Enumerable.Range(0, features.Rows)]), head.Output.Outputs, head.IsMultiLabel);

    /// <summary>
    /// Returns, of the candidates whose loss is within a standard error of the lowest, the one whose probabilities need the least
    /// calibration; of equal ones, the strongest penalty.
    /// </summary>
    private static Candidate Choose(List<Candidate> tried)
    {
        Candidate lowest = tried.MinBy(candidate => candidate.Loss)!;
        return tried.Where(IsSimilar).MinBy(candidate => candidate.UncalibratedLoss)!;

        bool IsSimilar(Candidate candidate)
        {
            double[] differences = [.. candidate.Losses.Zip(lowest.Losses, (loss, other) => loss - other)];
            double mean = differences.DefaultIfEmpty().Average();
            double squares = differences.Sum(difference => (difference - mean) * (difference - mean));
            return mean <= Math.Sqrt(squares) / Math.Max(1, differences.Length);
        }
    }

    private static int[] All(TrainingSet set) => [.. Enumerable.Range(0, set.ImageCount)];

    private static Logits LogitsOf(ClassificationHead head, TrainingSet set)
        => new(ComputeLogits(head, set.Features, [.. All(set).Select(image => image * set.ViewsPerImage)]), set, All(set));

    public static FeatureMatrix FirstViews(TrainingSet set)
    {
        int columns = set.Features.Columns;
        float[] values = new float[set.ImageCount * columns];
        for (int image = 0; image < set.ImageCount; image++)
        {
            set.Features[image * set.ViewsPerImage].CopyTo(values.AsSpan(image * columns));
        }

        return new FeatureMatrix(values, set.ImageCount, columns);
    }

    /// <summary>Joins the images of two sets. If their numbers of views differ, those of the second have their first view only.</summary>
    public static TrainingSet Join(TrainingSet first, TrainingSet second)
    {
        int columns = first.Features.Columns;
        int views = first.ViewsPerImage;
        float[] values = new float[(long)(first.ImageCount + second.ImageCount) * views * columns];
        first.Features.Values.AsSpan(0, first.ImageCount * views * columns).CopyTo(values);
        for (int row = 0; row < second.ImageCount * views; row++)
        {
            int view = second.ViewsPerImage == views ? row % views : 0;
            second.Features[(row / views * second.ViewsPerImage) + view].CopyTo(
                values.AsSpan(((first.ImageCount * views) + row) * columns));
        }

        FeatureMatrix features = new(values, (first.ImageCount + second.ImageCount) * views, columns);
        return first with { Features = features, Classes = [.. first.Classes, .. second.Classes] };
    }

    private static float[] ComputeLogits(ClassificationHead head, FeatureMatrix features, int[] rows)
    {
        (HeadNetwork network, float[] parameters) = HeadNetwork.FromHead(head);
        float[] logits = new float[rows.Length * network.Outputs];
        int blocks = (rows.Length + BlockPass.Rows - 1) / BlockPass.Rows;
        Parallel.For(0, blocks, () => new BlockPass(network), (block, _, pass) =>
        {
            int first = block * BlockPass.Rows;
            int count = Math.Min(BlockPass.Rows, rows.Length - first);
            for (int i = 0; i < count; i++)
            {
                features[rows[first + i]].CopyTo(pass.Input(i));
            }

            pass.Forward(parameters);
            for (int i = 0; i < count; i++)
            {
                pass.Output(i).CopyTo(logits.AsSpan((first + i) * network.Outputs));
            }

            return pass;
        }, _ => { });
        return logits;
    }

    private static float[] ToProbabilities(float[] logits, int classCount, bool isMultiLabel)
    {
        float[] probabilities = new float[logits.Length];
        for (int i = 0; i < logits.Length; i += classCount)
        {
            Span<float> row = logits.AsSpan(i, classCount);
            if (isMultiLabel)
            {
                TensorPrimitives.Sigmoid(row, probabilities.AsSpan(i));
            }
            else
            {
                TensorPrimitives.Subtract(row, TensorPrimitives.Max<float>(row), row);
                TensorPrimitives.SoftMax(row, probabilities.AsSpan(i));
            }
        }

        return probabilities;
    }

    private static void ThrowUnlessUsable(TrainingSet training, TrainingSet validation, TrainingOptions options, double[] candidates)
    {
        if (candidates.Length == 0 || !candidates.All(l2 => l2 >= 0 && double.IsFinite(l2)))
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions.L2)} contains [{string.Join(", ", candidates)}]. Pass at least one finite strength of 0 or more.",
                nameof(options));
        }

        int[] counts = LossWeights.Count(training, All(training));
        if (Array.IndexOf(counts, 0) is >= 0 and var empty)
        {
            throw new TrainingException(
                $"Class {empty} has no training images. Add images, or remove the class.");
        }

        Standardization.ThrowUnlessFinite(training);
        Standardization.ThrowUnlessFinite(validation);
    }

    /// <summary>Represents a head that was trained with a candidate penalty, and what the validation images measured.</summary>
    private sealed class Candidate
    {
        public Candidate(double l2, double[] parameters, int iterations, ClassificationHead head, Logits logits, bool calibrate)
        {
            L2 = l2;
            Parameters = parameters;
            Iterations = iterations;
            Head = head;
            Logits = logits;
            Temperature = calibrate ? Calibration.FindTemperature(logits) : 1;
            Losses = logits.Losses(1 / Temperature);
            UncalibratedLoss = logits.Loss();
        }

        public double L2 { get; }

        public double[] Parameters { get; }

        public int Iterations { get; }

        public ClassificationHead Head { get; }

        public Logits Logits { get; }

        public double Temperature { get; }

        public double[] Losses { get; }

        public double Loss => Losses.DefaultIfEmpty().Average();

        public double UncalibratedLoss { get; }
    }
}
