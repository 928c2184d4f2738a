using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Reads the non-empty lines of text files.</summary>
internal static class TextLines
{
    /// <exception cref="ImageDatasetException">The file is binary.</exception>
    public static IReadOnlyList<(int Number, string Text)> Read(string path)
    {
        using StreamReader reader = new(RegularFile.OpenRead(path), Encoding.UTF8);
        return Read(reader, path);
    }

    /// <param name="reader">The text.</param>
    /// <param name="path">The file, for the error message.</param>
    /// <exception cref="ImageDatasetException">The text is binary.</exception>
    public static IReadOnlyList<(int Number, string Text)> Read(TextReader reader, string path)
    {
        List<(int, string)> lines = [];
        for (int number = 1; reader.ReadLine() is string line; number++)
        {
            if (line.Contains('\0') || line.StartsWith("MATLAB ", StringComparison.Ordinal))
            {
                throw new ImageDatasetException(
                    $"'{path}' is not a text file. A ground truth or list is text; the development kit's meta.mat is a synset map.");
            }

            if (line.Trim() is { Length: > 0 } text)
            {
                lines.Add((number, text));
            }
        }

        return lines;
    }
}
