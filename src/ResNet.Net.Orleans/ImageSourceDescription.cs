namespace ResNet.Net.Orleans;

/// <summary>Describes where the images of a job are, in a form that is stored and that every machine understands.</summary>
/// <param name="Kind">
/// The kind: <see cref="Folder"/>, <see cref="List"/>, <see cref="S3"/>, or one of an <see cref="ImageSourceOptions.Custom"/> source.
/// </param>
/// <param name="Location">A folder, the path or address of a list, <c>bucket/prefix</c>, or what a custom source understands.</param>
public sealed record ImageSourceDescription(string Kind, string Location)
{
    /// <summary>The kind of a folder with its subfolders, at the same path on every machine.</summary>
    public const string Folder = "folder";

    /// <summary>
    /// The kind of a text file or HTTP(S) address with one image per line: a path, relative to the list, or an HTTP(S) address. A line has
    /// at most 65,536 characters.
    /// </summary>
    public const string List = "list";

    /// <summary>The kind of the objects of an S3-compatible bucket whose keys start with a prefix.</summary>
    public const string S3 = "s3";

    /// <summary>
    /// Recognizes a source: <c>s3://bucket/prefix</c>, an HTTP(S) address or a file as a <see cref="List"/>, and a folder.
    /// </summary>
    /// <param name="text">The text. Relative paths become absolute.</param>
    /// <returns>The description.</returns>
    /// <exception cref="IOException">The text is a path without a file or folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="text"/> is empty, or names no bucket.</exception>
    public static ImageSourceDescription Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        const string S3Scheme = "s3://";
        if (text.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase))
        {
            string location = text[S3Scheme.Length..];
            return location.Length > 0 && location[0] != '/'
                ? new ImageSourceDescription(S3, location)
                : throw new ArgumentException($"'{text}' names no bucket. Write s3://bucket/prefix.", nameof(text));
        }

        if (IsAddress(text))
        {
            return new ImageSourceDescription(List, text);
        }

        string path = Path.GetFullPath(text);
        return Directory.Exists(path) ? new ImageSourceDescription(Folder, path)
            : File.Exists(path) ? new ImageSourceDescription(List, path)
            : throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == S3 ? $"s3://{Location}" : Location;

    internal static bool IsAddress(string text)
        => text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
