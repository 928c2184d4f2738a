namespace ResNet.Net.Evaluation;

/// <summary>
/// Splits images by iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011): the rarest class is distributed first, each image to
/// the part that needs its class most. For images of one class each, the numbers of every class are exact.
/// </summary>
internal static class StratifiedSplit
{
    /// <summary>Returns whether each image is for validation.</summary>
    public static bool[] Choose(IReadOnlyList<LabeledImage> images, int classCount, double fraction, int seed)
    {
        // The last class holds the images without one.
        List<int>[] ofClass = [.. Enumerable.Range(0, classCount + 1).Select(_ => new List<int>())];
        for (int i = 0; i < images.Count; i++)
        {
            foreach (int index in ClassesOf(images[i], classCount))
            {
                ofClass[index].Add(i);
            }
        }

        int[] left = [.. ofClass.Select(c => c.Count)];
        int[] forValidation = [.. left.Select(n => ValidationCount(n, fraction))];
        int[] forTraining = [.. left.Zip(forValidation, (n, v) => n - v)];
        bool[] validates = new bool[images.Count];
        bool[] isAssigned = new bool[images.Count];
        Random64 random = new(seed);
        while (Rarest(left) is >= 0 and int rarest)
        {
            int[] order = [.. ofClass[rarest].Where(i => !isAssigned[i])];
            random.Shuffle(order);
            foreach (int image in order)
            {
                int[] classes = ClassesOf(images[image], classCount);
                int lead = forValidation[rarest] - forTraining[rarest];
                lead = lead != 0 ? lead : classes.Sum(c => forValidation[c] - forTraining[c]);
                bool validation = lead > 0;
                isAssigned[image] = true;
                validates[image] = validation;
                foreach (int index in classes)
                {
                    (validation ? forValidation : forTraining)[index]--;
                    left[index]--;
                }
            }
        }

        return validates;
    }

    private static int ValidationCount(int count, double fraction)
        => count < 2 ? 0 : Math.Clamp((int)Math.Round(count * fraction, MidpointRounding.AwayFromZero), 1, count - 1);

    private static int[] ClassesOf(LabeledImage image, int classCount) => image.Classes.Count > 0 ? [.. image.Classes] : [classCount];

    private static int Rarest(int[] left)
    {
        int rarest = -1;
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] > 0 && (rarest < 0 || left[i] < left[rarest]))
            {
                rarest = i;
            }
        }

        return rarest;
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014): unlike <see cref="Random"/>, its sequence is specified.</summary>
    private struct Random64(int seed)
    {
        private ulong _state = unchecked((ulong)seed);

        public void Shuffle(int[] values)
        {
            for (int i = values.Length - 1; i > 0; i--)
            {
                int j = (int)Math.BigMul(Next(), (ulong)(i + 1), out _);
                (values[i], values[j]) = (values[j], values[i]);
            }
        }

        private ulong Next()
        {
            unchecked
            {
                _state += 0x9E3779B97F4A7C15;
                ulong z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                return z ^ (z >> 31);
            }
        }
    }
}
