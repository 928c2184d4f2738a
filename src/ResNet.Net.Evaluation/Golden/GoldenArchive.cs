using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Represents the test data of a model in the layout of the ONNX Model Zoo: a tar.gz archive with folders of serialized tensors,
/// <c>input_K.pb</c> and <c>output_K.pb</c>.
/// </summary>
/// <remarks>Folders may have any name. All other files are ignored, such as the model and old <c>.npz</c> datasets.</remarks>
public sealed class GoldenArchive
{
    /// <summary>Initializes an archive from datasets in memory.</summary>
    /// <param name="datasets">The datasets, at least one.</param>
    /// <exception cref="ArgumentException">There are no datasets.</exception>
    public GoldenArchive(IEnumerable<GoldenDataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        Datasets = [.. datasets];
        if (Datasets.Count == 0)
        {
            throw new ArgumentException("The archive has no datasets. Provide at least one.", nameof(datasets));
        }
    }

    /// <summary>Gets the datasets, ordered by the names and numbers of their folders.</summary>
    public IReadOnlyList<GoldenDataset> Datasets { get; }

    /// <summary>Reads an archive from a file. The archive is untrusted input; nothing is written to disk.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <returns>The archive.</returns>
    /// <exception cref="GoldenArchiveException">
    /// The archive is malformed or damaged, exceeds a limit, or contains links, devices or paths outside of it; the message names the
    /// entry.
    /// </exception>
    /// <exception cref="IOException">The file doesn't exist or cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty, or a limit is out of range.</exception>
    /// <exception cref="OperationCanceledException">Reading was canceled.</exception>
    public static GoldenArchive Read(string path, GoldenArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
        using FileStream file = RegularFile.OpenRead(path, Share, FileOptions.SequentialScan);
        return Read(file, $"'{path}'", limits, cancellationToken);
    }

    /// <summary>Reads an archive from a stream. The archive is untrusted input; nothing is written to disk.</summary>
    /// <param name="stream">The compressed bytes. The stream stays open and may be read beyond the end of the archive.</param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <returns>The archive.</returns>
    /// <exception cref="GoldenArchiveException">
    /// The archive is malformed or damaged, exceeds a limit, or contains links, devices or paths outside of it; the message names the
    /// entry.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    /// <exception cref="OperationCanceledException">Reading was canceled.</exception>
    public static GoldenArchive Read(Stream stream, GoldenArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, "The archive", limits, cancellationToken);
    }

    private static GoldenArchive Read(Stream stream, string name, GoldenArchiveLimits? limits, CancellationToken cancellationToken)
    {
        limits ??= new GoldenArchiveLimits();
        limits.Validate();
        return new GoldenArchive(new GoldenArchiveReader(name, limits, cancellationToken).Read(stream));
    }
}
