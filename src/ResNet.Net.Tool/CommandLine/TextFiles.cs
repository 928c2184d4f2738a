using System.Text;

namespace ResNet.Net.Samples.Support;

/// <summary>Files that the options ask for. Where they cannot be written, that is said before hours are spent.</summary>
internal static class TextFiles
{
    /// <exception cref="IOException">A folder is missing, or a folder has the file's name.</exception>
    public static void Check(params IEnumerable<string?> paths)
    {
        foreach (string path in paths.OfType<string>())
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder: name a file.");
            }

            if (!Directory.Exists(folder))
            {
                throw new DirectoryNotFoundException($"There is no folder '{folder}' for '{path}'. Create it, or name another.");
            }
        }
    }

    /// <param name="path">The file; null for none.</param>
    /// <param name="text">What it is to hold.</param>
    public static void Write(string? path, string text)
    {
        if (path is not null)
        {
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }
}
