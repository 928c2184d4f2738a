namespace ResNet.Net.Evaluation;

/// <summary>Recognizes the image files of a dataset.</summary>
internal static class ImageFileNames
{
    // Includes formats that the decoder may not support: such an image is reported as failed instead of being ignored silently.
    private static readonly HashSet<string> Known = new(
        [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".ico", ".ppm", ".jp2", ".heic", ".avif"],
        StringComparer.OrdinalIgnoreCase);

    public static string Extensions => string.Join(", ", Known);

    /// <param name="name">A path relative to the dataset's root, separated by <c>/</c>.</param>
    public static bool IsImage(string name) => Known.Contains(Path.GetExtension(name)) && !IsHidden(name);

    /// <summary>Returns whether a path is hidden, or one of those that macOS adds to archives (<c>__MACOSX/cat/._1.jpg</c>).</summary>
    public static bool IsHidden(string name)
        => name.Split('/').Any(part => part == "__MACOSX" || (part.StartsWith('.') && part is not ("." or "..")));
}
