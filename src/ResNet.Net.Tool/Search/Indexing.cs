using System.Diagnostics;
using ResNet.Net.Tool.CommandLine;
using ResNet.Net.Tool.Images;

namespace ResNet.Net.Tool.Search;

/// <summary>Writes the embeddings of the images in folders to an index file, in constant memory.</summary>
internal sealed class Indexing(ResNetEmbedder embedder, ModelFingerprint fingerprint)
{
    /// <returns>The number of indexed and of failed images; each failed image is named on standard error.</returns>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public Task<ImageProgress> RunAsync(IReadOnlyList<string> folders, string path, CancellationToken cancellationToken)
        => ImageProgressBar.ShowAsync("index", bar => RunAsync(folders, path, bar, cancellationToken));

    private async Task<ImageProgress> RunAsync(
        IReadOnlyList<string> folders, string path, ImageProgressBar bar, CancellationToken cancellationToken)
    {
        string[] roots = [.. folders.Select(Path.GetFullPath).Distinct()];
        ImageProgress progress = new(Done: 0, roots.Sum(f => ImageFolder.Files(f).LongCount()), Failed: 0, Resumed: 0, TimeSpan.Zero);
        if (progress.Total == 0)
        {
            throw ImageFiles.None(roots);
        }

        using FeatureIndexWriter index = new(path, fingerprint, embedder.Dimension);
        Stopwatch watch = Stopwatch.StartNew();
        IAsyncEnumerable<(string, EmbeddingOutcome)> outcomes = ImageOutcomes.OfAsync(
            roots.SelectMany(ImageFolder.Files), paths => embedder.EmbedManyAsync(paths, cancellationToken));
        await foreach ((string image, EmbeddingOutcome outcome) in outcomes)
        {
            if (outcome.Succeeded)
            {
                index.Add(image, outcome.Value);
            }
            else
            {
                bar.WriteLine($"{image}: {Failure.DescribeImage(outcome.Error, image)}");
            }

            progress = progress with
            {
                Done = progress.Done + 1,
                Failed = progress.Failed + (outcome.Succeeded ? 0 : 1),
                Elapsed = watch.Elapsed,
            };
            bar.Report(progress);
        }

        index.Complete();
        return progress;
    }
}
