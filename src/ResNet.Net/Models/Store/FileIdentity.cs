using System.Globalization;
using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// What changes when a file does, without reading it: size and time of the last write; on Linux also the inode and the time of the last change,
/// which no program can set. Only ever compared for equality: clocks may go where they want.
/// </summary>
internal sealed partial record FileIdentity(long Bytes, string Marks)
{
    /// <summary>Null when there is no such file, or it cannot be looked at. Of a link, the file that it leads to.</summary>
    public static FileIdentity? Of(string path)
    {
        try
        {
            FileInfo info = new(path);
            if (info.Exists && info.LinkTarget is not null)
            {
                info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            }

            return info.Exists ? Of(info) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileIdentity Of(FileInfo info)
    {
        string more = (OperatingSystem.IsLinux() ? LinuxMarks(info.FullName) : null) ?? Text(info.CreationTimeUtc.Ticks);
        return new FileIdentity(info.Length, $"{Text(info.LastWriteTimeUtc.Ticks)}:{more}");
    }

    private static unsafe string? LinuxMarks(string path)
    {
        const int CurrentFolder = -100;
        const uint ChangeTime = 0x80, Inode = 0x100;
        Statx status = default;
        try
        {
            if (statx(CurrentFolder, path, 0, ChangeTime | Inode, &status) == 0 && (status.Mask & (ChangeTime | Inode)) == (ChangeTime | Inode))
            {
                // Not the device: the same disk may have another number after a restart.
                return $"{Text((long)status.Inode)}:{Text(status.ChangeSeconds)}.{Text(status.ChangeNanoseconds)}";
            }
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // A C library from before 2018: the times have to do.
        }

        return null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, Statx* status);

    /// <summary>Linux's <c>struct statx</c>: one layout for every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(96)]
        public long ChangeSeconds;

        [FieldOffset(104)]
        public uint ChangeNanoseconds;
    }
}
