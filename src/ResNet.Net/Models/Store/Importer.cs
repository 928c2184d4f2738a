using System.Security.Cryptography;
using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Recognizes models and test data by their bytes, and copies them into the store.</summary>
internal sealed class Importer(StoreSettings settings, IEnumerable<ResNetVariant> variants, IProgress<ModelDownloadProgress>? progress)
{
    private readonly StoredFile[] _wanted = [.. variants.SelectMany(StoredFile.AllOf)];
    private readonly StringBuilder _unrecognized = new();
    private ModelVerificationException? _mismatch;

    /// <param name="path">The full path of a file or folder.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="ModelUnavailableException">No file was recognized.</exception>
    public async Task<IReadOnlyList<StoredModel>> RunAsync(string path, CancellationToken cancellationToken)
    {
        bool isFile = File.Exists(path);
        if (!isFile && !Directory.Exists(path))
        {
            throw new ModelUnavailableException(path, $"'{path}' is neither a file nor a folder. Check the path to import.");
        }

        HashSet<StoredFile> imported = [];
        try
        {
            string[] files = isFile ? [path] : Directory.GetFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true });
            foreach (string candidate in files.Where(f => isFile || !RegularFile.IsSpecial(f)).Order(StringComparer.Ordinal))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Recognize(candidate, isFile) is StoredFile file && imported.Add(file))
                {
                    await ImportAsync(file, candidate, cancellationToken).ConfigureAwait(false);
                    foreach ((StoredFile neighbor, string neighborPath) in NeighborsWithoutHash(file, candidate))
                    {
                        await ImportAsync(Measure(neighbor, neighborPath), neighborPath, cancellationToken).ConfigureAwait(false);
                        imported.Add(neighbor);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelUnavailableException(path, $"'{path}' cannot be imported: {exception.Message}", exception);
        }

        return imported.Count > 0
            ? [.. _wanted.Where(imported.Contains).Select(f => new FileStore(settings, f).List().First())]
            : throw _mismatch ?? new ModelUnavailableException(
                path,
                $"'{path}' {(isFile ? "is not a" : "contains no")} known model or test data, by size and SHA-256.{_unrecognized}");
    }

    private Task ImportAsync(StoredFile file, string path, CancellationToken cancellationToken)
        => new FileStore(settings, file, progress).ImportAsync(path, cancellationToken);

    /// <summary>Returns the files of the same variant and folder that no hash identifies.</summary>
    private IEnumerable<(StoredFile File, string Path)> NeighborsWithoutHash(StoredFile file, string path) => _wanted
        .Where(f => f.Variant == file.Variant && !f.HasHash)
        .Select(f => (f, Path.Combine(Path.GetDirectoryName(path)!, f.Name)))
        .Where(pair => File.Exists(pair.Item2));

    /// <summary>Describes a file without a published hash by its size and hash, so that exactly this content is copied.</summary>
    private StoredFile Measure(StoredFile file, string path)
    {
        string sha256 = HashOf(path);
        new ProgressReporter(file, progress).Notice(
            $"{path} is imported with SHA-256 {sha256}. It is not verified: no SHA-256 is published for the {file.Title}.");
        settings.Log.HashAccepted(path, file.Title, sha256);
        return file with { File = file.File with { Bytes = new FileInfo(path).Length, Sha256 = sha256 } };
    }

    private static string HashOf(string path)
    {
        using FileStream stream = RegularFile.OpenRead(path, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private StoredFile? Recognize(string path, bool isOnlyFile)
    {
        long bytes = new FileInfo(path).Length;
        StoredFile[] candidates = [.. _wanted.Where(f => f.HasHash && f.Bytes == bytes)];
        string? sha256 = null;
        if (candidates.Length > 0)
        {
            sha256 = HashOf(path);
            if (candidates.FirstOrDefault(f => f.Sha256 == sha256) is StoredFile file)
            {
                return file;
            }
        }

        string name = Path.GetFileName(path);
        StoredFile[] named = [.. _wanted.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (named.FirstOrDefault(f => !f.HasHash) is StoredFile unknown)
        {
            // It may be this file: there is nothing to compare it with.
            _unrecognized.Append(
                $"\nNo SHA-256 is published for the {unknown.Title}: '{path}' is imported only together with "
                + $"{string.Join(" and ", unknown.Variant.Files.Where(f => f.Sha256 is not null))} of this model in the same folder.");
        }
        else if (named is [StoredFile meant, ..])
        {
            string difference = bytes != meant.Bytes
                ? $"has {bytes} bytes instead of {meant.Bytes}{ContentSniffer.Describe(Start(path))}"
                : $"has SHA-256 {sha256} instead of {meant.Sha256}";
            new ProgressReporter(meant, progress).Notice($"{path} is not imported: it {difference}.");
            _mismatch ??= new ModelVerificationException(
                meant.Variant.Id,
                path,
                meant.Sha256,
                sha256,
                $"'{path}' has the name of the {meant.Title}, but {difference}. It was not imported.");
        }
        else if (isOnlyFile)
        {
            _unrecognized.Append(sha256 is null
                ? $"\nIt has {bytes} bytes; no known file has that size."
                : $"\nIts SHA-256 is {sha256}; no known file has that.");
        }

        return null;
    }

    private static byte[] Start(string path)
    {
        using FileStream stream = RegularFile.OpenRead(path, FileShare.ReadWrite | FileShare.Delete);
        byte[] start = new byte[ContentSniffer.SampleBytes];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}
