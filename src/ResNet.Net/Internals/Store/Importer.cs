using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Internals.Store;

/// <summary>Finds models among files by their bytes, and copies them into the store.</summary>
internal sealed class Importer(StoreSettings settings, IEnumerable<ResNetVariant> variants, IProgress<ModelDownloadProgress>? progress)
{
    private readonly ResNetVariant[] _variants = [.. variants];
    private readonly StringBuilder _refused = new();
    private ModelVerificationException? _wrong;

    /// <param name="path">A file or a folder, as a full path.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ModelUnavailableException">There is no model.</exception>
    public async Task<IReadOnlyList<StoredModel>> RunAsync(string path, CancellationToken cancellationToken)
    {
        bool isFile = File.Exists(path);
        if (!isFile && !Directory.Exists(path))
        {
            throw new ModelUnavailableException(path, $"There is no file and no folder '{path}' to import.");
        }

        HashSet<ResNetVariant> imported = [];
        try
        {
            string[] files = isFile ? [path] : Directory.GetFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true });
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Recognise(file, isFile) is ResNetVariant variant && imported.Add(variant))
                {
                    await new VariantStore(settings, variant, progress).ImportAsync(file, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelUnavailableException(path, $"'{path}' cannot be imported: {exception.Message}", exception);
        }

        return imported.Count > 0
            ? [.. _variants.Where(imported.Contains).Select(v => new VariantStore(settings, v).List().First())]
            : throw _wrong ?? new ModelUnavailableException(path, $"'{path}' {(isFile ? "is no model of the zoo" : "holds no model of the zoo")}: models are known by size and SHA-256.{_refused}");
    }

    private ResNetVariant? Recognise(string file, bool isNamed)
    {
        long bytes = new FileInfo(file).Length;
        ResNetVariant[] candidates = [.. _variants.Where(v => v.Bytes == bytes)];
        string? sha256 = null;
        if (candidates.Length > 0)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
            sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (candidates.FirstOrDefault(v => v.Sha256 == sha256) is ResNetVariant variant)
            {
                return variant;
            }
        }

        string name = Path.GetFileName(file);
        if (_variants.FirstOrDefault(v => v.FileName.Equals(name, StringComparison.OrdinalIgnoreCase)) is ResNetVariant meant)
        {
            string finding = bytes != meant.Bytes ? $"has {bytes} bytes instead of {meant.Bytes}{WrongContent.Name(Start(file))}" : $"has SHA-256 {sha256} instead of {meant.Sha256}";
            new ProgressReporter(meant, progress).Notice($"{file} is not imported: it {finding}.");
            _wrong ??= new ModelVerificationException(meant.Id, file, meant.Sha256, sha256, $"'{file}' is called like the model '{meant.Id}', but {finding}. It was not imported.");
        }
        else if (isNamed)
        {
            _refused.Append(sha256 is null ? $"\nIt has {bytes} bytes, and no model has." : $"\nIts SHA-256 is {sha256}, and no model has that.");
        }

        return null;
    }

    private static byte[] Start(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] start = new byte[WrongContent.EnoughBytes];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }
}
