using System.IO.Enumeration;

namespace ResNet.Net.Samples.Classify;

/// <summary>A picture to classify.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">What a table calls it: the path as given, or from the folder on that was given.</param>
internal sealed record PictureFile(string Path, string Name);

/// <summary>Finds the pictures that the arguments name.</summary>
internal static class PictureFiles
{
    private static readonly HashSet<string> Extensions = new([".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".tif", ".tiff"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Files as they are, even missing ones: they fail one by one later. Folders become the pictures in them. Nothing becomes the sample pictures.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IReadOnlyList<PictureFile> Find(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
        {
            // The build copies samples/pictures beside the program.
            paths = [Path.Combine(AppContext.BaseDirectory, "pictures")];
        }

        List<PictureFile> files = [.. paths.SelectMany(path => Directory.Exists(path) ? InFolder(path) : [new PictureFile(path, path)])];
        return files.Count > 0
            ? files
            : throw new ArgumentException($"No pictures ({string.Join(' ', Extensions)}) in {string.Join(", ", paths)}.");
    }

    private static IEnumerable<PictureFile> InFolder(string folder)
    {
        string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder;
        return FindIn(folder)
            .Order(StringComparer.Ordinal)
            .Select(path => new PictureFile(path, Path.GetRelativePath(parent, path)));
    }

    // Hidden files and what may not be read are skipped. Links to folders, too: they may lead back.
    private static FileSystemEnumerable<string> FindIn(string folder) => new(folder, (ref entry) => entry.ToSpecifiedFullPath(), new EnumerationOptions { RecurseSubdirectories = true })
    {
        ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
        ShouldRecursePredicate = (ref entry) => entry.ToFileSystemInfo().LinkTarget is null,
    };
}
