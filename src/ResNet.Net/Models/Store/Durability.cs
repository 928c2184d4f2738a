using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net;

/// <summary>What makes a rename outlast a power cut.</summary>
internal static partial class Durability
{
    /// <summary>Writes the entries of a folder to the disk. .NET opens no folders, so this calls the system; where it cannot, the rename is as durable as the file system makes it.</summary>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        const int ReadOnly = 0;
        int descriptor = open(path, ReadOnly);
        if (descriptor >= 0)
        {
            using SafeFileHandle folder = new(descriptor, ownsHandle: true);
            _ = fsync(folder);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int fsync(SafeFileHandle file);
}
