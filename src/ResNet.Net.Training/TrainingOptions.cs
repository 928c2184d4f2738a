using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Represents the options of <see cref="TransferLearning"/>. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record TrainingOptions
{
    /// <summary>
    /// Gets the validation images, which choose the regularization and measure the accuracy but never train the weights. Null splits them
    /// from the training images (<see cref="ValidationFraction"/>).
    /// </summary>
    public ImageDataset? Validation { get; init; }

    /// <summary>Gets the fraction of each class that validates if <see cref="Validation"/> is null, above 0 and below 1.</summary>
    /// <value>The default is 0.2. The accuracy is measured first; then all images train the final weights.</value>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Gets the seed of the split, the order of batches and initial weights. The same seed gives the same weights.</summary>
    public int Seed { get; init; }

    /// <summary>Gets how the weights are optimized.</summary>
    public HeadOptimizer Optimizer { get; init; }

    /// <summary>Gets the number of units of a hidden ReLU layer; 0 for a linear classification layer, which activation maps need.</summary>
    public int HiddenUnits { get; init; }

    /// <summary>Gets how much an image of a class counts.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>Gets the views of each training image.</summary>
    public ImageAugmentation Augmentation { get; init; } = ImageAugmentation.FlipsAndCrops;

    /// <summary>
    /// Gets the candidate strengths of the L2 penalty on standardized features; the validation images choose one. Null uses a grid.
    /// </summary>
    public IReadOnlyList<double>? L2 { get; init; }

    /// <summary>Gets the maximum number of iterations (L-BFGS) or epochs (SGD) of one optimization, at least 1.</summary>
    public int MaxIterations { get; init; } = 200;

    /// <summary>
    /// Gets a value indicating whether the validation images calibrate the probabilities (temperature scaling, Guo et al. 2017).
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
}
