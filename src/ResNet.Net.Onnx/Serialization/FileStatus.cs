using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net.Onnx;

/// <summary>Represents what Linux knows about a file, without opening it.</summary>
/// <param name="Kind">The kind of the file.</param>
/// <param name="Links">The number of names of the file.</param>
/// <param name="Inode">The number of the file in its file system.</param>
/// <param name="ChangeSeconds">The time of the last change, in seconds since 1970.</param>
/// <param name="ChangeNanoseconds">The nanoseconds of that time.</param>
internal readonly partial record struct FileStatus(FileKind Kind, uint Links, ulong Inode, long ChangeSeconds, uint ChangeNanoseconds)
{
    private const int CurrentFolder = -100, NoFollow = 0x100, EmptyPath = 0x1000;

    /// <summary>Returns the status of a file; null if it is inaccessible, or the system isn't a Linux of 2018 or later.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether a link stands for its target.</param>
    public static FileStatus? Of(string path, bool followLinks = true) => Read(CurrentFolder, path, followLinks ? 0 : NoFollow);

    /// <summary>Returns the status of an open file; null if the system isn't a Linux of 2018 or later.</summary>
    public static FileStatus? Of(SafeFileHandle file)
    {
        bool isAcquired = false;
        try
        {
            file.DangerousAddRef(ref isAcquired);
            return Read((int)file.DangerousGetHandle(), "", EmptyPath);
        }
        finally
        {
            if (isAcquired)
            {
                file.DangerousRelease();
            }
        }
    }

    private static unsafe FileStatus? Read(int folder, string path, int flags)
    {
        const uint Type = 0x1, LinkCount = 0x4, ChangeTime = 0x80, InodeNumber = 0x100;
        const uint Wanted = Type | LinkCount | ChangeTime | InodeNumber;
        const int TypeBits = 0xF000;
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Statx status = default;
        try
        {
            return statx(folder, path, flags, Wanted, &status) == 0 && (status.Mask & Wanted) == Wanted
                ? new FileStatus(
                    (FileKind)(status.Mode & TypeBits), status.Links, status.Inode, status.ChangeSeconds, status.ChangeNanoseconds)
                : null;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // A C library older than 2018.
            return null;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, Statx* status);

    /// <summary>The part of Linux's <c>struct statx</c> that is used. Its layout is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(96)]
        public long ChangeSeconds;

        [FieldOffset(104)]
        public uint ChangeNanoseconds;
    }
}

/// <summary>Specifies the kind of a file, as in <c>st_mode</c>. Other values are pipes, devices and sockets.</summary>
internal enum FileKind
{
    Folder = 0x4000,
    Regular = 0x8000,
    Link = 0xA000,
}
