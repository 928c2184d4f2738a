using System.Text;

namespace ResNet.Net;

/// <summary>Where a partial file came from: what a server needs to be asked for the rest of the same file. Kept beside it, so that the next process can ask.</summary>
/// <param name="Address">Without user name and password.</param>
/// <param name="Validator">A strong ETag or a Last-Modified date, as the server wrote it; empty when it gave none.</param>
internal sealed record PartialOrigin(string Address, string Validator)
{
    private const int MostBytes = 8192;

    public static PartialOrigin? Read(string path)
    {
        try
        {
            FileInfo file = new(path);
            string[] lines = file.Exists && file.Length <= MostBytes ? File.ReadAllLines(path) : [];
            return lines.Length == 2 ? new PartialOrigin(lines[0], lines[1]) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string path) => File.WriteAllText(path, $"{Address}\n{Validator}\n", Encoding.UTF8);
}
