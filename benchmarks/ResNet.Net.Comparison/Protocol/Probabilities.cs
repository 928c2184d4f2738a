namespace ResNet.Net.Comparison;

/// <summary>Turns scores into probabilities and predictions, as typical application code does.</summary>
internal static class Probabilities
{
    public static float[] Softmax(IReadOnlyCollection<float> scores)
    {
        float max = scores.Max();
        float[] exponents = [.. scores.Select(score => MathF.Exp(score - max))];
        float sum = exponents.Sum();
        return [.. exponents.Select(exponent => exponent / sum)];
    }

    public static PeerPrediction[] Top5(IReadOnlyCollection<float> scores)
        =>
        [
            .. Softmax(scores).Select((probability, i) => new PeerPrediction(i, probability))
                .OrderByDescending(prediction => prediction.Probability).Take(5),
        ];
}
