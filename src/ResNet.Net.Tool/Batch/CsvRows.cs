using System.Buffers;
using System.Globalization;

namespace ResNet.Net.Tool.Batch;

/// <summary>Writes CSV (RFC 4180), one row per image: <c>path,label,synset,probability,label2,synset2,probability2,...,error</c>.</summary>
/// <param name="output">Receives the rows. It stays with the caller.</param>
/// <param name="top">The number of classes per image. Rows with fewer have empty cells.</param>
/// <param name="more">The names of further columns.</param>
internal sealed class CsvRows(TextWriter output, int top, params string[] more)
{
    /// <summary>The end of a row.</summary>
    public const string End = "\r\n";

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

    public void WriteHeader() => Write([.. Columns(top), .. more]);

    /// <param name="path">The path of the image.</param>
    /// <param name="predictions">The classes; none if the image failed.</param>
    /// <param name="error">Why the image failed; null if it succeeded.</param>
    /// <param name="cells">The cells of the further columns.</param>
    public void Write(string path, IReadOnlyList<Prediction> predictions, string? error, params IEnumerable<string> cells) => Write(
        [
            CellOf(path), .. predictions.Take(top).SelectMany(Cells), .. Enumerable.Repeat("", 3 * Math.Max(0, top - predictions.Count)),
            OneLine(error ?? ""), .. cells,
        ]);

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

    private void Write(IEnumerable<string> cells) => output.Write($"{string.Join(',', cells.Select(Quote))}{End}");
}
