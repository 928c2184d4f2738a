using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Imports the files of a variant in Caffe2's own format, and keeps the ONNX model in the folder <c>imported</c> of the variant. If the
/// folder cannot be written, the model is imported into memory.
/// </summary>
internal sealed class ImportedModelStore(StoreSettings settings, ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null)
{
    // Increment when the import changes its result: it replaces the imported models in stores.
    private const int Version = 1;

    private const string FolderName = "imported";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly ProgressReporter _reporter = new(StoredFile.ModelOf(variant).First(), progress);
    private readonly string _folder = FolderOf(settings.Root, variant);

    private string LockFile => Path.Combine(settings.Root, ".locks", $"{variant.Id}.lock");

    /// <summary>Returns the SHA-256 of each imported model of a variant in the store.</summary>
    public static IEnumerable<string> HashesOf(string storeRoot, ResNetVariant variant)
    {
        string folder = FolderOf(storeRoot, variant);
        return Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(CacheEntry.RecordedHash).OfType<string>() : [];
    }

    /// <summary>Returns the imported model if it is in the store and unchanged; null otherwise.</summary>
    /// <param name="files">The files of the variant, in its order.</param>
    public ModelContent? Find(IReadOnlyList<VerifiedFile> files) => Find(EntryOf(files));

    /// <summary>Returns the imported model, and imports it if necessary.</summary>
    /// <param name="files">The files of the variant, in its order.</param>
    /// <param name="cancellationToken">Cancels waiting for another process or thread that imports the same model.</param>
    /// <exception cref="ModelUnavailableException">The files are not the model of the variant.</exception>
    public async Task<ModelContent> OpenAsync(IReadOnlyList<VerifiedFile> files, CancellationToken cancellationToken)
    {
        CacheEntry entry = EntryOf(files);
        if (Find(entry) is ModelContent existing)
        {
            return existing;
        }

        byte[]? model = null;
        try
        {
            using StoreLock? acquired = await WaitForLockAsync(entry, cancellationToken).ConfigureAwait(false);
            StoreFile.CreateFolder(settings.Root, _folder);
            if (acquired?.IsEffective == true)
            {
                CacheEntry.DeletePartials(_folder);
            }

            if (Find(entry) is ModelContent imported)
            {
                return imported;
            }

            model = Import(files);
            return settings.Options.AlwaysVerify ? WriteIfChanged(entry, model) : Write(entry, model);
        }
        catch (Exception exception)
            when (exception is StoreException or IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            settings.Log.ImportNotStored(variant.Id, exception.Message.TrimEnd('.'));
            return ModelContent.InMemory(variant.Id, model ?? Import(files));
        }
    }

    private static string FolderOf(string storeRoot, ResNetVariant variant) => Path.Combine(storeRoot, variant.Id, FolderName);

    private CacheEntry EntryOf(IReadOnlyList<VerifiedFile> files)
    {
        string key = string.Join('\n', files.Select((f, i) => $"{variant.Files[i].Name} {f.Sha256}").Prepend($"import {Version}"));
        return new CacheEntry(Path.Combine(_folder, TextHash.Of(key)), key);
    }

    private ModelContent? Find(CacheEntry entry)
    {
        // The records are as easily replaced as the model: only the files of the variant have a hash to compare with.
        if (settings.Options.AlwaysVerify || StoreFile.FindLink(settings.Root, entry.Folder) is not null)
        {
            return null;
        }

        EntryCheck check = entry.Verify();
        if (check.State == EntryState.Invalid)
        {
            settings.Log.ImportRejected(entry.Folder, check.Problem!.TrimEnd('.'));
            entry.Delete();
        }

        return check.State == EntryState.Valid
            ? ModelContent.File(entry.ModelPath, entry.ModelPath, CacheEntry.RecordedHash(entry.Folder))
            : null;
    }

    /// <summary>Waits for the lock of the variant; returns null if the imported model appeared meanwhile.</summary>
    private async Task<StoreLock?> WaitForLockAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        for (bool isWaiting = false; ; isWaiting = true)
        {
            if (StoreLock.TryAcquire(LockFile, settings.Root) is StoreLock acquired)
            {
                return acquired;
            }

            if (isWaiting && entry.Verify().State == EntryState.Valid)
            {
                return null;
            }

            if (!isWaiting)
            {
                settings.Log.WaitingForOther(variant.Id);
                _reporter.Begin(ModelDownloadStage.Waiting, null, 0);
            }

            await Task.Delay(Poll, settings.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the model unless the entry has it already, and returns it from memory.</summary>
    private ModelContent WriteIfChanged(CacheEntry entry, byte[] model)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(model));
        if (entry.Verify().State != EntryState.Valid || CacheEntry.HashOf(entry.ModelPath) != sha256)
        {
            Write(entry, model);
        }

        return ModelContent.InMemory(variant.Id, model, sha256, entry.ModelPath);
    }

