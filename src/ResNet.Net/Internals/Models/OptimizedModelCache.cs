using System.Globalization;
using System.Security.Cryptography;
using ResNet.Net.Internals.Diagnostics;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Logging;
using ResNet.Net.Internals.Store;

namespace ResNet.Net.Internals.Models;

/// <summary>
/// Keeps the graphs that ONNX Runtime has optimised, in the folder <c>optimized</c> of the store, so that the next start opens them as they are. Whatever
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

    private OptimizedModelCache(ModelStore store)
    {
        _root = Path.Combine(store.Location, FolderName);
        _options = store.Options;
    }

    /// <summary>The folder for what is kept of one model.</summary>
    /// <param name="root">The store's folder.</param>
    /// <param name="sha256">The model's hash.</param>
    public static string FolderOf(string root, string sha256) => Path.Combine(root, FolderName, sha256[..32]);

    /// <summary>The cache that the options ask for; null for none.</summary>
    /// <exception cref="ArgumentException">The environment variable is neither on nor off.</exception>
    public static OptimizedModelCache? For(ResNetClassifierOptions options)
    {
        bool isWanted = options.KeepOptimizedModel ?? StoreVariables.Switch(StoreVariables.Optimized, Environment.GetEnvironmentVariable(StoreVariables.Optimized)) ?? true;
        if (!isWanted || options.Optimization == GraphOptimization.None || options.ExecutionProvider is { IsCpu: false } || options.ConfigEntries.Keys.Any(IsAboutSaving))
        {
            return null;
        }

        try
        {
            return new OptimizedModelCache(options.Store ?? new ModelStore());
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

        Log log = new(settings);
        string hash = model.Sha256 ?? HashOf(model);
        string key = KeyOf(hash, preparation, settings);
        string folder = FolderOf(Path.GetDirectoryName(_root)!, hash);
        OptimizedModelEntry entry = new(Path.Combine(folder, TextHash.Of(key)), key);
        return OpenKept(entry, settings, log) ?? OpenAndKeep(model, preparation, settings, folder, entry, log);
    }

    private static bool IsAboutSaving(string configKey) => configKey.StartsWith("session.optimized_model_", StringComparison.Ordinal) || configKey == "session.save_model_format";

    /// <summary>All that decides how the optimised graph looks.</summary>
    private static string KeyOf(string hash, ModelPreparation preparation, SessionSettings settings)
    {
        OrtRuntime runtime = OrtRuntime.Get(settings.LibraryPath);
        FileInfo library = new(runtime.Api.LibraryPath);
        string libraryMarks = library.Exists ? string.Create(CultureInfo.InvariantCulture, $"{library.Length} {library.LastWriteTimeUtc.Ticks}") : "";
        return string.Join('\n', [
            $"model {hash}",
            preparation.Key,
            $"onnxruntime {runtime.Api.Version} {libraryMarks}",
            $"processor {CpuFeatures.Identity}",
            $"optimization {settings.Optimization}",
            .. settings.ConfigEntries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"),
        ]);
    }

    private OrtSession? OpenKept(OptimizedModelEntry entry, SessionSettings settings, Log log)
    {
        if (entry.Verify(_options.AlwaysVerify) is string problem)
        {
            if (problem.Length > 0)
            {
                log.Warn($"The optimised model '{entry.Folder}' is not used: {problem}. It is made anew.");
                entry.Delete();
            }

            return null;
        }

        try
        {
            // As it stands: it is optimised. Every other setting applies as ever.
            OrtSession session = OrtSession.FromFile(entry.ModelPath, settings with { Optimization = GraphOptimization.None });
            session.IsOfKeptGraph = true;
            log.Inform($"Opened the optimised model '{entry.Folder}'.");
            entry.MarkUsed();
            return session;
        }
        catch (OnnxRuntimeException exception)
        {
            log.Warn($"The optimised model '{entry.Folder}' is not used: {exception.Message}. It is made anew.");
            entry.Delete();
            return null;
        }
    }

    private OrtSession OpenAndKeep(ModelContent model, ModelPreparation preparation, SessionSettings settings, string folder, OptimizedModelEntry entry, Log log)
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
                if (entry.Exists && OpenKept(entry, settings, log) is OrtSession kept)
                {
                    return kept;
                }
            }

            if (_options.FreeSpace(folder) is long free && free < 2 * model.Length)
            {
                log.Warn($"The optimised model is not kept: the disk of '{folder}' has {free} free bytes, and twice the model's {model.Length} are wanted.");
                return preparation.Open(model, settings);
            }

            return OpenAndWrite(model, preparation, settings, entry, log);
        }
        catch (StoreException exception)
        {
            log.Inform($"The optimised model is not kept: {exception.Message}");
            return preparation.Open(model, settings);
        }
    }

    private OrtSession OpenAndWrite(ModelContent model, ModelPreparation preparation, SessionSettings settings, OptimizedModelEntry entry, Log log)
    {
        string partial = entry.PartialFolder();
        OrtSession? session = null;
        try
        {
            Directory.CreateDirectory(partial);
            session = preparation.Open(model, settings with { ConfigEntries = OptimizedModelEntry.SavingEntries(settings.ConfigEntries, partial), Log = log.WithoutSavingNotes });
            entry.Publish(partial);
            log.Inform($"Kept the optimised model as '{entry.Folder}'.");
            Prune(entry);
            return session;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or OnnxRuntimeException)
        {
            log.Inform($"The optimised model is not kept: {exception.Message}");
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
        if (!_options.AlwaysVerify && Stamp.Read(stampPath) is Stamp stamp && stamp.Identity == before)
        {
            return stamp.Sha256;
        }

        string hash = OptimizedModelEntry.HashOf(model.Path);
        if (before is not null && FileIdentity.Of(model.Path) == before)
        {
            new Stamp(hash, before, DateTimeOffset.UtcNow).TryWrite(stampPath);
        }

        return hash;
    }

    /// <summary>Says what the cache does to whom the session's messages go.</summary>
    private sealed class Log(SessionSettings settings)
    {
        /// <summary>ONNX Runtime warns that what it saves fits this machine only: that is known here.</summary>
        public OnnxRuntimeLogHandler? WithoutSavingNotes => settings.Log is not OnnxRuntimeLogHandler handler ? null : (level, category, message) =>
        {
            if (!message.Contains("Serializing optimized model", StringComparison.Ordinal))
            {
                handler(level, category, message);
            }
        };

        public void Inform(string message) => Say(OnnxRuntimeLogLevel.Information, message);

        public void Warn(string message) => Say(OnnxRuntimeLogLevel.Warning, message);

        private void Say(OnnxRuntimeLogLevel level, string message)
        {
            if (level >= settings.LogLevel)
            {
                settings.Log?.Invoke(level, OnnxRuntimeLog.OwnCategory, message);
            }
        }
    }
}
