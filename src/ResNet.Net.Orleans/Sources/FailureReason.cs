namespace ResNet.Net.Orleans;

/// <summary>
/// Says why an image or a source failed, for operators. Messages contain names that others choose, and get into logs: control characters
/// in them are replaced.
/// </summary>
internal static class FailureReason
{
    /// <summary>Returns the message of the first cause that says something: .NET's HTTP client wraps them.</summary>
    public static string Of(Exception error) => Printable(MessageOf(error));

    /// <summary>
    /// Returns why an image failed. A path that is relative to its source stays relative, so that all machines write the same.
    /// </summary>
    public static string Of(Exception error, ImageSourceDescription source, string name)
    {
        string reason = MessageOf(error);
        string? folder = source.Kind switch
        {
            ImageSourceDescription.Folder => Path.GetFullPath(source.Location),
            ImageSourceDescription.List when !ImageSourceDescription.IsAddress(source.Location)
                => Path.GetDirectoryName(Path.GetFullPath(source.Location)),
            _ => null,
        };
        if (folder is null || Path.IsPathRooted(name) || ImageSourceDescription.IsAddress(name) || name.Contains('\0'))
        {
            return Printable(reason);
        }

        string path = Path.Combine(folder, name);
        return Printable(
            reason.Replace(Path.GetFullPath(path), name, StringComparison.Ordinal).Replace(path, name, StringComparison.Ordinal));
    }

    private static string MessageOf(Exception error)
    {
        while (error.InnerException is not null && SaysNothing(error))
        {
            error = error.InnerException;
        }

        return error is ImageDecodeException decode ? decode.Reason : error.Message;
    }

    private static string Printable(string message) => PrintableText.Of(message.TrimEnd());

    private static bool SaysNothing(Exception error)
        => error.Message.Contains("see inner exception", StringComparison.OrdinalIgnoreCase)
            || error.Message == "An error occurred while sending the request.";
}
