using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Represents the options of <see cref="TransferLearning"/>. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record TrainingOptions
{
    /// <summary>
    /// Gets the validation images, which choose the regularization and measure the accuracy but never train the weights. If null, they are
    /// split off the training images (<see cref="ValidationFraction"/>).
    /// </summary>
    public ImageDataset? Validation { get; init; }

    /// <summary>Gets the fraction of each class that is split off if <see cref="Validation"/> is null, above 0 and below 1.</summary>
    /// <value>The default is 0.2. After the accuracy is measured, all images train the final weights.</value>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Gets the seed of the split, the order of batches and initial weights. The same seed gives the same weights.</summary>
    public int Seed { get; init; }

    /// <summary>Gets the optimizer of the weights.</summary>
    public HeadOptimizer Optimizer { get; init; }

    /// <summary>Gets the number of units of a hidden ReLU layer; 0 for a linear classification layer, which activation maps need.</summary>
    public int HiddenUnits { get; init; }

    /// <summary>Gets how much the images of each class count.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>Gets the views of each training image. Each view is a run of the backbone.</summary>
    public ImageAugmentation Augmentation { get; init; } = ImageAugmentation.FlipsAndCrops;

    /// <summary>
    /// Gets the candidate strengths of the L2 penalty on standardized features; the validation images choose one. Null uses a grid.
    /// </summary>
    public IReadOnlyList<double>? L2 { get; init; }

    /// <summary>Gets the maximum number of iterations (L-BFGS) or epochs (SGD) of one optimization, at least 1.</summary>
    public int MaxIterations { get; init; } = 200;

    /// <summary>
    /// Gets whether the validation images calibrate the probabilities (temperature scaling, Guo et al. 2017).
    /// </summary>
    public bool Calibrate { get; init; } = true;

    /// <summary>
    /// Gets the fraction of correctly classified validation images whose probability may be below the threshold for unknown images, from 0
    /// to 1. It determines <see cref="TrainedClassifier.UnknownThreshold"/>.
    /// </summary>
    public double UnknownFraction { get; init; } = 0.05;

    /// <summary>Gets the folder of the feature cache; null for none.</summary>
    /// <remarks>A second run on the same images takes seconds. Files of another model, profile or version are never used.</remarks>
    public string? FeatureCacheFolder { get; init; }

    /// <summary>Gets the options with which the backbone is loaded: decoder, execution provider, store.</summary>
    public ResNetEmbedderOptions Backbone { get; init; } = new();

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        ThrowUnlessBetween(ValidationFraction, nameof(ValidationFraction), 0, 1, includeBounds: false);
        ThrowUnlessBetween(UnknownFraction, nameof(UnknownFraction), 0, 1, includeBounds: true);
        ArgumentOutOfRangeException.ThrowIfNegative(HiddenUnits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HiddenUnits, 65_536);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxIterations, 1);
        ThrowIfUndefined(Optimizer, nameof(Optimizer));
        ThrowIfUndefined(ClassWeights, nameof(ClassWeights));
        ThrowIfUndefined(Augmentation, nameof(Augmentation));
        ArgumentNullException.ThrowIfNull(Backbone);
        if (FeatureCacheFolder is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(FeatureCacheFolder);
        }

        if (L2 is not null && (L2.Count == 0 || L2.Any(strength => !(strength >= 0 && double.IsFinite(strength)))))
        {
            throw new ArgumentException("L2 must contain at least one value, and each must be finite and not negative.", nameof(L2));
        }
    }

    private static void ThrowUnlessBetween(double value, string name, double low, double high, bool includeBounds)
    {
        if (!(includeBounds ? value >= low && value <= high : value > low && value < high))
        {
            string range = includeBounds ? $"from {low} to {high}" : $"above {low} and below {high}";
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }

    private static void ThrowIfUndefined<T>(T value, string name)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{value} is not a value of {typeof(T).Name}.");
        }
    }
}
