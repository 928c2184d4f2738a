using ResNet.Net.Evaluation.Internals.Datasets;

namespace ResNet.Net.Evaluation;

public sealed partial class ImageDataset
{
    // Where people keep the truth of a flat folder, beside its pictures or one folder up.
    private static readonly string[] GroundTruthNames =
        ["val.txt", "LOC_val_solution.csv", "imagenet_2012_validation_synset_labels.txt", "synset_labels.txt", "ILSVRC2012_validation_ground_truth.txt"];

    private static readonly string[] SynsetMapNames = ["map_clsloc.txt", "LOC_synset_mapping.txt"];

    /// <summary>
    /// Opens a data set whatever its layout: a zip file, a list (<c>.txt</c>, <c>.tsv</c>, <c>.csv</c>), a folder of class folders, a flat folder whose truth lies beside
    /// it or one folder up (<c>val.txt</c>, <c>LOC_val_solution.csv</c>, <c>ILSVRC2012_validation_ground_truth.txt</c>, ...), or a flat folder whose files are
    /// named after synsets (<c>n01440764_tench.JPEG</c>).
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="labels">The classes of the model, <see cref="ResNetClassifier.Labels"/>.</param>
    /// <param name="groundTruth">The file with the truth of a flat folder; null to look for it.</param>
    /// <param name="synsetMap">The file that maps ids to synsets, if the truth needs one; null to look for it.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A data set that the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">It has no pictures, or some whose class is not known; the message lists them.</exception>
    /// <exception cref="IOException">It cannot be read, or (<see cref="FileNotFoundException"/>) is not there.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset Open(string path, LabelSet labels, string? groundTruth = null, string? synsetMap = null, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(labels);
        bool isFile = File.Exists(path);
        if (!isFile && !Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no data set '{path}': neither a file nor a folder has that name.", path);
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
                _ => throw new ImageDatasetException($"'{path}' is no data set: it must be a folder, a .zip file, or a list (.txt, .tsv, .csv)."),
            };
        }

        // The truth is looked for only where the folders do not say it.
        string[] names = FolderSource.Find(path);
        return ClassLayout.IsFlat(names, labels, out string folder) && FindBeside(path, folder, GroundTruthNames) is string truth
            ? FromImageNet(path, truth, labels, synsetMap ?? FindBeside(path, folder, SynsetMapNames), options)
            : FromClassFolders(path, labels, options);
    }

    /// <summary>
    /// Reads a folder with a folder a class, as <c>torchvision.datasets.ImageFolder</c>. A folder's name is a label (also one of the synonyms that commas separate;
    /// case does not matter, <c>_</c> is a space), a synset id, also with more behind it (<c>n02085620-Chihuahua</c>), or, where all names are numbers, a class index from 0.
    /// A flat folder whose files are named after synsets (<c>n01440764_tench.JPEG</c>) will do too.
    /// </summary>
    /// <param name="folder">The folder; folders that lead to the class folders (<c>data/val</c>) are passed through, folders inside these belong to the class. Hidden files are left out, and what does not end as pictures do.</param>
    /// <param name="labels">The classes of the model.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A data set.</returns>
    /// <exception cref="ImageDatasetException">It has no pictures, or some whose class is not known; the message lists them.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromClassFolders(string folder, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(labels);
        FolderSource source = new(folder, Checked(options));
        string[] names = FolderSource.Find(folder);
        int[] classes = ClassLayout.Classes(names, labels, source.Name);
        return new ImageDataset(source.Name, labels, [.. names.Select((name, i) => new LabeledImage(name, classes[i], () => source.Read(name)))], source: null);
    }

    /// <summary>Reads a zip file of class folders, laid out and named as for <see cref="FromClassFolders"/>. Nothing is unpacked to disk.</summary>
    /// <param name="path">The zip file; stays open.</param>
    /// <param name="labels">The classes of the model.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A data set that the caller disposes.</returns>
    /// <exception cref="ImageDatasetException">It is no zip file, has no pictures, some whose class is not known, encrypted ones, or ones above the limit; the message lists them.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromZip(string path, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(labels);
        ZipSource source = ZipSource.Open(path, labels, Checked(options));
        try
        {
            int[] classes = ClassLayout.Classes(source.Names, labels, source.Name);
            return new ImageDataset(source.Name, labels, [.. source.Names.Select((name, i) => new LabeledImage(name, classes[i], () => source.Read(name)))], source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a folder of pictures whose truth is in a file, as ImageNet's validation set is kept. The truth is one of: Caffe's <c>val.txt</c> (<c>ILSVRC2012_val_00000001.JPEG 65</c>,
    /// indices from 0 in the order of the synset ids); Kaggle's <c>LOC_val_solution.csv</c>; one synset id a line, in the order of the pictures; or the development kit's
    /// <c>ILSVRC2012_validation_ground_truth.txt</c>. The last holds ILSVRC2012 ids from 1 to 1000, which are <b>not</b> in the order of the synset ids: it is refused unless a map
    /// (<c>n02119789 1 kit_fox</c>) says what they mean.
    /// </summary>
    /// <param name="valFolder">The folder with the pictures. The truth may know more pictures than there are; a picture without truth is an error.</param>
    /// <param name="groundTruth">The file with the truth.</param>
    /// <param name="labels">The classes of the model.</param>
    /// <param name="synsetMap">A map of ids to synsets: <c>map_clsloc.txt</c> for ILSVRC2012 ids, <c>LOC_synset_mapping.txt</c> (a synset a line) for indices from 0; null if none is needed.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A data set.</returns>
    /// <exception cref="ImageDatasetException">There are no pictures, some have no truth, or the truth cannot be understood; the message lists them.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromImageNet(string valFolder, string groundTruth, LabelSet labels, string? synsetMap = null, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(valFolder);
        ArgumentException.ThrowIfNullOrWhiteSpace(groundTruth);
        ArgumentNullException.ThrowIfNull(labels);
        if (!Directory.Exists(valFolder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{valFolder}': ground truth in a file belongs to a folder of pictures.");
        }

        FolderSource source = new(valFolder, Checked(options));
        string[] names = FolderSource.Find(valFolder);
        int[] classes = GroundTruth.Load(groundTruth).Classes(names, labels, synsetMap is null ? null : SynsetMap.Load(synsetMap), source.Name);
        return new ImageDataset(source.Name, labels, [.. names.Select((name, i) => new LabeledImage(name, classes[i], () => source.Read(name)))], source: null);
    }

    /// <summary>
    /// Reads a list of pictures with their classes, a picture a line: <c>path label</c>, with a tab, or else the last space, between them; in a <c>.csv</c> file the first two
    /// columns, quoted or not, with or without a header. Labels are what class folders may be called.
    /// </summary>
    /// <param name="listFile">A UTF-8 text file; paths in it start at its folder. Pictures keep the order of the list.</param>
    /// <param name="labels">The classes of the model.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>A data set.</returns>
    /// <exception cref="ImageDatasetException">There are no pictures, some are missing, or have a label that no class has; the message lists them.</exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromList(string listFile, LabelSet labels, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(listFile);
        ArgumentNullException.ThrowIfNull(labels);
        FolderSource source = new(Path.GetDirectoryName(Path.GetFullPath(listFile))!, Checked(options));
        string name = Path.GetFileName(listFile);
        (string Path, int ClassIndex)[] entries = ListFile.Read(listFile, labels, source);
        return new ImageDataset(name, labels, [.. entries.Select(e => new LabeledImage(e.Path, e.ClassIndex, () => source.Read(e.Path)))], source: null);
    }

    private static ImageDatasetOptions Checked(ImageDatasetOptions? options)
    {
        options ??= new ImageDatasetOptions();
        options.Validate();
        return options;
    }

    /// <summary>The first of these files in the folder of the pictures, or in one on the way to it, or one up.</summary>
    private static string? FindBeside(string root, string picturesFolder, string[] names)
    {
        string full = Path.GetFullPath(root);
        string? folder = Path.GetFullPath(Path.Combine(full, picturesFolder));
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
