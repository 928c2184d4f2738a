namespace ResNet.Net.Quantization;

/// <summary>What a model answers on an evaluation set.</summary>
public sealed class ModelAccuracy
{
    /// <summary>Records a model's answers.</summary>
    /// <param name="predictedClasses">The most probable class of each picture, in the same order for every model.</param>
    /// <param name="top1">Top-1 accuracy in percent; null where the pictures have no labels.</param>
    /// <param name="top5">Top-5 accuracy in percent; null where it is not known.</param>
    /// <exception cref="ArgumentException">There are no pictures, or an accuracy is no percentage.</exception>
    public ModelAccuracy(IReadOnlyList<int> predictedClasses, double? top1, double? top5 = null)
    {
        ArgumentNullException.ThrowIfNull(predictedClasses);
        if (predictedClasses.Count == 0)
        {
            throw new ArgumentException("The evaluation set has no pictures: give it some.", nameof(predictedClasses));
        }

        foreach (double accuracy in new[] { top1, top5 }.OfType<double>())
        {
            if (!(accuracy is >= 0 and <= 100))
            {
                throw new ArgumentOutOfRangeException(nameof(top1), accuracy, "An accuracy is from 0 to 100 percent.");
            }
        }

        PredictedClasses = predictedClasses;
        Top1 = top1;
        Top5 = top5;
    }

    /// <summary>The most probable class of each picture.</summary>
    public IReadOnlyList<int> PredictedClasses { get; }

    /// <summary>Top-1 accuracy in percent; null where the pictures have no labels.</summary>
    public double? Top1 { get; }

    /// <summary>Top-5 accuracy in percent; null where it is not known.</summary>
    public double? Top5 { get; }
}
