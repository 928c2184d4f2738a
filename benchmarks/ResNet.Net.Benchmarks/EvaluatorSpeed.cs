using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Evaluation;

namespace ResNet.Net.Benchmarks;

/// <summary>
/// Images a second of the evaluator, beside loops that anybody would write: <c>evaluator-speed ZIP</c> runs the embedded model on every image of an archive
/// that its name or its folder labels. The embedded model is small, so reading and decoding are most of the work.
/// </summary>
internal static class EvaluatorSpeed
{
    public const string Command = "evaluator-speed";
    private const int Batch = 32;
    private const int Rounds = 3;

    public static async Task RunAsync(string path)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { BatchSize = Batch });
        using ImageDataset labeled = OpenAny(path);

        // The classes do not matter to the time.
        using ImageDataset dataset = new(labeled.Name, classifier.Labels, labeled.Images.Select(i => new LabeledImage(i.Name, i.ClassIndex % classifier.Labels.Count, i.Read)));
        (string Name, Func<Task> Run)[] ways =
        [
            ("Classify, one after the other", () => Each(dataset, image => classifier.Classify(image.Read().Span))),
            ($"ClassifyBatch of {Batch}, one after the other", () => Batches(dataset, classifier)),
            ($"EvaluateAsync, batches of {Batch}", () => Evaluator.EvaluateAsync(classifier, dataset)),
        ];
        TimeSpan[] best = [.. ways.Select(_ => TimeSpan.MaxValue)];
        for (int round = 0; round <= Rounds; round++)
        {
            // In turns, so that whatever else the machine does meets all of them; the first round only warms up.
            for (int way = 0; way < ways.Length; way++)
            {
                long start = Stopwatch.GetTimestamp();
                await ways[way].Run();
                TimeSpan time = Stopwatch.GetElapsedTime(start);
                best[way] = round > 0 && time < best[way] ? time : best[way];
            }
        }

        Console.WriteLine($"| {dataset.Name}, {dataset.Images.Count} images | images/s |\n|---|---:|");
        for (int way = 0; way < ways.Length; way++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {ways[way].Name} | {dataset.Images.Count / best[way].TotalSeconds:F0} |"));
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

    private static Task Each(ImageDataset dataset, Action<LabeledImage> classify)
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
}
