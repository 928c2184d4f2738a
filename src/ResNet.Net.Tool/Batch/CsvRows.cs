using System.Buffers;
using System.Globalization;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Batch;

/// <summary>Writes CSV (RFC 4180), one row per image: <c>path,label,synset,probability,label2,synset2,probability2,...,error</c>.</summary>
internal sealed class CsvRows(TextWriter output, int top)
{
    // Semicolons and tabs too: some programs split at them.
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",;\t\"\r\n");

    // Spreadsheets evaluate cells that start with these characters; the second line has the full-width forms.
    private static readonly SearchValues<char> Formula = SearchValues.Create(
        "=+-@\t\r\n"
        + "\uFF1D\uFF0B\uFF0D\uFF20");

    public static string[] Columns(int top)
    {
        IEnumerable<string> suffixes = Enumerable.Range(1, top).Select(i => i == 1 ? "" : $"{i}");
        return ["path", .. suffixes.SelectMany(i => (string[])[$"label{i}", $"synset{i}", $"probability{i}"]), "error"];
    }

    /// <summary>
    /// Prefixes a path that a spreadsheet would evaluate with <c>./</c>: it still names the same file. File names are untrusted
    /// input.
    /// </summary>
    public static string CellOf(string path) => IsFormula(path) ? $"./{path}" : path;

    /// <summary>Reverts <see cref="CellOf"/>.</summary>
    public static string PathOf(string cell) => cell.StartsWith("./", StringComparison.Ordinal) ? cell[2..] : cell;

    public void WriteHeader() => Write(Columns(top));

    /// <param name="path">The path from the folder on.</param>
    /// <param name="fullPath">The full path.</param>
    /// <param name="outcome">What came of the image.</param>
    public void Write(string path, string fullPath, ClassificationOutcome outcome) => Write(outcome.Succeeded
        ? [CellOf(path), .. outcome.Value.Predictions.SelectMany(Cells), ""]
        : [CellOf(path), .. Enumerable.Repeat("", 3 * top), OneLine(Failure.DescribeImage(outcome.Error, fullPath))]);

    /// <summary>Returns whether a spreadsheet may evaluate a cell. Some skip spaces and invisible characters at its start.</summary>
    private static bool IsFormula(string cell)
    {
        int start = 0;
        while (start < cell.Length && !Formula.Contains(cell[start]) && IsSkipped(cell[start]))
        {
            start++;
        }

        return start < cell.Length && Formula.Contains(cell[start]);
    }

    private static bool IsSkipped(char c)
        => char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;

    // A model names its classes: an apostrophe makes a spreadsheet show the label as text.
    private static string LabelOf(string label) => IsFormula(label) ? $"'{label}" : label;

    private static string[] Cells(Prediction prediction)
        => [LabelOf(prediction.Label), prediction.SynsetId ?? "", prediction.Probability.ToString("F6", CultureInfo.InvariantCulture)];

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string Quote(string cell)
        => cell.AsSpan().ContainsAny(Quoted) || cell.AsSpan().Trim().Length < cell.Length
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;

    private void Write(IEnumerable<string> cells) => output.Write($"{string.Join(',', cells.Select(Quote))}{CsvRecord.End}");
}
