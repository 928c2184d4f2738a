using System.Globalization;
using SkiaSharp;

namespace ResNet.Net.Orleans.Tests;

/// <summary>
/// Any number of images that share a few files, in a folder. Workers get an image only when the test has released it, so that they hold
/// shards that they can't complete yet whenever the test wants it.
/// </summary>
internal sealed class GatedImages(string folder) : IImageSource
{
    public const string Kind = "gated";
    private const string GateFile = "gate";
    private const int FileCount = 48;

    private long _released;
    private long _readAt;

    public ImageSourceDescription Description => new(Kind, folder);

    /// <summary>Draws the files; some are damaged.</summary>
    public static GatedImages Create(TemporaryFolder folder)
    {
        Random random = new(20);
        GatedImages images = new(folder.FullPath);
        for (int i = 0; i < FileCount; i++)
        {
            using SKBitmap bitmap = SKBitmap.Decode(TestFolders.SampleImagePaths[i % TestFolders.SampleImagePaths.Length]);
            using SKBitmap small = bitmap.Resize(new SKImageInfo(32, 32), new SKSamplingOptions(SKFilterMode.Linear));
            for (int k = 0; k < 100; k++)
            {
                small.SetPixel(random.Next(32), random.Next(32), new SKColor((uint)random.Next() | 0xFF000000));
            }

            using SKData data = small.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(images.PathOf(i), i % 16 == 5 ? "damaged"u8.ToArray() : data.ToArray());
        }

        images.Release(0);
        return images;
    }

    public static IAsyncEnumerable<string> Names(int count)
        => Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToAsyncEnumerable();

    /// <summary>Gets the path of an image.</summary>
    public string PathOf(long index) => Path.Combine(folder, (index % FileCount).ToString(CultureInfo.InvariantCulture));

    /// <summary>Lets workers have the first images.</summary>
    public void Release(long count)
    {
        string gate = Path.Combine(folder, GateFile), next = $"{gate}.next";
        File.WriteAllText(next, count.ToString(CultureInfo.InvariantCulture));
        File.Move(next, gate, overwrite: true);
    }

    public IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public async ValueTask<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        const int Milliseconds = 20;
        long index = long.Parse(name, CultureInfo.InvariantCulture);
        while (index >= Volatile.Read(ref _released))
        {
            if (Environment.TickCount64 - Volatile.Read(ref _readAt) < Milliseconds)
            {
                await Task.Delay(Milliseconds, cancellationToken);
            }

            Volatile.Write(ref _readAt, Environment.TickCount64);
            Volatile.Write(ref _released, long.Parse(File.ReadAllText(Path.Combine(folder, GateFile)), CultureInfo.InvariantCulture));
        }

        return File.OpenRead(PathOf(index));
    }

    /// <summary>Compares the rows of a job with what a plain loop says of the files: exactly one row per image, with its answer.</summary>
    public async Task ShouldHaveEveryRowAsync(JobStore store, ClassificationJob job, int count)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        List<ClassificationOutcome> expected = await classifier
            .ClassifyManyAsync(Enumerable.Range(0, FileCount).Select(i => PathOf(i)), job.Options.TopK).ToListAsync();
        string[] hashes = [.. Enumerable.Range(0, FileCount).Select(i => Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(PathOf(i)))))];

        List<ImageResult> rows = await store.ReadResultsAsync(job.Id).ToListAsync();

        rows.Select(r => r.Index).Should().Equal(Enumerable.Range(0, count).Select(i => (long)i));
        foreach (ImageResult row in rows)
        {
            ClassificationOutcome outcome = expected[(int)(row.Index % FileCount)];
            (row.Name, row.Sha256, row.Succeeded).Should().Be(
                (row.Index.ToString(CultureInfo.InvariantCulture), hashes[row.Index % FileCount], outcome.Succeeded),
                $"{row.Name}: {row.Error}");
            row.Error.Should().Be((outcome.Error as ImageDecodeException)?.Reason);
            if (outcome.Succeeded)
            {
                row.Predictions.Should().Equal(outcome.Value.Predictions);
            }
        }

        JobStatus status = await store.GetStatusAsync(job.Id);
        (status.State, status.Completed, status.FailedShards, status.OpenShards).Should().Be((JobState.Completed, count, 0, 0));
    }
}
