using System.Diagnostics;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Search;

/// <summary>Writes the embeddings of the images in folders to an index file. Two batches of images are in memory at a time.</summary>
internal sealed class Indexing(ResNetClassifier classifier, ModelFingerprint fingerprint)
{
    /// <returns>The number of indexed and of failed images; each failed image is named on standard error.</returns>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public Task<ImageProgress> RunAsync(IReadOnlyList<string> folders, string path, CancellationToken cancellationToken)
        => ImageProgressBar.ShowAsync("index", bar => RunAsync(folders, path, bar, cancellationToken));

    private async Task<ImageProgress> RunAsync(
        IReadOnlyList<string> folders, string path, ImageProgressBar bar, CancellationToken cancellationToken)
    {
        string[] roots = [.. folders.Select(Path.GetFullPath).Distinct()];
        ImageProgress progress = new(Done: 0, roots.Sum(f => ImageFiles.In(f).LongCount()), Failed: 0, Resumed: 0, TimeSpan.Zero);
        if (progress.Total == 0)
        {
            throw ImageFiles.None(roots);
        }

        using FeatureIndexWriter index = new(path, fingerprint, classifier.FeatureCount);
        Stopwatch watch = Stopwatch.StartNew();
        IEnumerable<string[]> batches = roots.SelectMany(ImageFiles.In).Chunk(classifier.BatchSize);
        await foreach ((string[] images, IReadOnlyList<EmbeddingOutcome> outcomes)
            in BatchPipeline.RunAsync(batches, Embed, cancellationToken))
        {
            int failed = 0;
            for (int i = 0; i < images.Length; i++)
            {
                if (outcomes[i].Succeeded)
                {
                    index.Add(images[i], outcomes[i].Value);
                }
                else
                {
                    failed++;
                    bar.WriteLine($"{images[i]}: {Failure.Describe(outcomes[i].Error!)}");
                }
            }

            progress = progress with { Done = progress.Done + images.Length, Failed = progress.Failed + failed, Elapsed = watch.Elapsed };
            bar.Report(progress);
        }

        index.Complete();
        return progress;
    }

    private (string[] Images, IReadOnlyList<EmbeddingOutcome> Outcomes) Embed(string[] batch)
        => (batch, classifier.EmbedBatch(batch, normalize: true));
}
