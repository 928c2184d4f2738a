namespace ResNet.Net.Quantization.Tests;

/// <summary>Generates typical activations.</summary>
internal static class Histograms
{
    public static float[] Values(string kind, int count, int seed)
    {
        Random random = new(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return [.. Enumerable.Range(0, count).Select(_ => (float)(kind switch
        {
            "relu" => Math.Max(0, Normal()),
            "tail" => Math.Max(0, Math.Exp(Normal() * 1.5)),
            "skewed" => (Normal() * 0.5) + (random.NextDouble() < 0.01 ? 8 : 0.3),
            "negative" => -Math.Abs(Normal()),
            _ => Normal(),
        }))];
    }

    public static AdaptiveHistogram Of(string kind, int bins, int count = 4000, int seed = 5)
    {
        AdaptiveHistogram histogram = new(bins);
        histogram.Add(Values(kind, count, seed));
        return histogram;
    }
}
