using Microsoft.Win32.SafeHandles;

namespace ResNet.Net.Onnx;

/// <summary>
/// Opens regular files only. Opening a named pipe blocks until another process writes to it, and a device may have no end.
/// </summary>
/// <remarks>Linux: the kind is checked before and after opening. Elsewhere: files that cannot seek are rejected, once open.</remarks>
internal static class RegularFile
{
    /// <summary>Returns whether a path, or the target of a link, is a named pipe, a device or a socket. False if that is unknown.</summary>
    public static bool IsSpecial(string path) => IsSpecial(FileStatus.Of(path));

    /// <exception cref="IOException">The path is a named pipe, a device or a socket.</exception>
    public static void ThrowIfSpecial(string path)
    {
        if (IsSpecial(path))
        {
            throw Special(path);
        }
    }

    /// <summary>Opens a file for reading, without a buffer.</summary>
    /// <exception cref="IOException">The path is a named pipe, a device or a socket, or cannot be opened.</exception>
    public static FileStream OpenRead(string path, FileShare share = FileShare.Read, FileOptions options = FileOptions.None)
    {
        ThrowIfSpecial(path);
        FileStream file = Open(path, share, options);
        if (file.CanSeek && !IsSpecial(FileStatus.Of(file.SafeFileHandle)))
        {
            return file;
        }

        file.Dispose();
        throw Special(path);
    }

    /// <summary>Opens a file for reading by position.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static SafeFileHandle OpenHandle(string path, FileShare share = FileShare.Read, FileOptions options = FileOptions.None)
    {
        ThrowIfSpecial(path);
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, share, options);
        if (!IsSpecial(FileStatus.Of(file)))
        {
            return file;
        }

        file.Dispose();
        throw Special(path);
    }

    private static FileStream Open(string path, FileShare share, FileOptions options)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 0, options);
        }
        catch (FileNotFoundException exception) when (WhyMissing(path) is string why)
        {
            throw new FileNotFoundException($"{exception.Message} {why}", path, exception);
        }
    }

    /// <summary>Explains why a file that a folder lists cannot be found; null if there is no such reason.</summary>
    private static string? WhyMissing(string path)
        => path.Contains('\uFFFD') ? "The name is not valid UTF-8, so that .NET cannot open the file. Rename it."
            : new FileInfo(path).LinkTarget is string target ? $"It is a link to '{target}', which does not exist."
            : null;

    private static bool IsSpecial(FileStatus? status) => status is { Kind: not (FileKind.Regular or FileKind.Folder) };

    private static IOException Special(string path)
        => new($"'{path}' is a named pipe, a device or a socket, not a regular file. Copy its content to a file.");
}
