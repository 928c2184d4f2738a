namespace ResNet.Net.Evaluation;

/// <summary>Recognizes the top folders of a dataset that is divided into training, validation and test images.</summary>
internal sealed record SplitFolders(string Train, string? Validation, string? Test)
{
    private static readonly string[] TrainNames = ["train", "training"];
    private static readonly string[] ValidationNames = ["val", "valid", "validation"];
    private static readonly string[] TestNames = ["test", "testing"];

    /// <summary>Returns the folders; null if the dataset is not divided.</summary>
    /// <exception cref="ImageDatasetException">Two folders contain the same part.</exception>
    public static SplitFolders? Find(FolderTree tree, string dataset)
    {
        for (string root = ""; !tree.HasImages(root);)
        {
            string[] folders = [.. tree.ChildrenOf(root).Where(f => tree.CountIn(f) > 0)];
            if (folders.Length == 1)
            {
                root = folders[0];
                continue;
            }

            bool areSplits = folders.Length > 1 && Array.TrueForAll(folders, f => Is(f, [.. TrainNames, .. ValidationNames, .. TestNames]));
            return areSplits && One(folders, TrainNames, dataset) is string train
                ? new SplitFolders(train, One(folders, ValidationNames, dataset), One(folders, TestNames, dataset))
                : null;
        }

        return null;
    }

    public override string ToString()
        => string.Join(" and ", new[] { Train, Validation, Test }.OfType<string>().Select(f => $"'{f}'"));

    private static string? One(string[] folders, string[] names, string dataset)
    {
        string[] found = [.. folders.Where(f => Is(f, names))];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new ImageDatasetException(
                $"The dataset '{dataset}' has the folders '{found[0]}' and '{found[1]}' for the same part. Keep one of them.");
    }

    private static bool Is(string folder, string[] names)
        => names.Contains(folder[(folder.LastIndexOf('/') + 1)..], StringComparer.OrdinalIgnoreCase);
}
