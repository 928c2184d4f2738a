using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Represents an exclusive lock among the threads, processes and containers of a machine: a file that is held open exclusively
/// (<c>flock</c> on Unix, a share mode on Windows). The system releases it when its owner ends, so that it cannot become stale.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file, bool isEffective)
    {
        _file = file;
        IsEffective = isEffective;
    }

    /// <summary>Gets whether the lock is exclusive. It isn't on file systems without locks, where .NET silently takes none.</summary>
    public bool IsEffective { get; }

    /// <summary>Acquires the lock; returns null if it is held already.</summary>
    /// <param name="path">The path of the lock file. A link in its place is deleted.</param>
    /// <param name="root">The root folder of the store, below which no folder may be a link; null if the file is not in a store.</param>
    /// <exception cref="StoreException">The folder cannot be written.</exception>
    public static StoreLock? TryAcquire(string path, string? root = null)
    {
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            StoreFile.CreateFolder(root ?? folder, folder);
            if (StoreFile.IsLink(path) || RegularFile.IsSpecial(path))
            {
                File.Delete(path);
            }

            FileStream? file = TryOpen(path);
            if (file is null)
            {
                return null;
            }

            // Where locks work, a second one is denied, even to the same process.
            FileStream? second = TryOpen(path);
            second?.Dispose();
            return new StoreLock(file, second is null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the lock file '{path}' cannot be written: {exception.Message}", exception);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception) when (IsSharingViolation(exception))
        {
            return null;
        }
    }

    private static bool IsSharingViolation(IOException exception)
    {
        const int WindowsSharing = unchecked((int)0x80070020), WindowsLock = unchecked((int)0x80070021);
        const int LinuxWouldBlock = 11, MacWouldBlock = 35;
        return OperatingSystem.IsWindows() ? exception.HResult is WindowsSharing or WindowsLock
            : exception.HResult == (OperatingSystem.IsMacOS() ? MacWouldBlock : LinuxWouldBlock);
    }
}
