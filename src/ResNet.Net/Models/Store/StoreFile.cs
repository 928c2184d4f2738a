using Microsoft.Win32.SafeHandles;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Creates and writes the files and folders of the store without following links. Another user of a shared store could create a link to
/// a file that only this process can write.
/// </summary>
internal static class StoreFile
{
    /// <summary>Creates a folder of the store.</summary>
    /// <param name="root">The root folder of the store, which may be a link.</param>
    /// <param name="folder">The folder, below the root.</param>
    /// <exception cref="IOException">The folder, or one between it and the root, is a link.</exception>
    public static void CreateFolder(string root, string folder)
    {
        Directory.CreateDirectory(root);
        string path = root;
        foreach (string part in Path.GetRelativePath(root, folder).Split(Path.DirectorySeparatorChar).Where(p => p != "."))
        {
            path = Path.Combine(path, part);
            if (IsLink(path))
            {
                throw new IOException($"'{path}' is a link, which the store does not follow. Delete it, or move the whole store.");
            }

            Directory.CreateDirectory(path);
        }
    }

    /// <summary>Returns the link below the root that leads to a folder of the store; null if there is none.</summary>
    public static string? FindLink(string root, string folder)
    {
        string? link = null;
        for (string path = folder; path.Length > root.Length; path = Path.GetDirectoryName(path)!)
        {
            link = IsLink(path) ? path : link;
        }

        return link;
    }

    /// <summary>Replaces a file by a new one. A process that dies leaves an incomplete file.</summary>
    /// <exception cref="IOException">The file cannot be written, or another process writes it at the same time.</exception>
    public static void Write(string path, string text)
    {
        // Deletes a link rather than its target. CreateNew never follows a link.
        File.Delete(path);
        using StreamWriter writer = new(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0));
        writer.Write(text);
    }

    /// <summary>Opens a file for reading and writing, creating it if necessary. A link in its place is replaced by a new file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafeFileHandle OpenOrCreate(string path)
    {
        const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
        if (File.Exists(path) && !IsLink(path) && !RegularFile.IsSpecial(path))
        {
            SafeFileHandle existing = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, Share);
            if (IsAt(existing, path))
            {
                return existing;
            }

            existing.Dispose();
        }

        File.Delete(path);
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, Share);
    }

    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>Returns whether an open file is the one at a path, and has no other name, whatever happened while it was opened.</summary>
    private static bool IsAt(SafeFileHandle file, string path)
        => FileStatus.Of(path, followLinks: false) is FileStatus atPath
            ? FileStatus.Of(file) is FileStatus open && open.Inode == atPath.Inode && open is { Kind: FileKind.Regular, Links: <= 1 }
            : !IsLink(path);
}
