using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Decides which exceptions users see as a message, and words them.</summary>
internal static class Failure
{
    /// <summary>Whether the arguments, a file or the model caused the exception, not a bug.</summary>
    public static bool IsExpected(Exception exception)
        => exception is ResNetException or OnnxModelException or ArgumentException or IOException or UnauthorizedAccessException;

    /// <summary>Whether one image caused the exception, so that the other images can still have a result.</summary>
    public static bool IsOfImage(Exception exception)
        => exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>Words an exception for the user of a command: without names of members and parameters.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        ImageDecodeException { Path: string path } decode => $"{path}: {decode.Reason}",
        ImageDecodeException decode => decode.Reason,
        ArgumentException { ParamName: string name } => LibraryTerms.Replace(
            exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal).ReplaceLineEndings(" ")),
        ModelUnavailableException { ModelId: string id } when ResNetVariant.TryParse(id, out _)
            => $"{LibraryTerms.Replace(exception.Message)}\nOr name the folder that has it: --models-folder <folder>",
        _ => LibraryTerms.Replace(exception.Message),
    };

    /// <summary>Words why an image failed, without its path, which the reader already sees.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="path">The path of the image.</param>
    public static string DescribeImage(Exception exception, string path) => exception switch
    {
        ImageDecodeException decode => decode.Reason,
        FileNotFoundException or DirectoryNotFoundException => DescribeMissing(path),
        UnauthorizedAccessException => Directory.Exists(path) ? "the path is a folder, not a file." : "this user may not read the file.",
        _ => Describe(exception)
            .Replace($"'{Path.GetFullPath(path)}'", "the file", StringComparison.Ordinal)
            .Replace($"'{path}'", "the file", StringComparison.Ordinal),
    };

    // .NET reads names as UTF-8 and replaces what is not; the result names another file.
    private static string DescribeMissing(string path)
        => path.Contains('\uFFFD', StringComparison.Ordinal)
            ? "the name of the file or of a folder is not valid UTF-8, so that it cannot be opened. Rename it."
            : new FileInfo(path).LinkTarget is string target
                ? $"the file is a link to '{target}', which does not exist."
                : "the file does not exist.";
}
