namespace ResNet.Net.Evaluation;

/// <summary>
/// Represents the folders of a dataset, with and without images. Paths are relative and separated by <c>/</c>; the root is empty.
/// </summary>
internal sealed class FolderTree
{
    private readonly Dictionary<string, SortedSet<string>> _children = new(StringComparer.Ordinal) { [""] = new(StringComparer.Ordinal) };
    private readonly Dictionary<string, int> _images = new(StringComparer.Ordinal);
    private readonly HashSet<string> _foldersOfImages = new(StringComparer.Ordinal);

    public FolderTree(IEnumerable<string> images, IEnumerable<string> folders)
    {
        foreach (string folder in folders)
        {
            Add(folder);
        }

        foreach (string image in images)
        {
            string folder = ParentOf(image);
            Add(folder);
            _foldersOfImages.Add(folder);
            for (string above = folder; ; above = ParentOf(above))
            {
                _images[above] = CountIn(above) + 1;
                if (above.Length == 0)
                {
                    break;
                }
            }
        }
    }

    /// <summary>Returns the part of a path before the last <c>/</c>.</summary>
    public static string ParentOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    /// <summary>Returns the paths of the folders in a folder, sorted.</summary>
    public IReadOnlyCollection<string> ChildrenOf(string folder) => _children[folder];

    /// <summary>Returns whether images lie in the folder itself.</summary>
    public bool HasImages(string folder) => _foldersOfImages.Contains(folder);

    /// <summary>Returns the number of images in the folder and its subfolders.</summary>
    public int CountIn(string folder) => _images.GetValueOrDefault(folder);

    private void Add(string folder)
    {
        if (!_children.TryAdd(folder, new(StringComparer.Ordinal)))
        {
            return;
        }

        Add(ParentOf(folder));
        _children[ParentOf(folder)].Add(folder);
    }
}
