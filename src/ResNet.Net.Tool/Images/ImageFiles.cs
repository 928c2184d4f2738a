namespace ResNet.Net.Tool.Images;

/// <summary>Finds the images that a command is given.</summary>
internal static class ImageFiles
{
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

    /// <summary>The error for folders without images.</summary>
    public static ArgumentException None(params IEnumerable<string> paths)
        => new($"No images ({string.Join(' ', ImageFolder.Extensions)}) in {string.Join(", ", paths)}.");

    private static IEnumerable<ImageFile> InOrder(string folder)
    {
        string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) ?? folder;
        return ImageFolder.Files(folder).Order(StringComparer.Ordinal)
            .Select(path => new ImageFile(path, Path.GetRelativePath(parent, path)));
    }
}
