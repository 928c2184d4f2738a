namespace ResNet.Net.Quantization;

/// <summary>Represents a model's results on an evaluation set.</summary>
public sealed class ModelAccuracy
{
    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="predictedClasses">The most probable class of each image, in the same order for every model.</param>
    /// <param name="top1">The top-1 accuracy in percent; null if the images have no labels.</param>
    /// <param name="top5">The top-5 accuracy in percent; null if unknown.</param>
    /// <exception cref="ArgumentException">There are no images, or an accuracy is not from 0 to 100.</exception>
    public ModelAccuracy(IReadOnlyList<int> predictedClasses, double? top1, double? top5 = null)
    {
        ArgumentNullException.ThrowIfNull(predictedClasses);
        if (predictedClasses.Count == 0)
        {
            throw new ArgumentException("The evaluation set has no images. Provide at least one.", nameof(predictedClasses));
        }

        foreach (double accuracy in new[] { top1, top5 }.OfType<double>())
        {
            if (!(accuracy is >= 0 and <= 100))
            {
                throw new ArgumentOutOfRangeException(nameof(top1), accuracy, "An accuracy must be from 0 to 100 percent.");
            }
        }

        PredictedClasses = predictedClasses;
        Top1 = top1;
        Top5 = top5;
    }

    /// <summary>Gets the most probable class of each image.</summary>
    public IReadOnlyList<int> PredictedClasses { get; }

    /// <summary>Gets the top-1 accuracy in percent; null if the images have no labels.</summary>
    public double? Top1 { get; }

    /// <summary>Gets the top-5 accuracy in percent; null if unknown.</summary>
    public double? Top5 { get; }
}
