using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>Represents the logits <c>[images, classes]</c> of the first view of each image of a set.</summary>
internal sealed class Logits(float[] values, TrainingSet set, IReadOnlyList<int> images)
{
    public int Count => images.Count;

    public ReadOnlySpan<float> this[int index] => values.AsSpan(index * set.ClassCount, set.ClassCount);

    /// <summary>Returns the class with the largest logit.</summary>
    public int Best(int index) => TensorPrimitives.IndexOfMax(this[index]);

    /// <summary>Returns whether the image belongs to the class with the largest logit.</summary>
    public bool IsCorrect(int index) => set.Classes[images[index]].Contains(Best(index));

    /// <summary>Returns the accuracy, or the mean average precision of independent classes, in percent.</summary>
    public double Accuracy()
        => set.IsMultiLabel ? 100 * MeanAveragePrecision()
            : 100.0 * Enumerable.Range(0, Count).Count(IsCorrect) / Math.Max(1, Count);

    /// <summary>Returns the mean of <see cref="Losses"/>.</summary>
    public double Loss(double factor = 1, double smoothing = 0) => Losses(factor, smoothing).DefaultIfEmpty().Average();

    /// <summary>Returns the cross-entropy of each image in nats; of independent classes, the sum over them.</summary>
    /// <param name="factor">The factor of the logits: the reciprocal of the temperature.</param>
    /// <param name="smoothing">The probability that an image belongs to a class other than its own.</param>
    public double[] Losses(double factor = 1, double smoothing = 0)
    {
        float[] scratch = new float[set.ClassCount];
        double[] losses = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            losses[i] = set.IsMultiLabel
                ? SigmoidLoss(this[i], set.Classes[images[i]], factor, smoothing)
                : SoftmaxLoss(this[i], set.Classes[images[i]][0], factor, smoothing, scratch);
        }

        return losses;
    }

    private static double SoftmaxLoss(ReadOnlySpan<float> logits, int label, double factor, double smoothing, Span<float> scratch)
    {
        float max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, scratch);

        // Cross-entropy: the logarithm of the sum of exponentials minus the expected logit.
        double own = scratch[label];
        double others = logits.Length > 1 ? (TensorPrimitives.Sum<float>(scratch) - own) / (logits.Length - 1) : own;
        TensorPrimitives.Multiply(scratch, (float)factor, scratch);
        TensorPrimitives.Exp(scratch, scratch);
        return Math.Log(TensorPrimitives.Sum<float>(scratch)) - (factor * (own + (smoothing * (others - own))));
    }

    private static double SigmoidLoss(ReadOnlySpan<float> logits, IReadOnlyList<int> classes, double factor, double smoothing)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double margin = factor * (classes.Contains(i) ? logits[i] : -(double)logits[i]);
            sum += Math.Log(1 + Math.Exp(-Math.Abs(margin))) + Math.Max(-margin, 0) + (smoothing * margin);
        }

        return sum;
    }

    /// <summary>Returns the mean over the classes that occur of the mean precision at each of their images.</summary>
    private double MeanAveragePrecision()
    {
        double sum = 0;
        int count = 0;
        for (int label = 0; label < set.ClassCount; label++)
        {
            int found = 0;
            double precisions = 0;
            int[] order = [.. Enumerable.Range(0, Count).OrderByDescending(i => this[i][label])];
            for (int rank = 0; rank < order.Length; rank++)
            {
                if (set.Classes[images[order[rank]]].Contains(label))
                {
                    precisions += (double)++found / (rank + 1);
                }
            }

            sum += found > 0 ? precisions / found : 0;
            count += found > 0 ? 1 : 0;
        }

        return count > 0 ? sum / count : 0;
    }
}
