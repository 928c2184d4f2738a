using System.IO.Enumeration;

namespace ResNet.Net.Tool.Images;

/// <summary>Finds image files.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> Extensions
        = new([".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".bmp", ".ico", ".tif", ".tiff"], StringComparer.OrdinalIgnoreCase);

    private static readonly EnumerationOptions Recursive = new() { RecurseSubdirectories = true };

    /// <summary>
    /// Expands folders to the images in them; without paths, returns the sample images. Missing files are kept: each fails later,
    /// alone.
    /// </summary>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static IReadOnlyList<ImageFile> Find(IReadOnlyList<string>? paths)
    {
        paths = paths is { Count: > 0 } ? paths : [SampleImages.Folder];
        List<ImageFile> files = [.. paths.SelectMany(path => Directory.Exists(path) ? InOrder(path) : [new ImageFile(path, path)])];
        return files.Count > 0 ? files : throw None(paths);
    }

    /// <summary>
    /// The images in a folder and its subfolders, in the order of the file system. Skips hidden and inaccessible files, and links to
    /// folders, which may form cycles.
    /// </summary>
    public static IEnumerable<string> In(string folder)
        => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), Recursive)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = (ref entry) => entry.ToFileSystemInfo().LinkTarget is null,
        };

    /// <summary>The error for folders without images.</summary>
    public static ArgumentException None(params IEnumerable<string> paths)
        => new($"No images ({string.Join(' ', Extensions)}) in {string.Join(", ", paths)}.");

    private static IEnumerable<ImageFile> InOrder(string folder)
    {
        string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder;
        return In(folder).Order(StringComparer.Ordinal).Select(path => new ImageFile(path, Path.GetRelativePath(parent, path)));
    }
}
