namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>Which files of a data set are its pictures.</summary>
internal static class PictureNames
{
    // Also formats that no decoder here accepts: such a picture fails and is named, instead of being passed over in silence.
    private static readonly HashSet<string> Known = new(
        [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".ppm", ".jp2", ".heic", ".avif"], StringComparer.OrdinalIgnoreCase);

    public static string Extensions => string.Join(", ", Known);

    /// <param name="name">A path from the data set's root on, with <c>/</c> between its parts.</param>
    public static bool IsPicture(string name) => Known.Contains(Path.GetExtension(name)) && !IsHidden(name);

    /// <summary>Whether a part of the name is what systems hide, or leave in archives (<c>__MACOSX/cat/._1.jpg</c>).</summary>
    private static bool IsHidden(string name)
        => name.Split('/').Any(part => part == "__MACOSX" || (part.StartsWith('.') && part is not ("." or "..")));
}
