using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Measures images per second of the evaluator, compared with loops of <c>Classify</c> and <c>ClassifyBatch</c>, and with
/// <c>ClassifyManyAsync</c>: <c>evaluator-speed ZIP</c> runs the embedded model on a labeled archive. The model is small, so most of the
/// time goes into reading and decoding.
/// </summary>
internal static class EvaluatorSpeed
{
    public const string Command = "evaluator-speed";
    private const int Batch = 32;
    private const int Rounds = 3;

    public static async Task RunAsync(string path)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(
            ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { BatchSize = Batch });
        using ImageDataset labeled = OpenAny(path);

        // The class doesn't affect the time.
        using ImageDataset dataset = new(
            labeled.Name,
            classifier.Labels,
            labeled.Images.Select(i => new LabeledImage(i.Name, i.ClassIndex % classifier.Labels.Count, i.Read)));
        (string Name, Func<Task> Run)[] methods =
        [
            ("Classify, sequential", () => ForEach(dataset, image => classifier.Classify(image.Read().Span))),
            ($"ClassifyBatch of {Batch}, sequential", () => Batches(dataset, classifier)),
            ("ClassifyManyAsync", () => Many(dataset, classifier)),
            ($"EvaluateAsync, batches of {Batch}", () => Evaluator.EvaluateAsync(classifier, dataset)),
        ];
        TimeSpan[] best = [.. methods.Select(_ => TimeSpan.MaxValue)];
        for (int round = 0; round <= Rounds; round++)
        {
            // Alternate the methods, so that other load affects all of them. Round 0 is the warm-up.
            for (int i = 0; i < methods.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                await methods[i].Run();
                TimeSpan time = Stopwatch.GetElapsedTime(start);
                best[i] = round > 0 && time < best[i] ? time : best[i];
            }
        }

        Console.WriteLine($"| {dataset.Name}, {dataset.Images.Count} images | images/s |\n|---|---:|");
        for (int i = 0; i < methods.Length; i++)
        {
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| {methods[i].Name} | {dataset.Images.Count / best[i].TotalSeconds:F0} |"));
        }
    }

    private static ImageDataset OpenAny(string path)
    {
        try
        {
            return ImageDataset.Open(path, LabelSet.Cifar10);
        }
        catch (ImageDatasetException)
        {
            return ImageDataset.Open(path, LabelSet.ImageNet);
        }
    }

    private static Task ForEach(ImageDataset dataset, Action<LabeledImage> classify)
    {
        foreach (LabeledImage image in dataset.Images)
        {
            classify(image);
        }

        return Task.CompletedTask;
    }

    private static Task Batches(ImageDataset dataset, ResNetClassifier classifier)
    {
        foreach (LabeledImage[] chunk in dataset.Images.Chunk(Batch))
        {
            _ = classifier.ClassifyBatch([.. chunk.Select(i => i.Read())]);
        }

        return Task.CompletedTask;
    }

    private static async Task Many(ImageDataset dataset, ResNetClassifier classifier)
    {
        await foreach (ClassificationOutcome outcome
            in classifier.ClassifyManyAsync(dataset.Images.Select(i => InputImage.FromEncoded(i.Read))))
        {
            _ = outcome.Value;
        }
    }
}
