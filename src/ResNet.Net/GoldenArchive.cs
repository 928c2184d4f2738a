using ResNet.Net.Internals.Golden;

namespace ResNet.Net;

/// <summary>
/// Test inputs and outputs of a model, as the ONNX Model Zoo publishes them: a tar.gz archive with folders of <c>input_K.pb</c> and <c>output_K.pb</c>, serialised tensors,
/// whatever the folders are called. All else in it, the model and old <c>.npz</c> sets, is passed over.
/// </summary>
public sealed class GoldenArchive
{
    /// <summary>Puts data sets together that came by another way.</summary>
    /// <param name="datasets">The data sets, one at least.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public GoldenArchive(IEnumerable<GoldenDataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        Datasets = [.. datasets];
        if (Datasets.Count == 0)
        {
            throw new ArgumentException("There is no data set.", nameof(datasets));
        }
    }

    /// <summary>The data sets, in the order of their folders' names and numbers.</summary>
    public IReadOnlyList<GoldenDataset> Datasets { get; }

    /// <summary>Reads an archive from a file. Nothing is written to the disk; the archive is trusted with nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">How much it may hold; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The data sets.</returns>
    /// <exception cref="GoldenArchiveException">It is no such archive, is damaged, leads out of itself, holds links or devices, or goes beyond the limits; the message names the entry.</exception>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty, or a limit out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static GoldenArchive Read(string path, GoldenArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        return Read(file, $"'{path}'", limits, cancellationToken);
    }

    /// <summary>Reads an archive from a stream. Nothing is written to the disk; the archive is trusted with nothing.</summary>
    /// <param name="stream">The compressed bytes, from where the stream is; it stays open, and may have been read beyond the archive's end.</param>
    /// <param name="limits">How much it may hold; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The data sets.</returns>
    /// <exception cref="GoldenArchiveException">It is no such archive, is damaged, leads out of itself, holds links or devices, or goes beyond the limits; the message names the entry.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static GoldenArchive Read(Stream stream, GoldenArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, "The archive", limits, cancellationToken);
    }

    private static GoldenArchive Read(Stream stream, string name, GoldenArchiveLimits? limits, CancellationToken cancellationToken)
    {
        limits ??= new GoldenArchiveLimits();
        limits.Validate();
        return new GoldenArchive(new ArchiveReader(name, limits, cancellationToken).Read(stream));
    }
}
