using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Holds what a server needs to send the rest of a partially downloaded file. It is stored next to the partial file, so that a later
/// process can resume the download.
/// </summary>
/// <param name="Address">The address, without user name and password.</param>
/// <param name="Validator">A strong ETag or a Last-Modified date, as the server sent it; empty if it sent neither.</param>
internal sealed record DownloadOrigin(string Address, string Validator)
{
    private const int MaxBytes = 8192;

    public static DownloadOrigin? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            using FileStream file = RegularFile.OpenRead(path);
            using StreamReader reader = new(file);
            string[] lines = file.Length <= MaxBytes ? reader.ReadToEnd().Split('\n') : [];
            return lines is [string address, string validator, ""] ? new DownloadOrigin(address, validator) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string path) => StoreFile.Write(path, $"{Address}\n{Validator}\n");
}
