using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Reads the non-empty lines of text files.</summary>
internal static class TextLines
{
    /// <exception cref="ImageDatasetException">The file is binary.</exception>
    public static IReadOnlyList<(int Number, string Text)> Read(string path)
    {
        List<(int, string)> lines = [];
        int number = 0;
        foreach (string line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            if (line.Contains('\0') || line.StartsWith("MATLAB ", StringComparison.Ordinal))
            {
                throw new ImageDatasetException(
                    $"'{path}' is not a text file. Export the ids and synsets of the development kit's meta.mat to a text file "
                    + "with lines such as 'n02119789 1'.");
            }

            if (line.Trim() is { Length: > 0 } text)
            {
                lines.Add((number, text));
            }
        }

        return lines;
    }
}
