using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>
/// Keeps the graphs that ONNX Runtime has optimized, in the folder <c>optimized</c> of the store, so that the next start opens them as they are. Whatever
/// is wrong with the folder or with what lies there, the model is opened as if there were none.
/// </summary>
internal sealed class OptimizedModelCache
{
    // Chosen, not measured: the embedded models, of 1 MiB and less, are not worth a folder.
    private const long SmallestModel = 4 << 20;

    // Protobuf's limit; what is larger would not be written whole.
    private const long LargestModel = int.MaxValue;

    private const string FolderName = "optimized";
    private const int MostEntriesOfAModel = 3;
    private const long MostBytes = 4L << 30;

    private readonly string _root;
    private readonly ModelStoreOptions _options;
    private readonly ILogger _log;

    private OptimizedModelCache(ModelStore store, ILogger log)
    {
        _log = log;
        _root = Path.Combine(store.Location, FolderName);
        _options = store.Options;
    }

    /// <summary>The folder for what is kept of one model.</summary>
    /// <param name="root">The store's folder.</param>
    /// <param name="sha256">The model's hash.</param>
    public static string FolderOf(string root, string sha256) => Path.Combine(root, FolderName, sha256[..32]);

    /// <summary>The cache that the options ask for; null for none.</summary>
    /// <param name="options">The options.</param>
    /// <param name="log">Learns what the cache does.</param>
    /// <exception cref="ArgumentException">The environment variable is neither on nor off.</exception>
    public static OptimizedModelCache? For(ResNetClassifierOptions options, ILogger log)
    {
        bool isWanted = options.KeepOptimizedModel ?? StoreVariables.Switch(StoreVariables.Optimized, Environment.GetEnvironmentVariable(StoreVariables.Optimized)) ?? true;

        // What a callback configures is not known, so that no key could tell its graphs apart.
        if (!isWanted || options.ConfigureSession is not null || options.Optimization == GraphOptimizationLevel.ORT_DISABLE_ALL
            || options.ExecutionProvider is { IsCpu: false } || options.ConfigEntries.Keys.Any(IsAboutSaving))
        {
            return null;
        }

        try
        {
            return new OptimizedModelCache(options.Store ?? new ModelStore(), log);
        }
        catch (ArgumentException) when (options.Store is null)
        {
            // No home folder, say: a model that needs no store must open all the same.
            return null;
        }
    }

    /// <summary>Opens a model: as it was kept where it was, else with the changes that it needs, keeping what comes out.</summary>
    public OrtSession Open(ModelContent model, ModelPreparation preparation, SessionSettings settings)
    {
        if (!preparation.IsWhole || model.Length is < SmallestModel or > LargestModel)
        {
            return preparation.Open(model, settings);
        }

        string hash = model.Sha256 ?? HashOf(model);
        string key = KeyOf(hash, preparation, settings);
        string folder = FolderOf(Path.GetDirectoryName(_root)!, hash);
        OptimizedModelEntry entry = new(Path.Combine(folder, TextHash.Of(key)), key);
        return OpenKept(entry, settings) ?? OpenAndKeep(model, preparation, settings, folder, entry);
    }

    private static bool IsAboutSaving(string configKey) => configKey.StartsWith("session.optimized_model_", StringComparison.Ordinal) || configKey == "session.save_model_format";

    /// <summary>All that decides how the optimized graph looks.</summary>
    private static string KeyOf(string hash, ModelPreparation preparation, SessionSettings settings)
    {
        // The version first: it loads the library.
        string version = OrtRuntime.Version;
        FileInfo? library = NativeLibraryFile.Find("onnxruntime") is string path ? new FileInfo(path) : null;
        string libraryMarks = library is { Exists: true } ? string.Create(CultureInfo.InvariantCulture, $"{library.Length} {library.LastWriteTimeUtc.Ticks}") : "";
        return string.Join('\n', [
            $"model {hash}",
            preparation.Key,
            $"onnxruntime {version} {libraryMarks} {string.Join(',', OrtRuntime.AvailableProviders)}",
            $"processor {CpuFeatures.Identity}",
            $"optimization {settings.Optimization}",
            .. settings.ConfigEntries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"),
        ]);
    }

    private OrtSession? OpenKept(OptimizedModelEntry entry, SessionSettings settings)
    {
        if (entry.Verify(_options.AlwaysVerify) is string problem)
        {
            if (problem.Length > 0)
            {
                Warn($"The optimized model '{entry.Folder}' is not used: {problem}. It is made anew.");
                entry.Delete();
            }

            return null;
        }

        try
        {
            // As it stands: it is optimized. Every other setting applies as ever.
            OrtSession session = OrtSession.FromFile(entry.ModelPath, settings with { Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL });
            session.IsOfKeptGraph = true;
            Detail($"Opened the optimized model '{entry.Folder}'.");
            entry.MarkUsed();
            return session;
        }
        catch (InferenceException exception)
        {
            Warn($"The optimized model '{entry.Folder}' is not used: {exception.Message}. It is made anew.");
            entry.Delete();
            return null;
        }
    }

