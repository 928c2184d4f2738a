using System.IO.Enumeration;

namespace ResNet.Net.Tool.Images;

/// <summary>Finds the images in a folder.</summary>
internal static class ImageFolder
{
    /// <summary>The extensions of images, in any case.</summary>
    public static readonly HashSet<string> Extensions
        = new([".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".bmp", ".ico", ".tif", ".tiff"], StringComparer.OrdinalIgnoreCase);

    // A subfolder that can't be read is an error: without its images, the result would look complete.
    private static readonly EnumerationOptions Recursive = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };

    /// <summary>
    /// Enumerates the full paths of the images in a folder and its subfolders, in the order of the file system. Skips hidden files
    /// and links to folders, which may form cycles.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">A subfolder can't be read.</exception>
    public static IEnumerable<string> Files(string folder)
        => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), Recursive)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = (ref entry) => entry.ToFileSystemInfo().LinkTarget is null,
        };
}
