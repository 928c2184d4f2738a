using System.Text;

namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>The lines of a text file that say something.</summary>
internal static class TextLines
{
    /// <exception cref="ImageDatasetException">It is a binary file.</exception>
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
                    $"'{path}' is no text file. A meta.mat of the development kit has the ids and synsets of map_clsloc.txt: write them to a text file, a line such as 'n02119789 1' each.");
            }

            if (line.Trim() is { Length: > 0 } text)
            {
                lines.Add((number, text));
            }
        }

        return lines;
    }
}