    private OrtSession OpenAndKeep(ModelContent model, ModelPreparation preparation, SessionSettings settings, string folder, OptimizedModelEntry entry)
    {
        try
        {
            // One writer a model; who comes meanwhile does not wait. The kernel drops the lock of a process that dies: what it left is nobody's then.
            using StoreLock? held = StoreLock.TryAcquire(Path.Combine(Path.GetDirectoryName(_root)!, ".locks", $"optimized-{Path.GetFileName(folder)}.lock"));
            if (held is null)
            {
                return preparation.Open(model, settings);
            }

            if (held.IsEffective)
            {
                OptimizedModelEntry.DeletePartials(folder);
                if (entry.Exists && OpenKept(entry, settings) is OrtSession kept)
                {
                    return kept;
                }
            }

            if (_options.FreeSpace(folder) is long free && free < 2 * model.Length)
            {
                Warn($"The optimized model is not kept: the disk of '{folder}' has {free} free bytes, and twice the model's {model.Length} are wanted.");
                return preparation.Open(model, settings);
            }

            return OpenAndWrite(model, preparation, settings, entry);
        }
        catch (StoreException exception)
        {
            Inform($"The optimized model is not kept: {exception.Message}");
            return preparation.Open(model, settings);
        }
    }

    private OrtSession OpenAndWrite(ModelContent model, ModelPreparation preparation, SessionSettings settings, OptimizedModelEntry entry)
    {
        string partial = entry.PartialFolder();
        OrtSession? session = null;
        try
        {
            Directory.CreateDirectory(partial);
            session = preparation.Open(model, settings with { ConfigEntries = OptimizedModelEntry.SavingEntries(settings.ConfigEntries, partial), IsSaving = true });
            entry.Publish(partial);
            Inform($"Kept the optimized model as '{entry.Folder}'.");
            Prune(entry);
            return session;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or InferenceException)
        {
            Inform($"The optimized model is not kept: {exception.Message}");
            OptimizedModelEntry.TryDelete(partial);
            return session ?? preparation.Open(model, settings);
        }
        catch
        {
            OptimizedModelEntry.TryDelete(partial);
            throw;
        }
    }

    /// <summary>Deletes what was used longest ago: of the same model beyond a few, of all beyond some gigabytes.</summary>
    private void Prune(OptimizedModelEntry newest)
    {
        try
        {
            int ofTheModel = 0;
            long bytes = 0;
            foreach (string folder in Directory.EnumerateDirectories(_root).SelectMany(Directory.EnumerateDirectories).Where(f => !OptimizedModelEntry.IsPartial(f)).OrderByDescending(OptimizedModelEntry.LastUsed))
            {
                bytes += OptimizedModelEntry.SizeOf(folder);
                bool isOfTheModel = Path.GetDirectoryName(folder) == Path.GetDirectoryName(newest.Folder);
                if (folder != newest.Folder && ((isOfTheModel && ++ofTheModel >= MostEntriesOfAModel) || bytes > MostBytes))
                {
                    OptimizedModelEntry.TryDelete(folder);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Others prune at the same time.
        }
    }

    /// <summary>The hash of a caller's model. A file's is remembered, with what the file looked like.</summary>
    private string HashOf(ModelContent model)
    {
        if (model.Path is null)
        {
            return Convert.ToHexStringLower(SHA256.HashData(model.Memory.Span));
        }

        string stampPath = Path.Combine(_root, ".hashes", $"{TextHash.Of(model.Path)}.stamp");
        FileIdentity? before = FileIdentity.Of(model.Path);
        if (!_options.AlwaysVerify && VerificationRecord.Read(stampPath) is VerificationRecord stamp && stamp.Identity == before)
        {
            return stamp.Sha256;
        }

        string hash = OptimizedModelEntry.HashOf(model.Path);
        if (before is not null && FileIdentity.Of(model.Path) == before)
        {
            new VerificationRecord(hash, before, DateTimeOffset.UtcNow).TryWrite(stampPath);
        }

        return hash;
    }

    private void Detail(string message) => _log.OptimizedGraphNote(LogLevel.Debug, message);

    private void Inform(string message) => _log.OptimizedGraphNote(LogLevel.Information, message);

    private void Warn(string message) => _log.OptimizedGraphNote(LogLevel.Warning, message);
}
