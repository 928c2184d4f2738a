using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net;

/// <summary>
/// A line beside a file: its bytes had this SHA-256 when the file looked like this. It saves hashing a hundred megabytes each time a model is loaded.
/// The line ends in a check of itself, so that a torn or edited one counts for nothing. It is no defence against somebody who may write to the folder.
/// </summary>
internal sealed record VerificationRecord(string Sha256, FileIdentity Identity, DateTimeOffset VerifiedAt)
{
    private const string Format = "resnet-net-stamp-1";

    // A stamp is 200 bytes; of whatever is longer the check fails.
    private const int MostBytes = 1024;

    /// <summary>Null when there is none, or none that can be trusted.</summary>
    public static VerificationRecord? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            // No stream and no reader: in a process that has just started, setting them up takes longer than all else here.
            using SafeFileHandle file = File.OpenHandle(path);
            Span<byte> bytes = stackalloc byte[MostBytes];
            return Parse(Encoding.ASCII.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes the stamp if the folder can be written; without one the file is hashed again next time, no more. In place, since a torn one counts for nothing:
    /// a process that dies here leaves no other file behind.
    /// </summary>
    public void TryWrite(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, ToString());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // A full disk, a read-only folder, or another process that writes the same line.
        }
    }

    public override string ToString()
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{Format} {Sha256} {Identity.Bytes} {Identity.Marks} {VerifiedAt.UtcTicks}");
        return $"{line} {TextHash.Of(line)}\n";
    }

    public static VerificationRecord? Parse(string text)
    {
        string[] parts = text.TrimEnd('\n').Split(' ');
        return parts.Length == 6
            && parts[0] == Format
            && TextHash.Of(text[..text.LastIndexOf(' ')]) == parts[5]
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && long.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && ticks <= DateTime.MaxValue.Ticks
            ? new VerificationRecord(parts[1], new FileIdentity(bytes, parts[3]), new DateTimeOffset(ticks, TimeSpan.Zero))
            : null;
    }
}
