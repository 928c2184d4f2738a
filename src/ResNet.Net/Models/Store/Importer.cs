using System.Security.Cryptography;
using System.Text;

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
            foreach (string candidate in files.Order(StringComparer.Ordinal))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Recognize(candidate, isFile) is StoredFile file && imported.Add(file))
                {
                    await new FileStore(settings, file, progress).ImportAsync(candidate, cancellationToken).ConfigureAwait(false);
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
                $"'{path}' {(isFile ? "is not a" : "contains no")} model of the zoo or its test data, by size and SHA-256.{_unrecognized}");
    }

    private StoredFile? Recognize(string path, bool isOnlyFile)
    {
        long bytes = new FileInfo(path).Length;
        StoredFile[] candidates = [.. _wanted.Where(f => f.Bytes == bytes)];
        string? sha256 = null;
        if (candidates.Length > 0)
        {
            using FileStream stream = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
            sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (candidates.FirstOrDefault(f => f.Sha256 == sha256) is StoredFile file)
            {
                return file;
            }
        }

        string name = Path.GetFileName(path);
        if (_wanted.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is StoredFile meant)
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
        using FileStream stream
            = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] start = new byte[ContentSniffer.SampleBytes];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}
