using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Represents a folder with a model that this library wrote, a verification record for each file, and the key: what determines the model.
/// It is written under a temporary name and renamed when complete.
/// </summary>
/// <param name="folder">The path of the folder.</param>
/// <param name="key">The key.</param>
/// <param name="weightsFile">The name of the file with the weights, if they are not in the model file; null otherwise.</param>
internal sealed class CacheEntry(string folder, string key, string? weightsFile = null)
{
    public const string ModelFile = "model.onnx";

    private const string KeyFile = "key";
    private const string Partial = ".partial";

    public string Folder { get; } = folder;

    public string ModelPath { get; } = Path.Combine(folder, ModelFile);

    public bool Exists => Directory.Exists(Folder);

    private IEnumerable<string> Files => weightsFile is null ? [ModelFile] : [ModelFile, weightsFile];

    /// <summary>Returns the path of a new folder to write into.</summary>
    public string PartialFolder() => $"{Folder}.{Guid.NewGuid():N}{Partial}";

    public static bool IsPartial(string folder) => folder.EndsWith(Partial, StringComparison.Ordinal);

    public static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length);

    public static DateTime LastUsed(string folder) => File.GetLastWriteTimeUtc(Path.Combine(folder, KeyFile));

    /// <summary>Deletes the partial entries of processes that died while writing.</summary>
    public static void DeletePartials(string parent)
    {
        if (Directory.Exists(parent))
        {
            foreach (string partial in Directory.GetDirectories(parent, $"*{Partial}"))
            {
                TryDelete(partial);
            }
        }
    }

    public static void TryDelete(string folder)
    {
        try
        {
            // The key first: without it, the rest is not an entry. Of a link, only the link is deleted.
            if (!StoreFile.IsLink(folder))
            {
                File.Delete(Path.Combine(folder, KeyFile));
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Missing, in use (on Windows), or owned by another user.
        }
    }

    /// <summary>Returns the SHA-256 that the model file had when it was written; null if the record is missing or damaged.</summary>
    public static string? RecordedHash(string folder) => VerificationRecord.Read(RecordPathOf(Path.Combine(folder, ModelFile)))?.Sha256;

    public static string HashOf(string path)
    {
        using FileStream file = RegularFile.OpenRead(path, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Verifies the entry.</summary>
    public EntryCheck Verify()
    {
        try
        {
            if (!Directory.Exists(Folder))
            {
                return new EntryCheck(EntryState.Missing);
            }

            using StreamReader keyFile = new(RegularFile.OpenRead(Path.Combine(Folder, KeyFile), FileShare.ReadWrite | FileShare.Delete));
            if (keyFile.ReadToEnd() != key)
            {
                return new EntryCheck(EntryState.Invalid, "it was written for another machine or by another version, or is incomplete");
            }

            return Files.Select(file => ProblemOf(Path.Combine(Folder, file))).FirstOrDefault(p => p is not null) is string problem
                ? new EntryCheck(EntryState.Invalid, problem)
                : new EntryCheck(EntryState.Valid);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new EntryCheck(EntryState.Invalid, exception.Message);
        }
    }

    /// <summary>Turns a complete partial folder into the entry.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Publish(string partialFolder)
    {
        foreach (string path in Files.Select(f => Path.Combine(partialFolder, f)))
        {
            // After a power failure, no record may confirm bytes that never reached the disk.
            using (FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0))
            {
                file.Flush(flushToDisk: true);
            }

            string hash = HashOf(path);
            FileIdentity identity = FileIdentity.Of(path) ?? throw new IOException($"'{path}' was deleted while it was written.");
            File.WriteAllText(RecordPathOf(path), new VerificationRecord(hash, identity, DateTimeOffset.UtcNow).ToString());
        }

        File.WriteAllText(Path.Combine(partialFolder, KeyFile), key);
        TryDelete(Folder);
        Directory.Move(partialFolder, Folder);
    }

    /// <summary>Updates the time by which <see cref="OptimizedModelCache"/> selects entries to delete.</summary>
    public void MarkUsed()
    {
        try
        {
            File.SetLastWriteTimeUtc(Path.Combine(Folder, KeyFile), DateTime.UtcNow);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A read-only folder.
        }
    }

    public void Delete() => TryDelete(Folder);

    private static string RecordPathOf(string path) => $"{path}{VerificationRecord.Extension}";

    private static string? ProblemOf(string path)
    {
        FileIdentity? identity = FileIdentity.Of(path);
        if (identity is null || VerificationRecord.Read(RecordPathOf(path)) is not VerificationRecord record)
        {
            return $"'{Path.GetFileName(path)}' or its verification record is missing or incomplete";
        }

        if (record.Identity == identity)
        {
            return null;
        }

        // Copied, restored from a backup, or changed.
        if (record.Identity.Bytes != identity.Bytes || HashOf(path) != record.Sha256)
        {
            return $"'{Path.GetFileName(path)}' was changed after it was written";
        }

        (record with { Identity = identity, VerifiedAt = DateTimeOffset.UtcNow }).TryWrite(RecordPathOf(path));
        return null;
    }
}

internal enum EntryState
{
    Missing,
    Valid,
    Invalid,
}

/// <param name="State">The state.</param>
/// <param name="Problem">What is wrong, as a clause without a period; null unless the entry is invalid.</param>
internal readonly record struct EntryCheck(EntryState State, string? Problem = null);