    private ModelContent Write(CacheEntry entry, byte[] model)
    {
        if (settings.Options.FreeSpace(_folder) is long free && free < 2L * model.Length)
        {
            throw new StoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"the disk of '{_folder}' has {free} free bytes, but twice the model's {model.Length} bytes are required"));
        }

        string partial = entry.PartialFolder();
        try
        {
            Directory.CreateDirectory(partial);
            File.WriteAllBytes(Path.Combine(partial, CacheEntry.ModelFile), model);
            entry.Publish(partial);
        }
        catch
        {
            CacheEntry.TryDelete(partial);
            throw;
        }

        // Models of other files and other versions of the import.
        foreach (string old in Directory.GetDirectories(_folder).Where(f => f != entry.Folder && !CacheEntry.IsPartial(f)))
        {
            CacheEntry.TryDelete(old);
        }

        return ModelContent.File(entry.ModelPath, entry.ModelPath, CacheEntry.RecordedHash(entry.Folder));
    }

    private byte[] Import(IReadOnlyList<VerifiedFile> files)
    {
        long start = Stopwatch.GetTimestamp();
        _reporter.Begin(ModelDownloadStage.Converting, files[0].Path, 0);
        try
        {
            Caffe2ImportResult result = Caffe2Importer.Import(Parse(files[0]), Parse(files[1]));
            foreach (string warning in result.Warnings)
            {
                settings.Log.ImportWarning(variant.Id, warning);
            }

            Check(result.Model);
            new ModelMetadata { Labels = variant.Labels, Profile = variant.Profile, OutputKind = variant.OutputKind }
                .WriteTo(result.Model);
            byte[] model = result.Model.ToArray();
            settings.Log.ModelImported(variant.Id, Stopwatch.GetElapsedTime(start).TotalSeconds);
            return model;
        }
        catch (OnnxModelException exception)
        {
            throw Unusable(files, exception);
        }
    }

    private Caffe2Net Parse(VerifiedFile file) => Caffe2Net.Parse(file.Read(variant));

    /// <summary>Checks that the model is the one of the variant: the only check for a file without a published SHA-256.</summary>
    private void Check(OnnxModel model)
    {
        ClassifierHead head = ClassifierHead.Find(model);
        OnnxGraph graph = model.Graph;
        (string What, object Actual, object Expected)[] facts =
        [
            ("input", string.Join(", ", graph.FeedInputs.Select(i => i.Name)), variant.InputName),
            ("output", string.Join(", ", graph.Outputs.Select(o => o.Name)), variant.OutputName),
            ("number of classes", head.ClassCount, variant.Labels.Count),
            ("number of features", head.FeatureCount, variant.FeatureSize),
            ("number of weights", WeightsOf(graph), variant.WeightCount),
        ];
        if (facts.FirstOrDefault(f => !f.Actual.Equals(f.Expected)) is { What: string what } wrong)
        {
            throw new OnnxModelException($"The {what} is {wrong.Actual} instead of {wrong.Expected}.");
        }
    }

    private static long WeightsOf(OnnxGraph graph) => graph.Initializers.Where(t => t.Shape.Count > 1).Sum(t => t.Length);

    private ModelUnavailableException Unusable(IReadOnlyList<VerifiedFile> files, OnnxModelException exception)
    {
        string details = $"The files do not contain the model '{variant.Id}': {exception.Message}";
        for (int i = 0; i < files.Count; i++)
        {
            details += $"\n  {files[i].Path}, SHA-256 {files[i].Sha256} ({(variant.Files[i].Sha256 is null ? "not" : "as")} published)";
            if (variant.Files[i].Sha256 is null)
            {
                new FileStore(settings, new StoredFile(variant, StoredFileKind.Model, variant.Files[i])).Forget(files[i].Path);
            }
        }

        string remedy = variant.Files.Any(f => f.Sha256 is null) ? "\nReplace the file whose SHA-256 is not published." : "";
        return new ModelUnavailableException(variant.Id, details + remedy, exception);
    }
}
