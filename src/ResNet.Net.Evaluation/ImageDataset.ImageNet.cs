namespace ResNet.Net.Evaluation;

public sealed partial class ImageDataset
{
    // Usual names of the ground truth of flat images, in their folder or in its parent, or next to their archive.
    private static readonly string[] GroundTruthNames =
    [
        "val.txt",
        "LOC_val_solution.csv",
        "imagenet_2012_validation_synset_labels.txt",
        "synset_labels.txt",
        "ILSVRC2012_validation_ground_truth.txt",
        "ILSVRC2012_devkit_t12.tar.gz",
        "ILSVRC2012_devkit_t12",
    ];

    private static readonly string[] SynsetMapNames = ["map_clsloc.txt", "LOC_synset_mapping.txt"];

    /// <summary>Opens flat images with their ground truth, as ImageNet's validation set is distributed.</summary>
    /// <remarks>
    /// The ground truth is Caffe's <c>val.txt</c> (<c>ILSVRC2012_val_00000001.JPEG 65</c>, indices from 0 in the order of the synset ids),
    /// Kaggle's <c>LOC_val_solution.csv</c>, or one synset id per line in image order. It can also be the development kit,
    /// <c>ILSVRC2012_devkit_t12.tar.gz</c>, as downloaded or extracted. The kit's <c>ILSVRC2012_validation_ground_truth.txt</c> holds
    /// ILSVRC2012 ids from 1 to 1000, which are <b>not</b> in the order of the synset ids; its <c>meta.mat</c>, or a map
    /// (<c>n02119789 1 kit_fox</c>), gives their synsets. Without either, the file is rejected.
    /// </remarks>
    /// <param name="path">
    /// The images: <c>ILSVRC2012_img_val.tar</c>, a zip file or a folder. The ground truth may list more images than these.
    /// </param>
    /// <param name="groundTruth">The ground-truth file, or the development kit: its <c>.tar.gz</c> file or its folder.</param>
    /// <param name="labels">The model's labels.</param>
    /// <param name="synsetMap">
    /// The file that maps ids to synsets: <c>meta.mat</c> or <c>map_clsloc.txt</c> for ILSVRC2012 ids, <c>LOC_synset_mapping.txt</c> (one
    /// synset per line) for indices from 0. If it is null, <c>meta.mat</c> or <c>map_clsloc.txt</c> next to the development kit's ground
    /// truth is used.
    /// </param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The dataset, which the caller disposes if the images are an archive.</returns>
    /// <exception cref="ImageDatasetException">
    /// There are no images, some have no ground truth, the ground truth is ambiguous or malformed, or the archive is damaged; the message
    /// lists them.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    public static ImageDataset FromImageNet(
        string path, string groundTruth, LabelSet labels, string? synsetMap = null, ImageDatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(groundTruth);
        ArgumentNullException.ThrowIfNull(labels);
        options = Validated(options);
        DatasetLayout layout = LayoutOf(path);
        if (layout is DatasetLayout.List or DatasetLayout.Lmdb)
        {
            throw new ImageDatasetException(
                $"'{path}' has labels of its own. Omit the ground truth, or open a folder, a .tar or a .zip file.");
        }

        if (layout != DatasetLayout.Folder)
        {
            return Open(
                OpenArchive(path, labels, options),
                a => (labels, ClassesOf(a.Names, a.Name, groundTruth, synsetMap, labels)),
                multiLabel: false);
        }

        FolderSource source = new(path, options);
        string[] names = FolderSource.Find(path);
        int[] classes = ClassesOf(names, source.Name, groundTruth, synsetMap, labels);
        return new ImageDataset(source.Name, labels, Labeled(names, classes, source.Image), source: null, isMultiLabel: false);
    }

    private static int[] ClassesOf(string[] names, string dataset, string groundTruth, string? synsetMap, LabelSet labels)
    {
        GroundTruth truth = GroundTruth.Load(groundTruth, out SynsetMap? map);
        return truth.Classes(names, labels, synsetMap is null ? map : SynsetMap.Load(synsetMap), dataset);
    }

    // Searches the images' folder, its parents up to the root, and the root's parent.
    private static string? FindBeside(string root, string imageFolder, string[] names)
    {
        string full = Path.GetFullPath(root);
        string? folder = Path.GetFullPath(Path.Combine(full, imageFolder));
        string? last = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(full));
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (FindIn(folder, names) is string found)
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

    private static string? FindNextTo(string file, string[] names) => FindIn(Path.GetDirectoryName(Path.GetFullPath(file))!, names);

    private static string? FindIn(string folder, string[] names)
        => names.Select(name => Path.Combine(folder, name)).FirstOrDefault(Path.Exists);
}
