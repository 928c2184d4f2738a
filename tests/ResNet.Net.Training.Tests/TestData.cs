using System.IO.Compression;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Training.Tests;

/// <summary>Provides images, heads and backbones.</summary>
internal static class TestData
{
    public static ResNetEmbedderOptions Raw { get; } = new() { Normalize = false };

    /// <summary>Returns random PNG files of different sizes, named by their index. The same index gives the same file.</summary>
    public static LabeledImage[] Images(int count, Action<int>? onRead = null)
        => [.. Enumerable.Range(0, count).Select(i => new LabeledImage($"{i}.png", i % 3, () =>
        {
            onRead?.Invoke(i);
            return Png(i);
        }))];

    public static byte[] Png(int seed)
    {
        Random random = new(seed);
        (int width, int height) = (20 + random.Next(60), 20 + random.Next(60));
        byte[] pixels = new byte[3 * width * height];
        random.NextBytes(pixels);
        return PngFile.Encode(pixels, width, height);
    }

    /// <summary>Returns photos from the shared folder.</summary>
    public static byte[][] Photos(int count)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(TestFolders.Shared, "data", "imagenet-photos.zip"));
        return [.. archive.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal).Take(count).Select(Read)];
    }

    public static ClassificationHead Head(int features, int classes, int hidden = 0, bool isMultiLabel = false, int seed = 5)
    {
        Random random = new(seed);
        DenseLayer Layer(int outputs, int inputs) => new(
            [.. Enumerable.Range(0, outputs * inputs).Select(_ => (random.NextSingle() - 0.5f) * 8 / MathF.Sqrt(inputs))],
            [.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle() - 0.5f)]);
        return hidden == 0
            ? new ClassificationHead(null, Layer(classes, features), isMultiLabel)
            : new ClassificationHead(Layer(hidden, features), Layer(classes, hidden), isMultiLabel);
    }

    /// <summary>Computes the probabilities of a head in double precision.</summary>
    public static double[] Probabilities(ClassificationHead head, IReadOnlyList<float> features)
    {
        double[] values = [.. features.Select(f => (double)f)];
        if (head.Hidden is DenseLayer hidden)
        {
            values = [.. Dense(hidden, values).Select(v => Math.Max(v, 0))];
        }

        double[] logits = Dense(head.Output, values);
        if (head.IsMultiLabel)
        {
            return [.. logits.Select(v => 1 / (1 + Math.Exp(-v)))];
        }

        double sum = logits.Sum(v => Math.Exp(v - logits.Max()));
        return [.. logits.Select(v => Math.Exp(v - logits.Max()) / sum)];
    }

    public static LabelSet Labels(int count) => new("own", Enumerable.Range(0, count).Select(i => $"class {i}"));

    public static string[] Texts(LabelSet labels) => [.. Enumerable.Range(0, labels.Count).Select(i => labels[i])];

    public static double Distance(IEnumerable<float> actual, IEnumerable<float> expected)
        => actual.Zip(expected, (a, e) => Math.Abs((double)a - e)).Max();

    private static double[] Dense(DenseLayer layer, double[] inputs)
        => [.. Enumerable.Range(0, layer.Outputs)
            .Select(o => layer.Bias[o] + inputs.Select((value, i) => value * layer.Weights[(o * layer.Inputs) + i]).Sum())];

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        byte[] bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
