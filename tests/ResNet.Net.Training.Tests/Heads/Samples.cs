namespace ResNet.Net.Training.Tests;

/// <summary>Draws features of classes that overlap: normally distributed around a random center of each.</summary>
internal static class Samples
{
    public static TrainingSet Draw(
        int images, int columns, int classes, int seed, double distance = 1, int views = 1, bool multiLabel = false, int centers = 1)
    {
        Random random = new(seed);
        Random centerRandom = new(centers);
        double[] center = [.. Enumerable.Range(0, classes * columns).Select(_ => distance * Normal(centerRandom))];
        float[] values = new float[images * views * columns];
        IReadOnlyList<int>[] labels = new IReadOnlyList<int>[images];
        for (int image = 0; image < images; image++)
        {
            int[] own = multiLabel ? [.. Enumerable.Range(0, classes).Where(_ => random.NextDouble() < 0.4)] : [image % classes];
            labels[image] = own;
            for (int i = 0; i < views * columns; i++)
            {
                values[(image * views * columns) + i]
                    = (float)(own.Sum(label => center[(label * columns) + (i % columns)]) + Normal(random));
            }
        }

        return new TrainingSet(new FeatureMatrix(values, images * views, columns), views, labels, classes, multiLabel);
    }

    public static int[] All(TrainingSet set) => [.. Enumerable.Range(0, set.ImageCount)];

    public static TrainingSet Transform(TrainingSet set, Func<float, int, float> transform)
        => set with
        {
            Features = set.Features with
            {
                Values = [.. set.Features.Values.Select((value, i) => transform(value, i % set.Features.Columns))],
            },
        };

    public static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
