using System.Numerics.Tensors;

namespace ResNet.Net.Training;

/// <summary>Computes the weighted cross-entropy of a row of logits: of the softmax, or summed over independent classes.</summary>
internal sealed class LossWeights
{
    private readonly TrainingSet _set;
    private readonly float[] _members;
    private readonly float[] _others;

    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="set">The classes.</param>
    /// <param name="images">The images that count.</param>
    /// <param name="weighting">
    /// The weights. <see cref="ClassWeighting.Balanced"/> gives the classes that occur the same total; for independent classes, the images
    /// that belong to a class and those that don't.
    /// </param>
    public LossWeights(TrainingSet set, IReadOnlyList<int> images, ClassWeighting weighting)
    {
        _set = set;
        _members = new float[set.ClassCount];
        _others = new float[set.ClassCount];
        Array.Fill(_members, 1);
        Array.Fill(_others, 1);
        if (weighting == ClassWeighting.Balanced)
        {
            int[] counts = Count(set, images);
            double groups = set.IsMultiLabel ? 2 : counts.Count(count => count > 0);
            for (int i = 0; i < counts.Length; i++)
            {
                if (counts[i] > 0 && (!set.IsMultiLabel || counts[i] < images.Count))
                {
                    _members[i] = (float)(images.Count / (groups * counts[i]));
                    _others[i] = set.IsMultiLabel ? (float)(images.Count / (groups * (images.Count - counts[i]))) : 1;
                }
            }
        }
    }

    /// <summary>Counts the images of each class.</summary>
    public static int[] Count(TrainingSet set, IReadOnlyList<int> images)
    {
        int[] counts = new int[set.ClassCount];
        foreach (int image in images)
        {
            foreach (int index in set.Classes[image])
            {
                counts[index]++;
            }
        }

        return counts;
    }

    /// <summary>Replaces logits by the derivatives of the loss.</summary>
    /// <param name="logits">The logits; receives the derivatives.</param>
    /// <param name="image">The image.</param>
    /// <param name="scratch">Memory of the same length.</param>
    /// <returns>The weighted loss in nats.</returns>
    public double Differentiate(Span<float> logits, int image, Span<float> scratch)
    {
        IReadOnlyList<int> classes = _set.Classes[image];
        if (_set.IsMultiLabel)
        {
            return DifferentiateSigmoids(logits, classes, scratch);
        }

        int label = classes[0];
        float weight = _members[label];
        float max = TensorPrimitives.Max(logits);
        float own = logits[label];
        TensorPrimitives.Subtract(logits, max, scratch);
        TensorPrimitives.Exp(scratch, scratch);
        float sum = TensorPrimitives.Sum(scratch);
        TensorPrimitives.Multiply(scratch, weight / sum, logits);
        logits[label] -= weight;
        return weight * (Math.Log(sum) + ((double)max - own));
    }

    private double DifferentiateSigmoids(Span<float> logits, IReadOnlyList<int> classes, Span<float> isMember)
    {
        isMember.Clear();
        foreach (int index in classes)
        {
            isMember[index] = 1;
        }

        double loss = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            // -log sigmoid(z) of a member, -log sigmoid(-z) of another.
            bool member = isMember[i] > 0;
            float weight = member ? _members[i] : _others[i];
            double margin = member ? logits[i] : -(double)logits[i];
            double tail = Math.Exp(-Math.Abs(margin));
            loss += weight * (Math.Max(-margin, 0) + Math.Log(1 + tail));
            double wrong = margin >= 0 ? tail / (1 + tail) : 1 / (1 + tail);
            logits[i] = (float)(weight * (member ? -wrong : wrong));
        }

        return loss;
    }
}
