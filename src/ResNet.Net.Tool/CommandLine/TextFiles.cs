using System.Text;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Writes the files that options name, and rejects paths that cannot be written before the work starts.</summary>
internal static class TextFiles
{
    /// <exception cref="IOException">A folder does not exist, or a path names a folder.</exception>
    public static void Check(params IEnumerable<string?> paths)
    {
        foreach (string path in paths.OfType<string>())
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
            if (Directory.Exists(path))
            {
                throw new IOException($"'{path}' is a folder. Name a file.");
            }

            if (!Directory.Exists(folder))
            {
                throw new DirectoryNotFoundException($"The folder '{folder}' of '{path}' does not exist. Create it, or name another file.");
            }
        }
    }

    /// <param name="path">The file; nothing is written when it is null.</param>
    /// <param name="text">The content.</param>
    public static void Write(string? path, string text)
    {
        if (path is not null)
        {
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }
}
