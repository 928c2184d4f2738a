namespace ResNet.Net.Training;

/// <summary>Calibrates the probabilities of a head on validation images.</summary>
internal static class Calibration
{
    /// <summary>The largest factor by which calibration multiplies or divides logits.</summary>
    public const double MaxFactor = 20;

    private const int Steps = 48;

    /// <summary>
    /// Finds the temperature that minimizes the cross-entropy (Guo et al. 2017). It assumes one more image that is half misclassified. This
    /// keeps the probabilities below 1 when all images are classified correctly.
    /// </summary>
    /// <param name="logits">The logits of the validation images.</param>
    /// <returns>The divisor of the logits, from 1 / <see cref="MaxFactor"/> to <see cref="MaxFactor"/>; 1 without images.</returns>
    public static double FindTemperature(Logits logits)
    {
        if (logits.Count == 0)
        {
            return 1;
        }

        // Golden-section search: the loss is convex in the factor, thus unimodal in its logarithm.
        double smoothing = 0.5 / (logits.Count + 1);
        double ratio = (Math.Sqrt(5) - 1) / 2;
        double low = -Math.Log(MaxFactor);
        double high = Math.Log(MaxFactor);
        double left = high - (ratio * (high - low));
        double right = low + (ratio * (high - low));
        double leftLoss = Loss(left);
        double rightLoss = Loss(right);
        for (int step = 0; step < Steps; step++)
        {
            if (leftLoss <= rightLoss)
            {
                (high, right, rightLoss) = (right, left, leftLoss);
                left = high - (ratio * (high - low));
                leftLoss = Loss(left);
            }
            else
            {
                (low, left, leftLoss) = (left, right, rightLoss);
                right = low + (ratio * (high - low));
                rightLoss = Loss(right);
            }
        }

        double factor = Math.Exp((low + high) / 2);
        return 1 / factor;

        double Loss(double logFactor) => logits.Loss(Math.Exp(logFactor), smoothing);
    }

    /// <summary>Returns the probability below which the given fraction of the correctly classified images has its best class.</summary>
    /// <param name="logits">The logits of the validation images.</param>
    /// <param name="probabilities">Their probabilities <c>[images, classes]</c>.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="fraction">The fraction, from 0 to 1.</param>
    /// <returns>The probability; 0 if no image is classified correctly.</returns>
    public static double FindUnknownThreshold(Logits logits, float[] probabilities, int classCount, double fraction)
    {
        float[] correct =
        [
            .. Enumerable.Range(0, logits.Count).Where(logits.IsCorrect)
                .Select(i => probabilities[(i * classCount) + logits.Best(i)]).Order(),
        ];
        return correct.Length == 0 ? 0 : correct[Math.Min((int)(fraction * correct.Length), correct.Length - 1)];
    }
}
