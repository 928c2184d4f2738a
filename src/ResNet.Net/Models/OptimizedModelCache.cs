using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>
/// Caches optimized models in the folder <c>optimized</c> of the store, so that later startups skip graph optimization. If the folder or
/// an entry is unusable, the model is opened without the cache.
/// </summary>
internal sealed class OptimizedModelCache(ModelStore store, ILogger log)
{
    // Chosen, not measured: smaller models, such as the embedded ones of up to 1 MiB, optimize quickly.
    private const long MinModelBytes = 4 << 20;

    // The limit of protobuf; ONNX Runtime would not write larger models completely.
    private const long MaxModelBytes = int.MaxValue;

    private const string FolderName = "optimized";
    private const string WeightsFile = "weights.bin"; // ONNX Runtime maps it into memory

    // Graph optimizations read smaller tensors, such as shapes, while the model loads: they stay in the model file.
    private const string MinExternalTensorBytes = "1024";

    private const int MaxEntriesPerModel = 3;
    private const long MaxTotalBytes = 4L << 30;

    private readonly string _root = Path.Combine(store.RootFolder, FolderName);

    /// <summary>Returns the folder of a model's entries.</summary>
    /// <param name="storeRoot">The root folder of the store.</param>
    /// <param name="sha256">The SHA-256 of the model.</param>
    public static string FolderOf(string storeRoot, string sha256) => Path.Combine(storeRoot, FolderName, sha256[..32]);

    /// <summary>Returns whether the optimized form of a model can be cached.</summary>
    public static bool CanCache(ModelContent model, ModelPreparation preparation, SessionSettings settings)
        => preparation.IsSelfContained
            && model.Length is >= MinModelBytes and <= MaxModelBytes

            // A callback can change any setting, so that no key identifies the result.
            && settings.Configure is null
            && settings.Optimization != GraphOptimizationLevel.ORT_DISABLE_ALL
            && settings.ExecutionProvider is null or { IsCpu: true }
            && !settings.ConfigEntries.Keys.Any(ConfiguresSaving);

    /// <summary>Opens the cached optimized form of a model. If there is none, opens the model and caches its optimized form.</summary>
    /// <exception cref="InferenceException">The model or a setting is rejected.</exception>
    public OrtSession Open(ModelContent model, ModelPreparation preparation, SessionSettings settings)
    {
        if (StoreFile.FindLink(store.RootFolder, _root) is string linkedRoot)
        {
            return OpenWithoutCache(model, preparation, settings, linkedRoot);
        }

        string hash = model.Sha256 ?? HashOf(model);
        string key = KeyOf(hash, preparation, settings);
        string folder = FolderOf(store.RootFolder, hash);
        CacheEntry entry = new(Path.Combine(folder, TextHash.Of(key)), key, WeightsFile);
        return StoreFile.FindLink(store.RootFolder, entry.Folder) is string link
            ? OpenWithoutCache(model, preparation, settings, link)
            : OpenEntry(entry, settings) ?? OpenAndCache(model, preparation, settings, folder, entry);
    }

    private OrtSession OpenWithoutCache(ModelContent model, ModelPreparation preparation, SessionSettings settings, string link)
    {
        log.OptimizedModelNotCached(model.Name, $"'{link}' is a link, which the store does not follow");
        return preparation.Open(model, settings);
    }

    /// <summary>Returns the session entries that make ONNX Runtime write the optimized model.</summary>
    private static Dictionary<string, string> SavingEntries(string partialFolder) => new()
    {
        ["session.optimized_model_filepath"] = Path.Combine(partialFolder, CacheEntry.ModelFile),
        ["session.optimized_model_external_initializers_file_name"] = WeightsFile,
        ["session.optimized_model_external_initializers_min_size_in_bytes"] = MinExternalTensorBytes,
    };

    private static bool ConfiguresSaving(string configKey)
        => configKey.StartsWith("session.optimized_model_", StringComparison.Ordinal) || configKey == "session.save_model_format";

    /// <summary>Returns a text with everything that determines the optimized model.</summary>
    private static string KeyOf(string hash, ModelPreparation preparation, SessionSettings settings)
    {
        // The version first: reading it loads the native library.
        string version = OrtRuntime.Version;
        FileInfo? library = NativeLibraryFile.Find("onnxruntime") is string path ? new FileInfo(path) : null;
        string libraryFile = library is { Exists: true }
            ? string.Create(CultureInfo.InvariantCulture, $"{library.Length} {library.LastWriteTimeUtc.Ticks}")
            : "";
        return string.Join('\n', [
            $"model {hash}",
            preparation.Key,
            $"onnxruntime {version} {libraryFile} {string.Join(',', OrtRuntime.AvailableProviders)}",
            $"processor {CpuFeatures.Identity}",
            $"optimization {settings.Optimization}",
            .. settings.ConfigEntries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"),
        ]);
    }

