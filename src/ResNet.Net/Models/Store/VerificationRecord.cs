using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Records the SHA-256 of a file together with its identity when it was hashed. It is one line of text in a file of its own, which saves
/// hashing a hundred megabytes each time a model is loaded.
/// </summary>
/// <remarks>
/// The line ends with a checksum, so that incomplete or edited records are ignored. It does not protect against users who may write to
/// the folder.
/// </remarks>
internal sealed record VerificationRecord(string Sha256, FileIdentity Identity, DateTimeOffset VerifiedAt)
{
    public const string Extension = ".verified";

    private const string Format = "resnet-net-verified-1";

    // A record has 200 bytes. The checksum of longer files fails.
    private const int MaxBytes = 1024;
    private const int HashDigits = 64;

    /// <summary>Returns the record in a file; null if there is none, or it is invalid.</summary>
    public static VerificationRecord? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            // No stream or reader: at startup, setting them up would take longer than everything else in this method.
            using SafeFileHandle file = RegularFile.OpenHandle(path, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> bytes = stackalloc byte[MaxBytes];
            return Parse(Encoding.ASCII.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Writes the record if possible. Without a record, the file is hashed again the next time. No temporary file is needed, since
    /// incomplete records are ignored.
    /// </summary>
    public void TryWrite(string path)
    {
        try
        {
            string folder = Path.GetDirectoryName(path)!;
            StoreFile.CreateFolder(Path.GetDirectoryName(folder)!, folder);
            StoreFile.Write(path, ToString());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // A full disk, a read-only folder, or another process that writes the same record.
        }
    }

    public override string ToString()
    {
        string line = string.Create(
            CultureInfo.InvariantCulture, $"{Format} {Sha256} {Identity.Bytes} {Identity.State} {VerifiedAt.UtcTicks}");
        return $"{line} {TextHash.Of(line)}\n";
    }

    public static VerificationRecord? Parse(string text)
    {
        string[] parts = text.TrimEnd('\n').Split(' ');
        return parts.Length == 6
            && parts[0] == Format

            // The hash is part of the path of a cache entry.
            && parts[1].Length == HashDigits
            && parts[1].All(char.IsAsciiHexDigitLower)
            && TextHash.Of(text[..text.LastIndexOf(' ')]) == parts[5]
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && long.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && ticks <= DateTime.MaxValue.Ticks
            ? new VerificationRecord(parts[1], new FileIdentity(bytes, parts[3]), new DateTimeOffset(ticks, TimeSpan.Zero))
            : null;
    }
}
