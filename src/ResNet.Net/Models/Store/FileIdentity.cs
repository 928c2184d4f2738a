using System.Globalization;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Identifies the state of a file without reading it: size and time of the last write, and on Linux the inode and the time of the last
/// change, which programs cannot set. Only compared for equality, so that clock changes don't matter.
/// </summary>
internal sealed record FileIdentity(long Bytes, string State)
{
    /// <summary>Returns the identity of a file, or of the target of a link; null if it is missing, inaccessible or a pipe.</summary>
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

    private static FileIdentity? Of(FileInfo info)
    {
        FileStatus? status = FileStatus.Of(info.FullName);
        if (status is { Kind: not FileKind.Regular })
        {
            return null;
        }

        string details = status is FileStatus known ? Details(known) : Text(info.CreationTimeUtc.Ticks);
        return new FileIdentity(info.Length, $"{Text(info.LastWriteTimeUtc.Ticks)}:{details}");
    }

    // Not the device: its number may change with a restart.
    private static string Details(FileStatus status)
        => $"{Text((long)status.Inode)}:{Text(status.ChangeSeconds)}.{Text(status.ChangeNanoseconds)}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
