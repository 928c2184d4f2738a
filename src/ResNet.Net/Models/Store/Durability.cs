using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net;

/// <summary>Makes a rename survive a power failure.</summary>
internal static partial class Durability
{
    /// <summary>Flushes the entries of a folder to disk, on Linux and macOS.</summary>
    /// <remarks>.NET cannot open folders, so this calls the C library. Failures are ignored: the rename is then less durable.</remarks>
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