    private OrtSession? OpenEntry(CacheEntry entry, SessionSettings settings)
    {
        EntryCheck check = entry.Verify();
        if (check.State == EntryState.Missing)
        {
            return null;
        }

        string? problem = check.Problem;
        if (problem is null)
        {
            try
            {
                OrtSession session = OrtSession.FromFile(entry.ModelPath, settings.ForCachedModel());
                log.OptimizedModelOpened(entry.Folder);
                entry.MarkUsed();
                return session;
            }
            catch (InferenceException exception)
            {
                problem = exception.Message;
            }
        }

        log.OptimizedModelRejected(entry.Folder, problem.TrimEnd('.'));
        entry.Delete();
        return null;
    }

    private OrtSession OpenAndCache(
        ModelContent model, ModelPreparation preparation, SessionSettings settings, string folder, CacheEntry entry)
    {
        try
        {
            // One writer per model; others do not wait. The system releases the lock of a process that dies.
            string lockFile = Path.Combine(store.RootFolder, ".locks", $"optimized-{Path.GetFileName(folder)}.lock");
            using StoreLock? acquired = StoreLock.TryAcquire(lockFile, store.RootFolder);
            if (acquired is null)
            {
                return preparation.Open(model, settings);
            }

            if (acquired.IsEffective)
            {
                CacheEntry.DeletePartials(folder);
                if (entry.Exists && OpenEntry(entry, settings) is OrtSession cached)
                {
                    return cached;
                }
            }

            if (store.Options.FreeSpace(folder) is long free && free < 2 * model.Length)
            {
                log.OptimizedModelNotCached(
                    model.Name, $"the disk of '{folder}' has {free} free bytes, but twice the model's {model.Length} bytes are required");
                return preparation.Open(model, settings);
            }

            return OpenAndWrite(model, preparation, settings, entry);
        }
        catch (StoreException exception)
        {
            log.OptimizedModelNotCached(model.Name, exception.Message.TrimEnd('.'));
            return preparation.Open(model, settings);
        }
    }

    private OrtSession OpenAndWrite(
        ModelContent model, ModelPreparation preparation, SessionSettings settings, CacheEntry entry)
    {
        string partial = entry.PartialFolder();
        OrtSession? session = null;
        try
        {
            Directory.CreateDirectory(partial);
            session = preparation.Open(model, settings.ForSavingTo(SavingEntries(partial)));
            entry.Publish(partial);
            log.OptimizedModelCached(model.Name, entry.Folder);
            Prune(entry);
            return session;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or InferenceException)
        {
            log.OptimizedModelNotCached(model.Name, exception.Message.TrimEnd('.'));
            CacheEntry.TryDelete(partial);
            return session ?? preparation.Open(model, settings);
        }
        catch
        {
            CacheEntry.TryDelete(partial);
            throw;
        }
    }

    /// <summary>Deletes the least recently used entries beyond the limits per model and in total.</summary>
    private void Prune(CacheEntry newest)
    {
        try
        {
            int sameModel = 0;
            long bytes = 0;
            foreach (string folder in Directory.EnumerateDirectories(_root)
                .Where(f => !StoreFile.IsLink(f))
                .SelectMany(Directory.EnumerateDirectories)
                .Where(f => !CacheEntry.IsPartial(f) && !StoreFile.IsLink(f))
                .OrderByDescending(CacheEntry.LastUsed))
            {
                bytes += CacheEntry.SizeOf(folder);
                bool isSameModel = Path.GetDirectoryName(folder) == Path.GetDirectoryName(newest.Folder);
                if (folder != newest.Folder && ((isSameModel && ++sameModel >= MaxEntriesPerModel) || bytes > MaxTotalBytes))
                {
                    CacheEntry.TryDelete(folder);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process prunes at the same time.
        }
    }

    /// <summary>Returns the hash of a custom model. The hash of a file is recorded and reused until the file changes.</summary>
    private string HashOf(ModelContent model)
    {
        if (model.Path is null)
        {
            return Convert.ToHexStringLower(SHA256.HashData(model.Memory.Span));
        }

        string recordPath = Path.Combine(_root, ".hashes", $"{TextHash.Of(model.Path)}{VerificationRecord.Extension}");
        FileIdentity? before = FileIdentity.Of(model.Path);
        if (VerificationRecord.Read(recordPath) is VerificationRecord record && record.Identity == before)
        {
            return record.Sha256;
        }

        string hash = CacheEntry.HashOf(model.Path);
        if (before is not null && FileIdentity.Of(model.Path) == before)
        {
            new VerificationRecord(hash, before, DateTimeOffset.UtcNow).TryWrite(recordPath);
        }

        return hash;
    }
}
