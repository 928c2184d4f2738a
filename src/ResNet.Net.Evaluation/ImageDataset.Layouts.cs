namespace ResNet.Net.Evaluation;

public sealed partial class ImageDataset
{
    // Usual names of the ground-truth file of a flat folder, in that folder or in its parent.
    private static readonly string[] GroundTruthNames =
    [
        "val.txt",
        "LOC_val_solution.csv",
        "imagenet_2012_validation_synset_labels.txt",
        "synset_labels.txt",
        "ILSVRC2012_validation_ground_truth.txt",
    ];

    private static readonly string[] SynsetMapNames = ["map_clsloc.txt", "LOC_synset_mapping.txt"];

    /// <summary>Opens a dataset and detects its layout.</summary>
    /// <remarks>
    /// Supported layouts are a zip file, a list (<c>.txt</c>, <c>.tsv</c>, <c>.csv</c>), a folder of class folders, a flat folder with a
    /// ground-truth file in it or in its parent (<c>val.txt</c>, <c>LOC_val_solution.csv</c>,
    /// <c>ILSVRC2012_validation_ground_truth.txt</c> and others), and a flat folder whose file names start with a synset id
    /// (<c>n01440764_tench.JPEG</c>).
    /// </remarks>
    /// <param name="path">The file or folder.</param>
    /// <param name="labels">The model's labels, <see cref="ResNetClassifier.Labels"/>.</param>
    /// <param name="groundTruth">The ground-truth file of a flat folder; null to search for it.</param>
    /// <param name="synsetMap">The file that maps ids to synsets, if the ground truth needs one; null to search for it.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">There are no images, or the class of some is unknown; the message lists them.</exception>
    /// <exception cref="IOException">The dataset cannot be read or (<see cref="FileNotFoundException"/>) doesn't exist.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset Open(
        string path, LabelSet labels, string? groundTruth = null, string? synsetMap = null, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(labels);
        bool isFile = File.Exists(path);
        if (!isFile && !Directory.Exists(path))
        {
            throw new FileNotFoundException($"The dataset '{path}' doesn't exist: there is no such file or folder.", path);
        }

        if (groundTruth is not null)
        {
            return FromImageNet(path, groundTruth, labels, synsetMap, options);
        }

        if (isFile)
        {
            string extension = Path.GetExtension(path).ToUpperInvariant();
            return extension switch
            {
                ".ZIP" => FromZip(path, labels, options),
                ".TXT" or ".TSV" or ".CSV" => FromList(path, labels, options),
                _ => throw new ImageDatasetException(
                    $"'{path}' is not a dataset. It must be a folder, a .zip file, or a list (.txt, .tsv, .csv)."),
            };
        }

        // Folder names take precedence over a ground-truth file.
        string[] names = FolderSource.Find(path);
        return ClassLayout.IsFlat(names, labels, out string folder) && FindBeside(path, folder, GroundTruthNames) is string truth
            ? FromImageNet(path, truth, labels, synsetMap ?? FindBeside(path, folder, SynsetMapNames), options)
            : FromClassFolders(path, labels, options);
    }

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
        FolderSource source = new(folder, Validated(options));
        string[] names = FolderSource.Find(folder);
        int[] classes = ClassLayout.Classes(names, labels, source.Name);
        return new ImageDataset(source.Name, labels, Labeled(names, classes, source.Read), source: null);
    }

    /// <summary>Opens a zip file of class folders, laid out as for <see cref="FromClassFolders"/>. Nothing is extracted to disk.</summary>
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
        ZipSource source = ZipSource.Open(path, labels, Validated(options));
        try
        {
            int[] classes = ClassLayout.Classes(source.Names, labels, source.Name);
            return new ImageDataset(source.Name, labels, Labeled(source.Names, classes, source.Read), source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Opens a folder of images with a ground-truth file, as ImageNet's validation set is distributed.</summary>
    /// <remarks>
    /// The ground truth is Caffe's <c>val.txt</c> (<c>ILSVRC2012_val_00000001.JPEG 65</c>, indices from 0 in the order of the synset ids),
    /// Kaggle's <c>LOC_val_solution.csv</c>, one synset id per line in image order, or the development kit's
    /// <c>ILSVRC2012_validation_ground_truth.txt</c>. The latter holds ILSVRC2012 ids from 1 to 1000, which are <b>not</b> in the order of
    /// the synset ids, so it is rejected without a map (<c>n02119789 1 kit_fox</c>).
    /// </remarks>
    /// <param name="valFolder">The folder with the images. It may hold a part of the images that the ground truth lists.</param>
    /// <param name="groundTruth">The ground-truth file.</param>
    /// <param name="labels">The model's labels.</param>
    /// <param name="synsetMap">
    /// The file that maps ids to synsets: <c>map_clsloc.txt</c> for ILSVRC2012 ids, <c>LOC_synset_mapping.txt</c> (one synset per line) for
    /// indices from 0; null if the ground truth needs none.
    /// </param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="ImageDatasetException">
    /// There are no images, some have no ground truth, or the ground truth is ambiguous or malformed; the message lists them.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromImageNet(
        string valFolder, string groundTruth, LabelSet labels, string? synsetMap = null, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(valFolder);
        ArgumentException.ThrowIfNullOrWhiteSpace(groundTruth);
        ArgumentNullException.ThrowIfNull(labels);
        if (!Directory.Exists(valFolder))
        {
            throw new DirectoryNotFoundException($"The folder '{valFolder}' doesn't exist. A ground-truth file needs a folder of images.");
        }

        FolderSource source = new(valFolder, Validated(options));
        string[] names = FolderSource.Find(valFolder);
        SynsetMap? map = synsetMap is null ? null : SynsetMap.Load(synsetMap);
        int[] classes = GroundTruth.Load(groundTruth).Classes(names, labels, map, source.Name);
        return new ImageDataset(source.Name, labels, Labeled(names, classes, source.Read), source: null);
    }

    /// <summary>Opens a list of images and labels, one per line.</summary>
    /// <remarks>
    /// A line holds a path and a label, separated by a tab or else by the last space. A <c>.csv</c> file holds them in its first two
    /// columns, quoted or not, with or without a header. Labels have the form of class folder names (<see cref="FromClassFolders"/>).
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
        ArgumentException.ThrowIfNullOrWhiteSpace(listFile);
        ArgumentNullException.ThrowIfNull(labels);
        FolderSource source = new(Path.GetDirectoryName(Path.GetFullPath(listFile))!, Validated(options));
        string name = Path.GetFileName(listFile);
        (string Path, int ClassIndex)[] entries = ListFile.Read(listFile, labels, source);
        LabeledImage[] images = [.. entries.Select(e => new LabeledImage(e.Path, e.ClassIndex, () => source.Read(e.Path)))];
        return new ImageDataset(name, labels, images, source: null);
    }

    private static LabeledImage[] Labeled(string[] names, int[] classes, Func<string, ReadOnlyMemory<byte>> read)
        => [.. names.Select((name, i) => new LabeledImage(name, classes[i], () => read(name)))];

    private static ImageDatasetOptions Validated(ImageDatasetOptions? options)
    {
        options ??= new ImageDatasetOptions();
        options.Validate();
        return options;
    }

    // Searches the images' folder, its parents up to the root, and the root's parent.
    private static string? FindBeside(string root, string imageFolder, string[] names)
    {
        string full = Path.GetFullPath(root);
        string? folder = Path.GetFullPath(Path.Combine(full, imageFolder));
        string? last = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(full));
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is string found)
            {
                return found;
            }

            if (folder == last)
            {
                break;
            }
        }

        return null;
    }
}
