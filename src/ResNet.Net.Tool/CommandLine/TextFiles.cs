using System.Text;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Writes the files that options name, and rejects paths that cannot be written before the work starts.</summary>
internal static class TextFiles
{
    // What commands write. A file of another kind in a folder of inputs is an input.
    private static readonly string[] OwnExtensions = [".onnx", ".md", ".json", ".svg", ".html"];

    /// <exception cref="IOException">A folder does not exist, a path names a folder, or two options name the same file.</exception>
    public static void Check(params IEnumerable<string?> paths)
    {
        HashSet<string> known = [];
        foreach (string path in paths.OfType<string>())
        {
            if (!known.Add(Path.GetFullPath(path)))
            {
                throw new IOException($"Two options name the file '{path}'. Name a file of its own for each.");
            }

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

    /// <summary>Rejects outputs that would replace an input.</summary>
    /// <exception cref="IOException">An output is an input, or an existing file in a folder of inputs.</exception>
    public static void CheckApart(IEnumerable<string?> inputs, params IEnumerable<string?> outputs)
    {
        string[] read = [.. inputs.OfType<string>().Select(Path.GetFullPath)];
        foreach (string output in outputs.OfType<string>())
        {
            string path = Path.GetFullPath(output);
            bool isInFolder = File.Exists(path)
                && !OwnExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
                && read.Any(r => path.StartsWith(
                    Path.TrimEndingDirectorySeparator(r) + Path.DirectorySeparatorChar, StringComparison.Ordinal));
            if (isInFolder || read.Contains(path, StringComparer.Ordinal))
            {
                throw new IOException($"'{output}' is an input of this command and would be replaced. Name another file.");
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
