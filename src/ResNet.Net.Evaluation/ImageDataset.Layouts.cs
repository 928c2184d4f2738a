namespace ResNet.Net.Evaluation;

public sealed partial class ImageDataset
{
    /// <summary>Opens a dataset and detects its layout.</summary>
    /// <remarks>
    /// Supported layouts are a list (<c>.txt</c>, <c>.tsv</c>, <c>.csv</c>), a folder of class folders, and a flat folder. The images of a
    /// flat folder have a ground truth in the folder or its parent, or file names that start with a synset id
    /// (<c>n01440764_tench.JPEG</c>). The ground truth is <c>val.txt</c>, <c>LOC_val_solution.csv</c>,
    /// <c>ILSVRC2012_validation_ground_truth.txt</c>, the development kit or another known file. A zip file or an uncompressed tar file has
    /// the layout of a folder; its ground truth is next to it. ImageNet's files
    /// <c>ILSVRC2012_img_val.tar</c> and <c>ILSVRC2012_img_train.tar</c> are read as they are downloaded. A folder with <c>data.mdb</c> is
    /// an LMDB database of Caffe.
    /// </remarks>
    /// <param name="path">The file or folder.</param>
    /// <param name="labels">The model's labels, <see cref="ResNetClassifier.Labels"/>.</param>
    /// <param name="groundTruth">The ground truth of a flat folder or archive; null to search for it.</param>
    /// <param name="synsetMap">The file that maps ids to synsets, if the ground truth needs one; null to search for it.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">There are no images, or the class of some is unknown; the message lists them.</exception>
    /// <exception cref="IOException">The dataset cannot be read or (<see cref="FileNotFoundException"/>) doesn't exist.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset Open(
        string path, LabelSet labels, string? groundTruth = null, string? synsetMap = null, ImageDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (groundTruth is not null && Path.Exists(path))
        {
            return FromImageNet(path, groundTruth, labels, synsetMap, options);
        }

        switch (LayoutOf(path))
        {
            case DatasetLayout.List:
                return FromList(path, labels, options);
            case DatasetLayout.Lmdb:
                return FromLmdb(path, labels, options);
            case DatasetLayout.Zip or DatasetLayout.Tar:
                return OpenArchive(path, labels, synsetMap, Validated(options));
        }

