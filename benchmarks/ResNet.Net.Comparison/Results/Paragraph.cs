using System.Text;

namespace ResNet.Net.Comparison;

/// <summary>Wraps Markdown text.</summary>
internal static class Paragraph
{
    private const int Width = 120;

    /// <summary>Breaks text into lines. A list item is indented by two.</summary>
    public static string Wrap(string text)
    {
        string indent = text.StartsWith("- ", StringComparison.Ordinal) ? "  " : "";
        StringBuilder result = new();
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                result.Append('\n').Append(indent);
                column = indent.Length;
            }
            else if (column > 0)
            {
                result.Append(' ');
                column++;
            }

            result.Append(word);
            column += word.Length;
        }

        return $"{result.Append('\n')}";
    }
}
