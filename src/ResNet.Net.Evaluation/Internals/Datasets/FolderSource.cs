namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>Picture files under a folder.</summary>
internal sealed class FolderSource(string folder, ImageDatasetOptions options)
{
    private readonly string _root = Path.GetFullPath(folder);

    /// <summary>The folder's own name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(_root)) is { Length: > 0 } name ? name : _root;

    /// <summary>The names of all pictures under a folder, sorted. Links to folders are followed, unless they lead back.</summary>
    public static string[] Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        }

        List<string> names = [];
        DirectoryInfo root = new(Path.GetFullPath(folder));
        Walk(root, "", [RealPath(root)], names);
        names.Sort(StringComparer.Ordinal);
        return [.. names];
    }

    public bool Exists(string name) => File.Exists(Path.Combine(_root, name));

    public ReadOnlyMemory<byte> Read(string name)
    {
        using FileStream stream = new(Path.Combine(_root, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return BoundedRead.ToEnd(stream, stream.Length, options.MaxPictureBytes, name);
    }

    private static void Walk(DirectoryInfo folder, string prefix, string[] above, List<string> names)
    {
        // What may not be read is an error: left out in silence, it would change the accuracy.
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.System }))
        {
            string name = prefix + entry.Name;
            if (entry is not DirectoryInfo inner)
            {
                if (PictureNames.IsPicture(name))
                {
                    names.Add(name);
                }
            }
            else if (!entry.Name.StartsWith('.') && RealPath(inner) is string real && !above.Contains(real))
            {
                Walk(inner, name + "/", [.. above, real], names);
            }
        }
    }

    private static string RealPath(DirectoryInfo folder) => folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
}
