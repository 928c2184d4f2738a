namespace ResNet.Net;

/// <summary>Provides the files of variants on this machine. Each is downloaded once and verified by SHA-256.</summary>
/// <remarks>
/// <para>
/// A file is hashed before its first use, and again if it has changed. The store owns its <see cref="RootFolder"/>; it never changes
/// <see cref="LocalFolders"/>.
/// </para>
/// <para>
/// The file of a variant with a <see cref="ResNetVariant.PackageId"/> is never downloaded. The build of the application copies it from the
/// package to the folder <c>models</c> in <see cref="AppContext.BaseDirectory"/>.
/// </para>
/// <para>
/// Thread-safe. Threads, processes and the containers of one machine can share the folder: one of them downloads, the others wait. The
/// store holds no resources and needs no disposal.
/// </para>
/// </remarks>
public sealed class ModelStore
{
    private readonly StoreSettings _settings;

    /// <summary>Initializes a new instance of the <see cref="ModelStore"/> class. Folders are created when a file is stored.</summary>
    /// <param name="options">The options; <see langword="null"/> for the defaults. Environment variables are read now, once.</param>
    /// <exception cref="ArgumentException">An option, or an environment variable that replaces it, is out of range.</exception>
    public ModelStore(ModelStoreOptions? options = null)
    {
        Options = options ?? new ModelStoreOptions();
        _settings = StoreSettings.Resolve(Options, Environment.GetEnvironmentVariable);
    }

    /// <summary>Gets the options.</summary>
    public ModelStoreOptions Options { get; }

    /// <summary>Gets the full path of the folder that the store owns. It may not exist yet.</summary>
    public string RootFolder => _settings.Root;

    /// <summary>Gets the full paths of the additional folders with model files.</summary>
    public IReadOnlyList<string> LocalFolders => _settings.LocalFolders;

    /// <summary>Gets the sources of downloads, in the order in which they are tried.</summary>
    public IReadOnlyList<ModelSource> Sources => _settings.Sources;

    /// <summary>Gets whether the store never uses the network.</summary>
    public bool IsOffline => _settings.Offline;

    private IEnumerable<ResNetVariant> Variants => Options.Catalog.Where(v => !v.IsEmbedded);

    /// <summary>Returns the path of a variant's verified model, downloading it if necessary. An interrupted download is resumed.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the download. The bytes received so far are kept for the next attempt.</param>
    /// <returns>The path of a file with the bytes of the variant.</returns>
    /// <exception cref="ModelUnavailableException">
    /// The model is missing and cannot be downloaded. The message lists every path and source that was tried.
    /// </exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the variant.</exception>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public Task<string> EnsureAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
        => EnsureAsync(Open(variant, progress), cancellationToken);

    /// <summary>
    /// Returns the path of a variant's verified test data, downloading it if necessary. <c>GoldenArchive.Read</c> of ResNet.Net.Evaluation
    /// reads it.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the download. The bytes received so far are kept for the next attempt.</param>
    /// <returns>The path of a file with the bytes of <see cref="ResNetVariant.TestData"/>.</returns>
    /// <exception cref="ModelUnavailableException">
    /// The test data is missing and cannot be downloaded. The message lists every path and source that was tried.
    /// </exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the test data.</exception>
    /// <exception cref="ArgumentException">No test data is published for the variant.</exception>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public Task<string> EnsureTestDataAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return StoredFile.TestDataOf(variant) is StoredFile testData
            ? EnsureAsync(new FileStore(_settings, testData, progress), cancellationToken)
            : throw new ArgumentException($"No test data is published for '{variant.Id}'.", nameof(variant));
    }

    /// <summary>Returns the path of a variant's verified model if it is on this machine. The network is not used.</summary>
    /// <remarks>A file that has changed since it was verified is hashed, at some hundred megabytes per second.</remarks>
    /// <param name="variant">The variant.</param>
    /// <returns>The path of a file with the bytes of the variant; <see langword="null"/> if there is none.</returns>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    public string? Find(ResNetVariant variant)
    {
        FileStore store = Open(variant, null);
        return store.FindVerified() ?? store.Find(new LookupReport(_settings, StoredFile.ModelOf(variant)), CancellationToken.None);
    }

    /// <summary>Lists the files in the store and in the local folders, including interrupted downloads and damaged files.</summary>
    /// <remarks>No file is read.</remarks>
    /// <returns>
    /// The files in the order of <see cref="ResNetVariant.All"/>. The model of a variant comes before its test data, and the file that is
    /// used comes first.
    /// </returns>
    public IReadOnlyList<StoredModel> List()
        => [.. Variants.SelectMany(StoredFile.AllOf).SelectMany(f => new FileStore(_settings, f).List())];

    /// <summary>
    /// Hashes a variant's model, even if it is verified already. A file in the store with wrong bytes is renamed to <c>*.damaged</c>, so
    /// that it is never used.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The verified file.</returns>
    /// <exception cref="ModelVerificationException">The content of the file differs from the variant.</exception>
    /// <exception cref="ModelUnavailableException">The file is missing or cannot be read.</exception>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public async Task<StoredModel> VerifyAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        FileStore store = Open(variant, progress);
        await Task.Run(() => store.VerifyAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return store.List().First();
    }

    /// <summary>
    /// Removes all files of a variant from the store: model, test data, interrupted downloads, damaged files and cached optimized models.
    /// Local folders are not changed.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <returns>Whether the store had a file of the variant.</returns>
    /// <exception cref="ModelUnavailableException">The variant is being downloaded, or the folder cannot be written.</exception>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    public bool Remove(ResNetVariant variant) => Open(variant, null).Remove();

    /// <summary>Copies models and test data into the store. Files are recognized by their bytes, not their names.</summary>
    /// <param name="path">The path of a file, or of a folder that is searched recursively.</param>
    /// <param name="progress">
    /// Receives progress, and notices about files that have the name of a variant's file but other bytes; may be <see langword="null"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The imported files in the store, at least one.</returns>
    /// <exception cref="ModelVerificationException">No file was recognized, and one has the name of a variant's file.</exception>
    /// <exception cref="ModelUnavailableException">No file was recognized, or the store cannot be written.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public Task<IReadOnlyList<StoredModel>> ImportAsync(
        string path, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Importer importer = new(_settings, Variants, progress);
        return Task.Run(() => importer.RunAsync(Path.GetFullPath(path), cancellationToken), cancellationToken);
    }

    private static Task<string> EnsureAsync(FileStore store, CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? Task.FromCanceled<string>(cancellationToken)
            : store.FindVerified() is string path ? Task.FromResult(path)
            : Task.Run(() => store.EnsureAsync(cancellationToken), cancellationToken);

    private FileStore Open(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.IsEmbedded
            ? throw new ArgumentException($"'{variant.Id}' is embedded in the library and has no file.", nameof(variant))
            : new FileStore(_settings, StoredFile.ModelOf(variant), progress);
    }
}
