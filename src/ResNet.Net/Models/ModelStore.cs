namespace ResNet.Net;

/// <summary>
/// The place where variants live on this machine, and their test data: each file is downloaded once, verified by SHA-256 before its first use and whenever it changed since, and used from there ever after.
/// Thread-safe. Threads, processes and the containers of one machine can share the folder; one of them downloads, the others wait.
/// </summary>
public sealed class ModelStore
{
    private readonly StoreSettings _settings;

    /// <summary>Opens a store. Nothing is created on the disk until something is stored.</summary>
    /// <param name="options">Options; null for the defaults. Environment variables are read here, once.</param>
    /// <exception cref="ArgumentException">An option, or an environment variable in its place, is out of range.</exception>
    public ModelStore(ModelStoreOptions? options = null)
    {
        Options = options ?? new ModelStoreOptions();
        _settings = StoreSettings.Resolve(Options, Environment.GetEnvironmentVariable);
    }

    /// <summary>The options that it was opened with.</summary>
    public ModelStoreOptions Options { get; }

    /// <summary>The full path of the store's folder, which may not exist yet.</summary>
    public string Location => _settings.Root;

    /// <summary>The folders that are looked into besides.</summary>
    public IReadOnlyList<string> LocalFolders => _settings.LocalFolders;

    /// <summary>Where files are downloaded from, in this order.</summary>
    public IReadOnlyList<ModelSource> Sources => _settings.Sources;

    /// <summary>Whether the network is never touched.</summary>
    public bool IsOffline => _settings.Offline;

    /// <summary>Gives the path of a variant's verified file, and downloads it first where it is not here. A cut download goes on where it was cut.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Learns how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels; what is downloaded so far is kept and resumed next time.</param>
    /// <returns>The path of a file with the variant's bytes.</returns>
    /// <exception cref="ModelUnavailableException">It is not here and cannot be brought; the message lists every place and every source with its reason. <see cref="ModelVerificationException"/> when one of them had other bytes.</exception>
    /// <exception cref="ArgumentException">The variant is embedded in the library and has no file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<string> EnsureAsync(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        => EnsureAsync(Open(variant, progress), cancellationToken);

    /// <summary>Gives the path of a variant's verified test data, an archive for <c>GoldenArchive.Read</c> of ResNet.Net.Evaluation, and downloads it first where it is not here: as <see cref="EnsureAsync(ResNetVariant, IProgress{ModelDownloadProgress}?, CancellationToken)"/> does with the model.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Learns how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels; what is downloaded so far is kept and resumed next time.</param>
    /// <returns>The path of a file with the bytes of <see cref="ResNetVariant.TestData"/>.</returns>
    /// <exception cref="ModelUnavailableException">It is not here and cannot be brought; the message lists every place and every source with its reason. <see cref="ModelVerificationException"/> when one of them had other bytes.</exception>
    /// <exception cref="ArgumentException">No test data is published for the variant.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<string> EnsureTestDataAsync(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return StoredFile.TestDataOf(variant) is StoredFile testData
            ? EnsureAsync(new FileStore(_settings, testData, progress), cancellationToken)
            : throw new ArgumentException($"No test data is published for '{variant.Id}'.", nameof(variant));
    }

    /// <summary>Gives the path of a variant's verified file if it is on this machine. Never touches the network. A file that changed since it was last verified is hashed, at some hundred megabytes a second.</summary>
    /// <param name="variant">The variant.</param>
    /// <returns>The path of a file with the variant's bytes; null when there is none.</returns>
    /// <exception cref="ArgumentException">The variant is embedded in the library and has no file.</exception>
    public string? Find(ResNetVariant variant)
    {
        FileStore store = Open(variant, null);
        return store.FindByStamp() ?? store.Find(new LookupReport(_settings, StoredFile.ModelOf(variant)), CancellationToken.None);
    }

    /// <summary>Lists what is here: models and test data in the store and in the local folders, cut downloads, damaged files. Reads none of them.</summary>
    /// <returns>Files in the order of <see cref="ResNetVariant.All"/>; of one variant, the model before the test data, and of each the one that is used first.</returns>
    public IReadOnlyList<StoredModel> List() => [.. Variants.SelectMany(StoredFile.AllOf).SelectMany(f => new FileStore(_settings, f).List())];

    /// <summary>Hashes a variant's model now, whatever is known of it. A file of the store with wrong bytes is renamed to <c>*.damaged</c>, so that it is never used.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Learns how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The file, whose bytes are right.</returns>
    /// <exception cref="ModelVerificationException">Its bytes are wrong.</exception>
    /// <exception cref="ModelUnavailableException">It is not here.</exception>
    /// <exception cref="ArgumentException">The variant is embedded in the library and has no file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<StoredModel> VerifyAsync(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        FileStore store = Open(variant, progress);
        await Task.Run(() => store.VerifyAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return store.List().First();
    }

    /// <summary>Removes what the store has of a variant: the model, the test data, cut downloads, damaged files, optimized graphs. Local folders stay as they are.</summary>
    /// <param name="variant">The variant.</param>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="ModelUnavailableException">It is being downloaded at this moment, or the folder cannot be written.</exception>
    /// <exception cref="ArgumentException">The variant is embedded in the library and has no file.</exception>
    public bool Remove(ResNetVariant variant) => Open(variant, null).Remove();

    /// <summary>Copies models and test data into the store that came by another way. They are known by their bytes: names do not matter.</summary>
    /// <param name="path">A file, or a folder that is searched with the folders inside.</param>
    /// <param name="progress">Learns how far it is, and of files that have a variant's name but not its bytes; null for nobody.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The files in the store, one at least.</returns>
    /// <exception cref="ModelVerificationException">There is none; a file has the name of a variant, but not its bytes.</exception>
    /// <exception cref="ModelUnavailableException">There is none, or the store cannot be written.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<IReadOnlyList<StoredModel>> ImportAsync(string path, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Task.Run(() => new Importer(_settings, Variants, progress).RunAsync(Path.GetFullPath(path), cancellationToken), cancellationToken);
    }

    private IEnumerable<ResNetVariant> Variants => Options.Catalog.Where(v => !v.IsEmbedded);

    private FileStore Open(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.IsEmbedded
            ? throw new ArgumentException($"'{variant.Id}' is embedded in the library: it has no file to store.", nameof(variant))
            : new FileStore(_settings, StoredFile.ModelOf(variant), progress);
    }

    private static Task<string> EnsureAsync(FileStore store, CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? Task.FromCanceled<string>(cancellationToken)
            : store.FindByStamp() is string path ? Task.FromResult(path)
            : Task.Run(() => store.EnsureAsync(cancellationToken), cancellationToken);
}