        // Folder names take precedence over a ground-truth file.
        string[] names = FolderSource.Find(path);
        return ClassLayout.IsFlat(names, labels, out string folder) && FindBeside(path, folder, GroundTruthNames) is string truth
            ? FromImageNet(path, truth, labels, synsetMap ?? MapFor(truth), options)
            : FromClassFolders(path, labels, options);
        string? MapFor(string file) => GroundTruth.HasMap(file) ? null : FindBeside(path, folder, SynsetMapNames);
    }

    /// <summary>Opens a dataset that defines its own labels, for training.</summary>
    /// <remarks>
    /// <para>
    /// Supported layouts are a folder, zip file or uncompressed tar file of class folders, a list (<c>.txt</c>, <c>.tsv</c>,
    /// <c>.csv</c>), and an LMDB database of Caffe. The labels are the names of the class folders, or the labels of the list, unchanged and
    /// in ordinal order; the labels of a database are numbers in ascending order.
    /// </para>
    /// <para>
    /// A dataset that is divided into folders such as <c>train</c> and <c>test</c> is rejected; open it with <see cref="DatasetSplits"/>.
    /// </para>
    /// </remarks>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">
    /// There are no images, some have no class, a class folder has no images, or a label is empty, contains a path separator or a control
    /// character, or differs from another only in case or in <c>_</c> instead of a space. The message lists them.
    /// </exception>
    /// <exception cref="IOException">The dataset cannot be read or (<see cref="FileNotFoundException"/>) doesn't exist.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset Open(string path, ImageDatasetOptions? options = null) => LayoutOf(path) switch
    {
        DatasetLayout.Zip or DatasetLayout.Tar => OpenWithOwnLabels(OpenArchive(path, labels: null, options = Validated(options)), options),
        DatasetLayout.Lmdb => FromLmdb(path, options),
        DatasetLayout.List => FromList(path, options),
        _ => FromClassFolders(path, options),
    };

    /// <summary>Opens a folder that has one subfolder for each class, as <c>torchvision.datasets.ImageFolder</c>.</summary>
    /// <remarks>
    /// A folder's name is a label, one of its comma-separated synonyms, a synset id with an optional suffix
    /// (<c>n02085620-Chihuahua</c>), or, if all names are numbers, a class index from 0. Case doesn't matter, and <c>_</c> stands for a
    /// space. A flat folder whose file names start with a synset id (<c>n01440764_tench.JPEG</c>) is accepted as well.
    /// </remarks>
    /// <param name="folder">
    /// The folder. The class folders may be nested in it (<c>data/val</c>), and images in subfolders of a class folder belong to that
    /// class. Hidden files and files without an image extension are ignored.
    /// </param>
    /// <param name="labels">The model's labels.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="ImageDatasetException">There are no images, or the class of some is unknown; the message lists them.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromClassFolders(string folder, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(labels);
        options = Validated(options);
        FolderSource source = new(folder, options);
        string[] names = FolderSource.Find(folder);
        int[] classes = ClassLayout.Classes(names, labels, source.Name, isArchive: false);
        return new ImageDataset(source.Name, labels, Labeled(names, classes, source.Image), source: null, options.MultiLabel);
    }

    /// <summary>Opens a folder that has one subfolder for each class. The names of the subfolders are the labels.</summary>
    /// <remarks>
    /// The class folders may be nested (<c>data/photos</c>): they are in the first folder that has more than one subfolder. Images in
    /// subfolders of a class folder belong to that class. The labels are in ordinal order.
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="ImageDatasetException">As for <see cref="Open(string, ImageDatasetOptions?)"/>.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset FromClassFolders(string folder, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options = Validated(options);
        FolderSource source = new(folder, options);
        string[] names = FolderSource.Find(folder, out FolderTree tree);
        (LabelSet labels, int[] classes) = Discover(names, tree, source.Name);
        return new ImageDataset(source.Name, labels, Labeled(names, classes, source.Image), source: null, options.MultiLabel);
    }

    /// <summary>
    /// Opens a zip file of class folders, laid out as for <see cref="FromClassFolders(string, LabelSet, ImageDatasetOptions?)"/>. Nothing
    /// is extracted to disk.
    /// </summary>
    /// <param name="path">The zip file, which stays open until the dataset is disposed.</param>
    /// <param name="labels">The model's labels.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">
    /// The file is not a zip file, has no images, or has images that are encrypted, too large, or of an unknown class; the message lists
    /// them.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromZip(string path, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(labels);
        return OpenWithLabels(ZipSource.Open(path, labels, options = Validated(options)), labels, options);
    }

    /// <summary>Opens a zip file of class folders, whose names are the labels. Nothing is extracted to disk.</summary>
    /// <param name="path">The zip file, which stays open until the dataset is disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">
    /// The file is not a zip file, or has images that are encrypted or too large, or as for
    /// <see cref="Open(string, ImageDatasetOptions?)"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset FromZip(string path, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return OpenWithOwnLabels(ZipSource.Open(path, labels: null, options = Validated(options)), options);
    }

    /// <summary>
    /// Opens an uncompressed tar file of class folders, laid out as for
    /// <see cref="FromClassFolders(string, LabelSet, ImageDatasetOptions?)"/>. Nothing is extracted to disk.
    /// </summary>
    /// <remarks>
    /// A nested tar file is read as a folder with its name: in <c>ILSVRC2012_img_train.tar</c>, the images of <c>n01440764.tar</c> are in
    /// the folder <c>n01440764</c>. Opening reads the header of each image (512 bytes). Images are then read by their position,
    /// concurrently and in any order.
    /// </remarks>
    /// <param name="path">The tar file, which stays open until the dataset is disposed.</param>
    /// <param name="labels">The model's labels.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">
    /// The file is not a tar file, is compressed, truncated or damaged, has no images, or has images that are too large, links, or of an
    /// unknown class; the message lists them.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromTar(string path, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(labels);
        return OpenWithLabels(TarSource.Open(path, labels, options = Validated(options)), labels, options);
    }

    /// <summary>
    /// Opens an uncompressed tar file of class folders or of tar files, whose names are the labels. Nothing is extracted to disk.
    /// </summary>
    /// <param name="path">The tar file, which stays open until the dataset is disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">
    /// The file is not a tar file, is compressed, truncated or damaged, or its content is invalid as described for
    /// <see cref="Open(string, ImageDatasetOptions?)"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset FromTar(string path, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return OpenWithOwnLabels(TarSource.Open(path, labels: null, options = Validated(options)), options);
    }

    /// <summary>Opens a list of images and labels, one per line.</summary>
    /// <remarks>
    /// <para>
    /// A line holds a path and a label, separated by a tab or else by the last space. A <c>.csv</c> file holds them in its first two
    /// columns, quoted or not, with or without a header. Blank lines are skipped; there are no comments. Labels have the form of class
    /// folder names (<see cref="FromClassFolders(string, LabelSet, ImageDatasetOptions?)"/>).
    /// </para>
    /// <para>
    /// The list is multi-label if a label contains <c>;</c>, which separates the classes of an image (<c>beach.jpg</c>, a tab,
    /// <c>sea;sand</c>). In such a list, an empty label means none of the classes.
    /// </para>
    /// </remarks>
    /// <param name="listFile">The UTF-8 text file. Paths are relative to its folder. The order of the lines is kept.</param>
    /// <param name="labels">The model's labels.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="ImageDatasetException">
    /// There are no images, some are missing, or a label matches no class; the message lists them.
    /// </exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromList(string listFile, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return OpenList(listFile, labels, options);
    }

    /// <summary>Opens a list of images and labels that defines the labels: all that occur, in ordinal order.</summary>
    /// <remarks>The list has the form of <see cref="FromList(string, LabelSet, ImageDatasetOptions?)"/>.</remarks>
    /// <param name="listFile">The UTF-8 text file. Paths are relative to its folder. The order of the lines is kept.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="ImageDatasetException">
    /// There are no images, some are missing, or a label is not valid (<see cref="Open(string, ImageDatasetOptions?)"/>); the message lists
    /// them.
    /// </exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static ImageDataset FromList(string listFile, ImageDatasetOptions? options = null) => OpenList(listFile, labels: null, options);

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="ImageDatasetException">The file is neither a zip file nor a list.</exception>
    internal static DatasetLayout LayoutOf(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path))
        {
            return File.Exists(Path.Combine(path, LmdbFile.DefaultName)) ? DatasetLayout.Lmdb : DatasetLayout.Folder;
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The dataset '{path}' doesn't exist: there is no such file or folder.", path);
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".ZIP" => DatasetLayout.Zip,
            ".TAR" => DatasetLayout.Tar,
            ".MDB" or ".LMDB" => DatasetLayout.Lmdb,
            ".TXT" or ".TSV" or ".CSV" => DatasetLayout.List,
            ".TGZ" or ".GZ" => throw CompressedTar(path, "gunzip"),
            _ => throw new ImageDatasetException(
                $"'{path}' is not a dataset. It must be a folder, a .zip, .tar or .mdb file, or a list (.txt, .tsv, .csv)."),
        };
    }

    internal static ImageDatasetException CompressedTar(string path, string program)
        => new(
            $"'{path}' is compressed, so its images cannot be read in any order. Decompress it to a .tar file ({program}), and open that.");

    internal static IImageArchive OpenArchive(string path, LabelSet? labels, ImageDatasetOptions options)
        => LayoutOf(path) == DatasetLayout.Zip ? ZipSource.Open(path, labels, options) : TarSource.Open(path, labels, options);

    internal static LabeledImage[] Labeled(string[] names, int[] classes, Func<string, int, LabeledImage> create)
        => [.. names.Select((name, i) => create(name, classes[i]))];

    internal static ImageDatasetOptions Validated(ImageDatasetOptions? options)
    {
        options ??= new ImageDatasetOptions();
        options.Validate();
        return options;
    }

    /// <summary>Opens an archive whose class folders, file names or ground truth name classes of the model.</summary>
    private static ImageDataset OpenArchive(string path, LabelSet labels, string? synsetMap, ImageDatasetOptions options)
    {
        IImageArchive archive = OpenArchive(path, labels, options);
        bool isClassified = !ClassLayout.IsFlat(archive.Names, labels, out _) || Array.TrueForAll(archive.Names, ClassLayout.HasSynset);
        if (isClassified || FindNextTo(path, GroundTruthNames) is not string truth)
        {
            return OpenWithLabels(archive, labels, options);
        }

        string? map = synsetMap ?? (GroundTruth.HasMap(truth) ? null : FindNextTo(path, SynsetMapNames));
        return Open(archive, a => (labels, ClassesOf(a.Names, a.Name, truth, map, labels)), multiLabel: false);
    }

    private static ImageDataset OpenWithLabels(IImageArchive archive, LabelSet labels, ImageDatasetOptions options)
        => Open(archive, a => (labels, ClassLayout.Classes(a.Names, labels, a.Name, isArchive: true)), options.MultiLabel);

    private static ImageDataset OpenWithOwnLabels(IImageArchive archive, ImageDatasetOptions options)
        => Open(archive, a => Discover(a.Names, a.Tree, a.Name), options.MultiLabel);

    private static ImageDataset Open(IImageArchive archive, Func<IImageArchive, (LabelSet, int[])> classify, bool multiLabel)
    {
        try
        {
            (LabelSet labels, int[] classes) = classify(archive);
            return new ImageDataset(archive.Name, labels, Labeled(archive.Names, classes, archive.Image), archive, multiLabel);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static ImageDataset OpenList(string listFile, LabelSet? labels, ImageDatasetOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(listFile);
        options = Validated(options);
        FolderSource source = new(Path.GetDirectoryName(Path.GetFullPath(listFile))!, options);
        string name = Path.GetFileName(listFile);
        ImageList list = ListFile.Read(listFile, labels, options.MultiLabel, source);
        LabeledImage[] images = [.. list.Images.Select(e => new LabeledImage(e.Path, e.Classes, () => source.Read(e.Path)))];
        return new ImageDataset(name, list.Labels, images, source: null, list.IsMultiLabel);
    }

    private static (LabelSet Labels, int[] Classes) Discover(string[] names, FolderTree tree, string dataset)
        => SplitFolders.Find(tree, dataset) is not SplitFolders splits
            ? ClassDiscovery.FromFolders(names, tree, "", dataset)
            : throw new ImageDatasetException(
                $"The dataset '{dataset}' is divided into {splits}, which are not classes. Open it with DatasetSplits.Open, or open one of "
                + "these folders.");
}

/// <summary>Specifies how a dataset is stored.</summary>
internal enum DatasetLayout
{
    Folder,
    Zip,
    Tar,
    Lmdb,
    List,
}
