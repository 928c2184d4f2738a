namespace ResNet.Net.Training;

/// <summary>Divides the images of a set at random, each class in the same proportions.</summary>
internal static class ImageSplit
{
    /// <summary>Returns the fold of each image, from 0 to <paramref name="folds"/> - 1.</summary>
    public static int[] Folds(TrainingSet set, int folds, int seed)
    {
        int[] result = new int[set.ImageCount];
        int next = 0;
        foreach (int image in Shuffle(set, seed).SelectMany(images => images))
        {
            result[image] = next++ % folds;
        }

        return result;
    }

    /// <summary>Returns a fraction of each class, at least one image. A larger fraction contains a smaller one.</summary>
    public static int[] Take(TrainingSet set, double fraction, int seed)
        => [.. Shuffle(set, seed).SelectMany(images => images.Take(Math.Max(1, (int)Math.Round(fraction * images.Length)))).Order()];

    private static List<int[]> Shuffle(TrainingSet set, int seed)
    {
        // Independent classes: the first one of an image, which the order of folds spreads too.
        Random random = new(seed);
        List<int[]> groups = [];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, set.ImageCount)
            .GroupBy(image => set.Classes[image] is [int first, ..] ? first : -1).OrderBy(group => group.Key))
        {
            int[] images = [.. group];
            random.Shuffle(images);
            groups.Add(images);
        }

        return groups;
    }
}
