namespace ResNet.Net;

/// <summary>Determines free disk space, and recognizes exceptions that a full disk causes.</summary>
internal static class DiskSpace
{
    /// <summary>Returns the bytes that are free for this user on the disk with the folder; null if they are unknown.</summary>
    public static long? Of(string folder)
    {
        try
        {
            // Unix finds the mount of any path. Windows requires the drive.
            string full = Path.GetFullPath(folder);
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(full)! : full).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Returns whether a write failed because the disk, the quota or the file size limit of the process is exhausted.</summary>
    public static bool IsExhausted(Exception exception)
    {
        const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);
        const int NoSpaceLeft = 28, LinuxQuota = 122, MacQuota = 69;
        return exception switch
        {
            // .NET translates EFBIG to this.
            ArgumentOutOfRangeException => true,
            IOException io => OperatingSystem.IsWindows()
                ? io.HResult is WindowsDiskFull or WindowsHandleDiskFull
                : io.HResult is NoSpaceLeft || io.HResult == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota),
            _ => false,
        };
    }
}
