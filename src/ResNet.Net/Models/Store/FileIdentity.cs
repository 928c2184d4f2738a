using System.Globalization;
using System.Runtime.InteropServices;

namespace ResNet.Net;

/// <summary>
/// Identifies the state of a file without reading it: size and time of the last write, and on Linux the inode and the time of the last
/// change, which programs cannot set. Only compared for equality, so that clock changes don't matter.
/// </summary>
internal sealed partial record FileIdentity(long Bytes, string State)
{
    /// <summary>Returns the identity of a file, or of the target of a link; null if it is missing or inaccessible.</summary>
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
        string details = (OperatingSystem.IsLinux() ? LinuxDetails(info.FullName) : null) ?? Text(info.CreationTimeUtc.Ticks);
        return new FileIdentity(info.Length, $"{Text(info.LastWriteTimeUtc.Ticks)}:{details}");
    }

    private static unsafe string? LinuxDetails(string path)
    {
        const int CurrentFolder = -100;
        const uint ChangeTime = 0x80, Inode = 0x100;
        Statx status = default;
        try
        {
            const uint Wanted = ChangeTime | Inode;
            if (statx(CurrentFolder, path, 0, Wanted, &status) == 0 && (status.Mask & Wanted) == Wanted)
            {
                // Not the device: its number may change with a restart.
                return $"{Text((long)status.Inode)}:{Text(status.ChangeSeconds)}.{Text(status.ChangeNanoseconds)}";
            }
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // A C library older than 2018: use the times only.
        }

        return null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, Statx* status);

    /// <summary>The part of Linux's <c>struct statx</c> that is used. Its layout is the same on every processor.</summary>
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
