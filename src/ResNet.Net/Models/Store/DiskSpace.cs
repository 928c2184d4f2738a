namespace ResNet.Net;

/// <summary>Free space, and what a full disk looks like.</summary>
internal static class DiskSpace
{
    /// <summary>Free bytes, for this user, of the disk that holds the folder; null where the system does not say.</summary>
    public static long? Of(string folder)
    {
        try
        {
            // On Unix any path serves: the system finds its mount. Windows wants the drive.
            string full = Path.GetFullPath(folder);
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(full)! : full).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether a write failed because the disk, the quota or the process's file size limit is exhausted.</summary>
    public static bool IsExhausted(Exception exception)
    {
        const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);
        const int NoSpaceLeft = 28, LinuxQuota = 122, MacQuota = 69;
        return exception switch
        {
            // .NET's translation of EFBIG.
            ArgumentOutOfRangeException => true,
            IOException io => OperatingSystem.IsWindows()
                ? io.HResult is WindowsDiskFull or WindowsHandleDiskFull
                : io.HResult is NoSpaceLeft || io.HResult == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota),
            _ => false,
        };
    }
}
