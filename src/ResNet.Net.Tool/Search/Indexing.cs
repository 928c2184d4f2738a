using System.Diagnostics;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Search;

/// <summary>Writes what the model sees in the pictures of folders to an index. As many pictures as two batches have are in memory at a time.</summary>
internal sealed class Indexing(ResNetClassifier classifier, ModelFacts facts)
{
    /// <returns>How many pictures are in the index, and how many failed, each of which is named on standard error.</returns>
    /// <exception cref="ArgumentException">There are no pictures.</exception>
    public Task<PictureProgress> RunAsync(IReadOnlyList<string> folders, string path, CancellationToken cancellationToken)
        => PictureBar.ShowAsync("index", bar => RunAsync(folders, path, bar, cancellationToken));

    private async Task<PictureProgress> RunAsync(IReadOnlyList<string> folders, string path, PictureBar bar, CancellationToken cancellationToken)
    {
        string[] roots = [.. folders.Select(Path.GetFullPath).Distinct()];
        PictureProgress progress = new(Done: 0, roots.Sum(f => PictureFiles.In(f).LongCount()), Failed: 0, Resumed: 0, TimeSpan.Zero);
        if (progress.Total == 0)
        {
            throw PictureFiles.None(roots);
        }

        using FeatureIndexWriter index = new(path, facts, classifier.FeatureCount);
        Stopwatch watch = Stopwatch.StartNew();
        IEnumerable<string[]> batches = roots.SelectMany(PictureFiles.In).Chunk(classifier.BatchSize);
        await foreach ((string[] pictures, IReadOnlyList<EmbeddingOutcome> outcomes) in TwoAtOnce.RunAsync(batches, batch => (batch, classifier.EmbedBatch(batch, normalize: true)), cancellationToken))
        {
            int failed = 0;
            for (int i = 0; i < pictures.Length; i++)
            {
                if (outcomes[i].Succeeded)
                {
                    index.Add(pictures[i], outcomes[i].Value);
                }
                else
                {
                    failed++;
                    bar.Say($"{pictures[i]}: {Failure.Describe(outcomes[i].Error!)}");
                }
            }

            progress = progress with { Done = progress.Done + pictures.Length, Failed = progress.Failed + failed, Elapsed = watch.Elapsed };
            bar.Report(progress);
        }

        index.Complete();
        return progress;
    }
}
