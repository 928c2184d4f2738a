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
/// The store converts variants in Caffe2's own format (<see cref="ResNetVariant.IsImported"/>) once, and keeps the ONNX model with the
/// hashes of their files. It never downloads a file without a published SHA-256, but uses one in the store or in a local folder. At the
/// first use, it logs and records the SHA-256 and checks the shape of the network. From then on, it rejects different content.
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
    /// <returns>
    /// The path of an ONNX file: the published one, or the one that was imported from the files of the variant.
    /// </returns>
    /// <exception cref="ModelUnavailableException">
    /// The model is missing and cannot be downloaded, or the imported model cannot be stored. The message lists every path and source that
    /// was tried.
    /// </exception>
    /// <exception cref="ModelVerificationException">The content of a file or source differs from the variant.</exception>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public Task<string> EnsureAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Task<ModelContent> opening = OpenAsync(variant, progress, cancellationToken);
        return opening.IsCompletedSuccessfully ? Task.FromResult(PathOf(opening.Result, variant)) : Await();

        async Task<string> Await() => PathOf(await opening.ConfigureAwait(false), variant);
    }

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
        FileStore store = StoredFile.TestDataOf(variant) is StoredFile testData
            ? new FileStore(_settings, testData, progress)
            : throw new ArgumentException($"No test data is published for '{variant.Id}'.", nameof(variant));
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<string>(cancellationToken)
            : store.FindVerified() is VerifiedFile file ? Task.FromResult(file.Path)
            : Task.Run(async () => (await store.EnsureAsync(cancellationToken).ConfigureAwait(false)).Path, cancellationToken);
    }

    /// <summary>Returns the path of a variant's verified model if it is on this machine. The network is not used.</summary>
    /// <remarks>
    /// A file that has changed since it was verified is hashed, at some hundred megabytes per second. Files in Caffe2's own format are
    /// imported if they have not been yet.
    /// </remarks>
    /// <param name="variant">The variant.</param>
    /// <returns>
    /// The path of an ONNX file: the published one, or the one that was imported from the files of the variant. <see langword="null"/> if
    /// there is none.
    /// </returns>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    /// <exception cref="ModelUnavailableException">The files of the variant cannot be imported.</exception>
    public string? Find(ResNetVariant variant)
    {
        List<VerifiedFile> files = [];
        foreach (FileStore store in Open(variant, null))
        {
            if ((store.FindVerified() ?? store.Find(CancellationToken.None)) is not VerifiedFile file)
            {
                return null;
            }

            files.Add(file);
        }

        return variant.IsImported
            ? Task.Run(() => new ImportedModelStore(_settings, variant).OpenAsync(files, CancellationToken.None))
                .GetAwaiter().GetResult().FilePath
            : files[0].Path;
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
    /// Hashes the files of a variant's model, even if they are verified already. A file in the store with wrong bytes is renamed to
    /// <c>*.damaged</c>, so that it is never used.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <param name="progress">Receives progress; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The files, in the order of <see cref="ResNetVariant.Files"/>.</returns>
    /// <exception cref="ModelVerificationException">The content of a file differs from the variant.</exception>
    /// <exception cref="ModelUnavailableException">A file is missing or cannot be read.</exception>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public async Task<IReadOnlyList<StoredModel>> VerifyAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        List<StoredModel> verified = [];
        foreach (FileStore store in Open(variant, progress))
        {
            verified.Add(await Task.Run(() => store.VerifyAsync(cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        return verified;
    }

    /// <summary>
    /// Removes all files of a variant from the store: model, test data, interrupted downloads, damaged files, the imported model and cached
    /// optimized models. Local folders are not changed.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <returns>Whether the store had a file of the variant.</returns>
    /// <exception cref="ModelUnavailableException">The variant is being downloaded, or the folder cannot be written.</exception>
    /// <exception cref="ArgumentException">The variant is embedded and has no file.</exception>
    public bool Remove(ResNetVariant variant)
    {
        FileStore store = Open(variant, null)[0];
        IEnumerable<string> hashes = variant.IsImported
            ? ImportedModelStore.HashesOf(RootFolder, variant)
            : variant.Files.Select(f => f.Sha256!);
        return store.Remove(hashes.Select(h => OptimizedModelCache.FolderOf(RootFolder, h)));
    }

    /// <summary>Copies models and test data into the store. Files are recognized by their bytes, not their names.</summary>
    /// <remarks>
    /// A file without a published SHA-256 is recognized by its name, if it lies next to another file of its variant that is recognized.
    /// </remarks>
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

    /// <summary>Provides a variant's verified model, downloading and importing it if necessary.</summary>
    /// <remarks>The content is in memory only if an imported model cannot be stored.</remarks>
    /// <exception cref="ModelUnavailableException">The model is missing and cannot be downloaded, or cannot be imported.</exception>
    internal Task<ModelContent> OpenAsync(
        ResNetVariant variant, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        FileStore[] stores = Open(variant, progress);
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<ModelContent>(cancellationToken)
            : FindVerified(variant, stores) is ModelContent content ? Task.FromResult(content)
            : Task.Run(OpenSlowlyAsync, cancellationToken);

        async Task<ModelContent> OpenSlowlyAsync()
        {
            List<VerifiedFile> files = [];
            foreach (FileStore store in stores)
            {
                files.Add(await store.EnsureAsync(cancellationToken).ConfigureAwait(false));
            }

            return variant.IsImported
                ? await new ImportedModelStore(_settings, variant, progress).OpenAsync(files, cancellationToken).ConfigureAwait(false)
                : ContentOf(files[0], variant);
        }
    }

    // With AlwaysVerify, the bytes that were hashed are the bytes that run: the file is not opened again by its path.
    private ModelContent ContentOf(VerifiedFile file, ResNetVariant variant) => Options.AlwaysVerify
        ? ModelContent.InMemory(file.Path, file.Read(variant), file.Sha256, file.Path)
        : ModelContent.File(file.Path, file.Path, file.Sha256);

    /// <summary>Returns the model if verification records show that it is unchanged, without reading it; null otherwise.</summary>
    private ModelContent? FindVerified(ResNetVariant variant, FileStore[] stores)
    {
        // A plain loop: every startup runs this.
        VerifiedFile[] files = new VerifiedFile[stores.Length];
        for (int i = 0; i < stores.Length; i++)
        {
            if (stores[i].FindVerified() is not VerifiedFile file)
            {
                return null;
            }

            files[i] = file;
        }

        return variant.IsImported ? new ImportedModelStore(_settings, variant).Find(files) : ContentOf(files[0], variant);
    }

    private string PathOf(ModelContent content, ResNetVariant variant)
        => content.FilePath ?? throw new ModelUnavailableException(
            variant.Id,
            $"The ONNX model that was imported from the files of '{variant.Id}' cannot be stored in '{RootFolder}'. "
            + $"Set {StoreVariables.Root} to a writable folder with enough free space. ResNetClassifier.Create needs no stored model.");

    private FileStore[] Open(ResNetVariant variant, IProgress<ModelDownloadProgress>? progress)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.IsEmbedded
            ? throw new ArgumentException($"'{variant.Id}' is embedded in the library and has no file.", nameof(variant))
            : [.. StoredFile.ModelOf(variant).Select(f => new FileStore(_settings, f, progress))];
    }
}
