using System.Diagnostics;
using System.Globalization;
using ResNet.Net.Orleans;

namespace ResNet.Net.Benchmarks.Clustering;

/// <summary>
/// Classifies with the embedded model in a process of its own, on commands from the input: <c>loop LIST</c> for a plain loop over the paths
/// in a file, <c>work DATABASE</c> for a worker. The answer is the number of images and the processor seconds.
/// </summary>
internal static class ClusterChild
{
    public const string Command = "cluster-child";
    public const string Loop = "loop";
    public const string Work = "work";

    public static async Task RunAsync()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(
            ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { ExecutionMode = ExecutionMode.Throughput });
        using JobModelProvider models = new();
        models.Add(classifier);
        using Process self = Process.GetCurrentProcess();
        while (await Console.In.ReadLineAsync() is string line)
        {
            string[] command = line.Split(' ', 2);
            self.Refresh();
            TimeSpan before = self.TotalProcessorTime;
            long images = command[0] == Loop
                ? await LoopAsync(classifier, command[1])
                : await WorkAsync(models, command[1]);
            self.Refresh();
            double seconds = (self.TotalProcessorTime - before).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{images} {seconds}"));
        }
    }

    private static async Task<long> LoopAsync(ResNetClassifier classifier, string list)
    {
        long images = 0;
        await foreach (ClassificationOutcome outcome in classifier.ClassifyManyAsync(File.ReadLines(list), ClusterBenchmark.TopK))
        {
            images += outcome.Succeeded ? 1 : 0;
        }

        return images;
    }

    private static async Task<long> WorkAsync(JobModelProvider models, string location)
    {
        await using JobStore store = await JobStore.OpenAsync(location);
        using ImageSources sources = new();
        ShardWorker worker = new(
            store, models, sources, new ShardWorkerOptions { StopWhenIdle = true, IdleTime = TimeSpan.FromMilliseconds(20) });
        await worker.RunAsync();
        return worker.ImagesWritten;
    }
}
