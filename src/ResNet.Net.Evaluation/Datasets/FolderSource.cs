using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Reads image files from a folder.</summary>
internal sealed class FolderSource(string folder, ImageDatasetOptions options)
{
    private readonly string _root = Path.GetFullPath(folder);

    /// <summary>Gets the folder's name without its path.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(_root)) is { Length: > 0 } name ? name : _root;

    /// <summary>Returns the sorted names of all images under a folder. Follows links to folders, except circular ones.</summary>
    public static string[] Find(string folder) => Find(folder, out _);

    /// <summary>Returns the sorted names of all images under a folder, and the tree of its folders, which includes empty ones.</summary>
    public static string[] Find(string folder, out FolderTree tree)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder '{folder}' doesn't exist.");
        }

        List<string> names = [];
        List<string> folders = [];
        DirectoryInfo root = new(Path.GetFullPath(folder));
        Walk(root, "", [RealPath(root)], names, folders);
        names.Sort(StringComparer.Ordinal);
        tree = new FolderTree(names, folders);
        return [.. names];
    }

    public bool Exists(string name) => File.Exists(Path.Combine(_root, name));

    public LabeledImage Image(string name, int classIndex) => new(name, classIndex, () => Read(name));

    public ReadOnlyMemory<byte> Read(string name)
    {
        string path = Path.Combine(_root, name);
        using FileStream stream = RegularFile.OpenRead(path, options: FileOptions.SequentialScan);
        return BoundedRead.ToEnd(stream, stream.Length, options.MaxImageBytes, name);
    }

    private static void Walk(DirectoryInfo folder, string prefix, string[] above, List<string> names, List<string> folders)
    {
        // Inaccessible folders are errors: ignoring them would change the accuracy silently.
        EnumerationOptions options = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.System };
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos("*", options))
        {
            string name = prefix + entry.Name;
            if (entry is not DirectoryInfo inner)
            {
                if (ImageFileNames.IsImage(name))
                {
                    names.Add(name);
                }
            }
            else if (!ImageFileNames.IsHidden(name) && RealPath(inner) is string real && !above.Contains(real))
            {
                folders.Add(name);
                Walk(inner, name + "/", [.. above, real], names, folders);
            }
        }
    }

    private static string RealPath(DirectoryInfo folder) => folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
}
