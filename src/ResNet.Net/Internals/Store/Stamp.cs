using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Internals.Store;

/// <summary>
/// A line beside a file: its bytes had this SHA-256 when the file looked like this. It saves hashing a hundred megabytes each time a model is loaded.
/// The line ends in a check of itself, so that a torn or edited one counts for nothing. It is no defence against somebody who may write to the folder.
/// </summary>
internal sealed record Stamp(string Sha256, FileIdentity Identity, DateTimeOffset VerifiedAt)
{
    private const string Format = "resnet-net-stamp-1";

    // A stamp is 200 bytes; whatever is much longer is none.
    private const int MostBytes = 1024;

    /// <summary>Null when there is none, or none that can be trusted.</summary>
    public static Stamp? Read(string path)
    {
        try
        {
            FileInfo file = new(path);
            return file.Exists && file.Length <= MostBytes ? Parse(File.ReadAllText(path)) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the stamp if the folder can be written; without one the file is hashed again next time, no more.</summary>
    public void TryWrite(string path)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(temporary, ToString());
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            TryDelete(temporary);
        }
    }

    public override string ToString()
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{Format} {Sha256} {Identity.Bytes} {Identity.Marks} {VerifiedAt.UtcTicks}");
        return $"{line} {Check(line)}\n";
    }

    public static Stamp? Parse(string text)
    {
        string[] parts = text.TrimEnd('\n').Split(' ');
        return parts.Length == 6
            && parts[0] == Format
            && Check(string.Join(' ', parts[..5])) == parts[5]
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            && long.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && ticks <= DateTime.MaxValue.Ticks
            ? new Stamp(parts[1], new FileIdentity(bytes, parts[3]), new DateTimeOffset(ticks, TimeSpan.Zero))
            : null;
    }

    private static string Check(string line) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)))[..16];

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left behind on a disk that takes nothing, not even this.
        }
    }
}
