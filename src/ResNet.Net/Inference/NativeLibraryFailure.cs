namespace ResNet.Net;

/// <summary>Tells that a package's native library is missing or cannot be loaded, which .NET reports in several ways.</summary>
internal static class NativeLibraryFailure
{
    public static bool Is(Exception? exception) => Cause(exception) is not null;

    /// <param name="library">What messages call the library.</param>
    /// <param name="fileName">The name that its file contains.</param>
    /// <param name="package">The package that has it.</param>
    /// <param name="exception">What .NET reports.</param>
    public static ResNetException Of(string library, string fileName, string package, Exception exception)
        => new(
            $"The native library of {library} cannot be loaded: {Reason(Cause(exception)!.Message, fileName)} Add the package {package} to the application, and check that it has a library for this platform.",
            exception);

    private static Exception? Cause(Exception? exception) => exception switch
    {
        DllNotFoundException or EntryPointNotFoundException or BadImageFormatException => exception,
        TypeInitializationException => Cause(exception.InnerException) ?? exception.InnerException ?? exception,
        _ => null,
    };

    // The first line says what is wrong, with advice behind; the others have a file each that was tried, most of them guesses where none was expected.
    private static string Reason(string message, string fileName)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] causes = [.. lines.Skip(1).Where(l => !(l.Contains(fileName, StringComparison.Ordinal) && l.EndsWith("No such file or directory", StringComparison.Ordinal)))];
        string reason = causes.Length > 0 ? string.Join("; ", causes) : lines[0].Split(". ", 2)[0];
        return reason.EndsWith('.') ? reason : $"{reason}.";
    }
}
