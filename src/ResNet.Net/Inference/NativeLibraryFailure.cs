namespace ResNet.Net;

/// <summary>Recognizes and describes failures to load the native library of a package, which .NET reports in several ways.</summary>
internal static class NativeLibraryFailure
{
    public static bool Is(Exception? exception) => Cause(exception) is not null;

    /// <param name="library">The name of the library for messages.</param>
    /// <param name="fileName">A part of the name of its file.</param>
    /// <param name="package">The package that contains it.</param>
    /// <param name="exception">The exception of .NET.</param>
    public static ResNetException Of(string library, string fileName, string package, Exception exception)
        => new(
            $"The native library of {library} cannot be loaded: {Reason(Cause(exception)!.Message, fileName)} "
            + $"Add the package {package} to the application, and check that it supports this platform.",
            exception);

    private static Exception? Cause(Exception? exception) => exception switch
    {
        DllNotFoundException or EntryPointNotFoundException or BadImageFormatException => exception,
        TypeInitializationException => Cause(exception.InnerException) ?? exception.InnerException ?? exception,
        _ => null,
    };

    // The first line is the error, followed by advice. Each other line is a path that was tried, most of which are not expected to exist.
    private static string Reason(string message, string fileName)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] causes = [.. lines.Skip(1).Where(l => !IsMissing(l))];
        string reason = causes.Length > 0 ? string.Join("; ", causes) : lines[0].Split(". ", 2)[0];
        return reason.EndsWith('.') ? reason : $"{reason}.";

        bool IsMissing(string line)
            => line.Contains(fileName, StringComparison.Ordinal) && line.EndsWith("No such file or directory", StringComparison.Ordinal);
    }
}
