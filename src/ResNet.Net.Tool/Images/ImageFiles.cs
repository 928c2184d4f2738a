using System.IO.Enumeration;

namespace ResNet.Net.Samples.Support;

/// <summary>Finds pictures.</summary>
internal static class PictureFiles
{
    private static readonly HashSet<string> Extensions = new([".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".tif", ".tiff"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Files as they are, even missing ones: they fail one by one later. Folders become the pictures in them. Nothing becomes the sample pictures.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IReadOnlyList<PictureFile> Find(IReadOnlyList<string>? paths)
    {
        paths = paths is { Count: > 0 } ? paths : [SamplePictures.Folder];
        List<PictureFile> files = [.. paths.SelectMany(path => Directory.Exists(path) ? InOrder(path) : [new PictureFile(path, path)])];
        return files.Count > 0 ? files : throw None(paths);
    }

    /// <summary>The pictures in a folder and in the folders inside, in whatever order the system names them. Hidden files and what may not be read are skipped. Links to folders, too: they may lead back.</summary>
    public static IEnumerable<string> In(string folder) => new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), new EnumerationOptions { RecurseSubdirectories = true })
    {
        ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
        ShouldRecursePredicate = (ref entry) => entry.ToFileSystemInfo().LinkTarget is null,
    };

    /// <summary>What to say where a folder has none.</summary>
    public static ArgumentException None(params IEnumerable<string> paths) => new($"No pictures ({string.Join(' ', Extensions)}) in {string.Join(", ", paths)}.");

    private static IEnumerable<PictureFile> InOrder(string folder)
    {
        string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder;
        return In(folder).Order(StringComparer.Ordinal).Select(path => new PictureFile(path, Path.GetRelativePath(parent, path)));
    }
}
