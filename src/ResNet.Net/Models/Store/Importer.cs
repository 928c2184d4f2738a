using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net;

/// <summary>Finds models and their test data among files by their bytes, and copies them into the store.</summary>
internal sealed class Importer(StoreSettings settings, IEnumerable<ResNetVariant> variants, IProgress<ModelDownloadProgress>? progress)
{
    private readonly StoredFile[] _wanted = [.. variants.SelectMany(StoredFile.AllOf)];
    private readonly StringBuilder _refused = new();
    private ModelVerificationException? _wrong;

    /// <param name="path">A file or a folder, as a full path.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ModelUnavailableException">There is none.</exception>
    public async Task<IReadOnlyList<StoredModel>> RunAsync(string path, CancellationToken cancellationToken)
    {
        bool isFile = File.Exists(path);
        if (!isFile && !Directory.Exists(path))
        {
            throw new ModelUnavailableException(path, $"There is no file and no folder '{path}' to import.");
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
            : throw _wrong ?? new ModelUnavailableException(path, $"'{path}' {(isFile ? "is" : "holds")} no model of the zoo, and no test data of one: they are known by size and SHA-256.{_refused}");
    }

    private StoredFile? Recognize(string path, bool isNamed)
    {
        long bytes = new FileInfo(path).Length;
        StoredFile[] candidates = [.. _wanted.Where(f => f.Bytes == bytes)];
        string? sha256 = null;
        if (candidates.Length > 0)
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
            sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (candidates.FirstOrDefault(f => f.Sha256 == sha256) is StoredFile file)
            {
                return file;
            }
        }

        string name = Path.GetFileName(path);
        if (_wanted.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is StoredFile meant)
        {
            string finding = bytes != meant.Bytes ? $"has {bytes} bytes instead of {meant.Bytes}{WrongContent.Name(Start(path))}" : $"has SHA-256 {sha256} instead of {meant.Sha256}";
            new ProgressReporter(meant, progress).Notice($"{path} is not imported: it {finding}.");
            _wrong ??= new ModelVerificationException(meant.Variant.Id, path, meant.Sha256, sha256, $"'{path}' is called like the {meant.Title}, but {finding}. It was not imported.");
        }
        else if (isNamed)
        {
            _refused.Append(sha256 is null ? $"\nIt has {bytes} bytes, and nothing that is known has." : $"\nIts SHA-256 is {sha256}, and nothing that is known has that.");
        }

        return null;
    }

    private static byte[] Start(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] start = new byte[WrongContent.EnoughBytes];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}
