using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>
/// Checks and opens the files that arguments and options name. Opening a named pipe would block, and errors of the system for folders
/// mention permissions instead.
/// </summary>
internal static class InputFile
{
    /// <summary>Rejects a path that is not a regular file.</summary>
    /// <param name="name">The option or argument that names the file, such as <c>--labels</c>.</param>
    /// <param name="path">The path; null if the option is not set.</param>
    /// <param name="content">What the file contains, after an article, such as <c>a file of labels</c>.</param>
    /// <exception cref="IOException">The path is not a file, or is a folder, a named pipe, a device or a socket.</exception>
    public static void Check(string name, string? path, string content)
    {
        if (path is not null)
        {
            Check(name, path, content, mayBeFolder: false);
        }
    }

    /// <summary>Rejects a path that is neither a regular file nor a folder.</summary>
    /// <inheritdoc cref="Check(string, string?, string)"/>
    public static void CheckOrFolder(string name, string? path, string content)
    {
        if (path is not null)
        {
            Check(name, path, content, mayBeFolder: true);
        }
    }

    /// <summary>Opens a file that was checked.</summary>
    /// <exception cref="IOException">The file cannot be read, or is a named pipe, a device or a socket.</exception>
    public static FileStream OpenRead(string path, FileOptions options = FileOptions.SequentialScan)
        => RegularFile.OpenRead(path, options: options);

    /// <summary>Reads a file that was checked.</summary>
    /// <exception cref="IOException">The file cannot be read, or is a named pipe, a device or a socket.</exception>
    public static async Task<byte[]> ReadAllBytesAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream file = OpenRead(path, FileOptions.SequentialScan | FileOptions.Asynchronous);
        byte[] bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>Reads a text file that was checked.</summary>
    /// <exception cref="IOException">The file cannot be read, or is a named pipe, a device or a socket.</exception>
    public static string ReadAllText(string path)
    {
        using StreamReader reader = new(OpenRead(path));
        return reader.ReadToEnd();
    }

    private static void Check(string name, string path, string content, bool mayBeFolder)
    {
        if (path.Length == 0)
        {
            throw new IOException($"{name}: the path is empty. Name {content}.");
        }

        if (Directory.Exists(path))
        {
            if (!mayBeFolder)
            {
                throw new IOException($"{name}: '{path}' is a folder. Name {content}.");
            }
        }
        else if (RegularFile.IsSpecial(path))
        {
            throw new IOException(
                $"{name}: '{path}' is a named pipe, a device or a socket, not a regular file. Copy its content to a file, and name that.");
        }
        else if (!File.Exists(path))
        {
            string problem = new FileInfo(path).LinkTarget is string target
                ? $"is a link to '{target}', which does not exist"
                : "does not exist";
            throw new FileNotFoundException($"{name}: '{path}' {problem}. Name {content}.");
        }
    }
}
