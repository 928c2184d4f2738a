using System.Numerics.Tensors;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Computes the results of each class.</summary>
internal static class ClassScores
{
    private const float Decision = 0.5f;

    /// <summary>Returns the precision and recall of each class on the validation images.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="training">The training images.</param>
    /// <param name="validation">The validation images.</param>
    /// <param name="probabilities">The probabilities <c>[validation images, classes]</c>.</param>
    /// <param name="isMultiLabel">
    /// Whether each class with a probability of at least 0.5 is predicted; otherwise, the most probable class is.
    /// </param>
    public static IReadOnlyList<TrainedClass> Of(
        LabelSet labels,
        IReadOnlyList<LabeledImage> training,
        IReadOnlyList<LabeledImage> validation,
        ReadOnlySpan<float> probabilities,
        bool isMultiLabel)
    {
        int[] trainingCounts = Count(training, labels.Count);
        int[] validationCounts = Count(validation, labels.Count);
        int[] predicted = new int[labels.Count];
        int[] correct = new int[labels.Count];
        for (int i = 0; i < validation.Count; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * labels.Count, labels.Count);
            int best = TensorPrimitives.IndexOfMax(row);
            for (int c = 0; c < row.Length; c++)
            {
                if (isMultiLabel ? row[c] >= Decision : c == best)
                {
                    predicted[c]++;
                    correct[c] += validation[i].Classes.Contains(c) ? 1 : 0;
                }
            }
        }

        return
        [
            .. Enumerable.Range(0, labels.Count).Select(c => new TrainedClass(
                labels[c],
                trainingCounts[c],
                validationCounts[c],
                Percent(correct[c], predicted[c]),
                Percent(correct[c], validationCounts[c]))),
        ];
    }

    /// <summary>Returns the number of images of each class.</summary>
    public static int[] Count(IReadOnlyList<LabeledImage> images, int classes)
    {
        int[] counts = new int[classes];
        foreach (int classIndex in images.SelectMany(image => image.Classes))
        {
            counts[classIndex]++;
        }

        return counts;
    }

    private static double Percent(int part, int whole) => whole == 0 ? double.NaN : 100.0 * part / whole;
}
