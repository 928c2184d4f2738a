using System.Text;

namespace ResNet.Net.Tool.Batch;

/// <summary>A row of a CSV file.</summary>
/// <param name="Text">The text of the row, with its line break.</param>
/// <param name="Cells">The cells, without quotes.</param>
internal sealed record CsvRecord(string Text, IReadOnlyList<string> Cells)
{
    /// <summary>
    /// Enumerates the rows of a file, one in memory at a time. A line break in quotes belongs to its cell; the last row may have no
    /// line break.
    /// </summary>
    public static IEnumerable<CsvRecord> Read(TextReader reader)
    {
        StringBuilder text = new(), cell = new();
        List<string> cells = [];
        bool quoted = false;
        while (reader.Read() is int next and >= 0)
        {
            char character = (char)next;
            text.Append(character);
            if (character == '"')
            {
                // A doubled quote inside quotes is one character of the cell.
                bool doubled = quoted && reader.Peek() == '"';
                quoted = doubled || !quoted;
                if (doubled)
                {
                    text.Append((char)reader.Read());
                    cell.Append('"');
                }
            }
            else if (!quoted && character == ',')
            {
                cells.Add(Take(cell));
            }
            else if (!quoted && character == '\r' && reader.Peek() == '\n')
            {
                text.Append((char)reader.Read());
                cells.Add(Take(cell));
                yield return new CsvRecord(Take(text), cells);
                cells = [];
            }
            else
            {
                cell.Append(character);
            }
        }

        if (text.Length > 0)
        {
            cells.Add(Take(cell));
            yield return new CsvRecord(Take(text), cells);
        }
    }

    private static string Take(StringBuilder builder)
    {
        string taken = builder.ToString();
        builder.Clear();
        return taken;
    }
}
