namespace ResNet.Net.Evaluation;

/// <summary>Represents a dataset that is divided into training, validation and test images. All parts have the same labels.</summary>
public sealed class DatasetSplits : IDisposable
{
    private readonly IDisposable? _source;

    private DatasetSplits(ImageDataset train, ImageDataset? validation, ImageDataset? test, IDisposable? source)
    {
        Train = train;
        Validation = validation;
        Test = test;
        _source = source;
    }

    /// <summary>Gets the training images; all images if the dataset is not divided.</summary>
    public ImageDataset Train { get; }

    /// <summary>Gets the validation images; null if the dataset has no folder for them.</summary>
    public ImageDataset? Validation { get; }

    /// <summary>Gets the test images; null if the dataset has no folder for them.</summary>
    public ImageDataset? Test { get; }

    /// <summary>Gets the labels: the sorted names of the training images' class folders.</summary>
    public LabelSet Labels => Train.Labels;

    /// <summary>Opens a folder, zip file or tar file of class folders, an LMDB database, or a list, and recognizes its parts.</summary>
    /// <remarks>
    /// The parts are the top folders <c>train</c> or <c>training</c>, <c>val</c>, <c>valid</c> or <c>validation</c>, and <c>test</c> or
    /// <c>testing</c>, in any case. There must be one for training and no other folder of images next to them. Otherwise, all images are
    /// training images. The labels are discovered, as by <see cref="ImageDataset.Open(string, ImageDatasetOptions?)"/>.
    /// </remarks>
    /// <param name="path">The folder, the archive, the database, or the list.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The parts, which read from the archive until this object is disposed.</returns>
    /// <exception cref="ImageDatasetException">
    /// There are no images, some have no class, or a validation or test image has a class without training images; the message lists them.
    /// </exception>
    /// <exception cref="IOException">The dataset cannot be read or (<see cref="FileNotFoundException"/>) doesn't exist.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static DatasetSplits Open(string path, ImageDatasetOptions? options = null)
    {
        options = ImageDataset.Validated(options);
        switch (ImageDataset.LayoutOf(path))
        {
            case DatasetLayout.List:
                return new DatasetSplits(ImageDataset.FromList(path, options), null, null, source: null);

            case DatasetLayout.Lmdb:
                ImageDataset database = ImageDataset.FromLmdb(path, options);
                return new DatasetSplits(database, null, null, database);

            case DatasetLayout.Zip or DatasetLayout.Tar:
                IImageArchive archive = ImageDataset.OpenArchive(path, labels: null, options);
                try
                {
                    return Divide(archive.Name, archive.Names, archive.Tree, archive.Image, archive, options);
                }
                catch
                {
                    archive.Dispose();
                    throw;
                }

            default:
                FolderSource source = new(path, options);
                string[] names = FolderSource.Find(path, out FolderTree tree);
                return Divide(source.Name, names, tree, source.Image, null, options);
        }
    }

    /// <summary>Closes the archive if the dataset is one.</summary>
    public void Dispose() => _source?.Dispose();

    private static DatasetSplits Divide(
        string name,
        string[] names,
        FolderTree tree,
        Func<string, int, LabeledImage> create,
        IDisposable? source,
        ImageDatasetOptions options)
    {
        SplitFolders? folders = SplitFolders.Find(tree, name);
        string root = folders?.Train ?? "";
        string[] trainNames = Below(root);
        (LabelSet labels, int[] classes) = ClassDiscovery.FromFolders(trainNames, tree, root, name);
        return new DatasetSplits(
            Dataset(folders?.Train, trainNames, classes), Part(folders?.Validation), Part(folders?.Test), source);

        string[] Below(string folder)
            => folder.Length == 0 ? names : [.. names.Where(n => n.StartsWith(folder + '/', StringComparison.Ordinal))];

        ImageDataset? Part(string? folder)
            => folder is null ? null : Dataset(folder, Below(folder), ClassLayout.Classes(Below(folder), labels, $"{name}/{folder}"));

        ImageDataset Dataset(string? folder, string[] images, int[] indices) => new(
            folder is null ? name : $"{name}/{folder}",
            labels,
            ImageDataset.Labeled(images, indices, create),
            source: null,
            options.MultiLabel);
    }
}
