using System.IO.Enumeration;

namespace ResNet.Net.Tool.Images;

/// <summary>Finds the images in a folder.</summary>
internal static class ImageFolder
{
    /// <summary>The extensions of images, in any case.</summary>
    public static readonly HashSet<string> Extensions
        = new([".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".bmp", ".ico", ".tif", ".tiff"], StringComparer.OrdinalIgnoreCase);

    private static readonly EnumerationOptions Recursive = new() { RecurseSubdirectories = true };

    /// <summary>
    /// Enumerates the full paths of the images in a folder and its subfolders, in the order of the file system. Skips hidden and
    /// inaccessible files, and links to folders, which may form cycles.
    /// </summary>
    public static IEnumerable<string> Files(string folder)
        => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), Recursive)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = (ref entry) => entry.ToFileSystemInfo().LinkTarget is null,
        };
}
