using System.IO.Enumeration;

namespace ResNet.Net.Tool.Images;

/// <summary>Finds the images in a folder.</summary>
internal static class ImageFolder
{
    /// <summary>The extensions of images, in any case.</summary>
    public static readonly HashSet<string> Extensions
        = new([".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".bmp", ".ico", ".tif", ".tiff"], StringComparer.OrdinalIgnoreCase);

    // A subfolder that can't be read is an error. Otherwise a result without its images would look complete.
    private static readonly EnumerationOptions Recursive = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };

    /// <summary>
    /// Enumerates the full paths of the images in a folder and its subfolders, in the order of the file system. Skips hidden files,
    /// links to folders, which may form cycles, and <c>lost+found</c>, which only root may read.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The folder or a subfolder can't be read.</exception>
    /// <exception cref="IOException">The folder does not exist, or its storage fails.</exception>
    public static IEnumerable<string> Files(string folder)
        => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), Recursive)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            ShouldRecursePredicate = (ref entry)
                => !entry.FileName.SequenceEqual("lost+found") && entry.ToFileSystemInfo().LinkTarget is null,
        };
}
