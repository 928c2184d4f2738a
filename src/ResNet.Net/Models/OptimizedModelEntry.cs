using System.Security.Cryptography;

namespace ResNet.Net;

/// <summary>
/// One optimized graph on the disk: a folder with the graph, its weights in a file of their own, which ONNX Runtime maps into memory instead of reading it, a
/// stamp for each, and the key that it was made for. Written under another name and renamed: what has the name is whole.
/// </summary>
internal sealed class OptimizedModelEntry(string folder, string key)
{
    private const string ModelFile = "model.onnx";
    private const string WeightsFile = "weights.bin";
    private const string KeyFile = "key";
    private const string Partial = ".partial";

    // Smaller tensors, shapes say, are read by optimizations as they load: they stay in the graph.
    private const string SmallestOutside = "1024";

    public string Folder { get; } = folder;

    public string ModelPath { get; } = Path.Combine(folder, ModelFile);

    public bool Exists => Directory.Exists(Folder);

    private static IEnumerable<string> Files => [ModelFile, WeightsFile];

    /// <summary>A folder to write into.</summary>
    public string PartialFolder() => $"{Folder}.{Guid.NewGuid():N}{Partial}";

    /// <summary>The session entries by which ONNX Runtime writes what it has optimized.</summary>
    public static IReadOnlyDictionary<string, string> SavingEntries(IReadOnlyDictionary<string, string> entries, string partial) => new Dictionary<string, string>(entries)
    {
        ["session.optimized_model_filepath"] = Path.Combine(partial, ModelFile),
        ["session.optimized_model_external_initializers_file_name"] = WeightsFile,
        ["session.optimized_model_external_initializers_min_size_in_bytes"] = SmallestOutside,
    };

    public static bool IsPartial(string folder) => folder.EndsWith(Partial, StringComparison.Ordinal);

    public static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length);

    public static DateTime LastUsed(string folder) => File.GetLastWriteTimeUtc(Path.Combine(folder, KeyFile));

    /// <summary>Deletes what processes left that died while they wrote.</summary>
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
            // First what makes it an entry: half of one is none.
            File.Delete(Path.Combine(folder, KeyFile));
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, in use (Windows), or not ours.
        }
    }

    public static string HashOf(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Judges the entry, by the stamps where these can be trusted.</summary>
    /// <returns>Null when it is right, a text without letters when it is not there, else what is wrong with it.</returns>
    public string? Verify(bool always)
    {
        try
        {
            if (!Directory.Exists(Folder))
            {
                return "";
            }

            if (File.ReadAllText(Path.Combine(Folder, KeyFile)) != key)
            {
                return "it was made for another machine, or is torn";
            }

            return Files.Select(file => Verify(Path.Combine(Folder, file), always)).FirstOrDefault(p => p is not null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>Makes what was written the entry.</summary>
    /// <exception cref="IOException">It cannot be written whole.</exception>
    public void Publish(string partial)
    {
        foreach (string path in Files.Select(f => Path.Combine(partial, f)))
        {
            // To the disk first: after a power cut a stamp must not vouch for what never came there.
            using (FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0))
            {
                file.Flush(flushToDisk: true);
            }

            string hash = HashOf(path);
            File.WriteAllText(StampOf(path), new VerificationRecord(hash, FileIdentity.Of(path) ?? throw new IOException($"'{path}' is gone."), DateTimeOffset.UtcNow).ToString());
        }

        File.WriteAllText(Path.Combine(partial, KeyFile), key);
        TryDelete(Folder);
        Directory.Move(partial, Folder);
    }

    /// <summary>Whoever prunes takes what was used longest ago.</summary>
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

    private static string StampOf(string path) => $"{path}.stamp";

    private static string? Verify(string path, bool always)
    {
        FileIdentity? identity = FileIdentity.Of(path);
        if (identity is null || VerificationRecord.Read(StampOf(path)) is not VerificationRecord stamp)
        {
            return $"'{Path.GetFileName(path)}' or its stamp is missing or torn";
        }

        if (stamp.Identity == identity && !always)
        {
            return null;
        }

        // Copied, restored from a backup, or changed.
        if (stamp.Identity.Bytes != identity.Bytes || HashOf(path) != stamp.Sha256)
        {
            return $"'{Path.GetFileName(path)}' has other bytes than were written";
        }

        (stamp with { Identity = identity, VerifiedAt = DateTimeOffset.UtcNow }).TryWrite(StampOf(path));
        return null;
    }
}
