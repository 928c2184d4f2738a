using System.Buffers;
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Batch;

/// <summary>CSV as RFC 4180 has it, a row a picture: <c>path,label,synset,probability,label2,synset2,probability2,...,error</c>.</summary>
internal sealed class CsvRows(TextWriter output, int top) : IDisposable
{
    // Programs that split at other characters than the comma are to see the cells that there are.
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",;\t\"\r\n");

    // Spreadsheets take a cell that begins so for a formula; those of the second row are the first row's in full width.
    private static readonly SearchValues<char> Formula = SearchValues.Create(
        "=+-@\t\r\n"
        + "\uFF1D\uFF0B\uFF0D\uFF20");

    private readonly CsvWriter _writer = new(output, Format, leaveOpen: true);

    public static CsvConfiguration Format { get; } = new(CultureInfo.InvariantCulture)
    {
        NewLine = "\r\n",
        ShouldQuote = cell => cell.Field.AsSpan().ContainsAny(Quoted) || cell.Field.AsSpan().Trim().Length < cell.Field?.Length,
        BadDataFound = null,
        CountBytes = true,
    };

    public static string[] Columns(int top) => ["path", .. Enumerable.Range(1, top).Select(i => i == 1 ? "" : $"{i}").SelectMany(i => (string[])[$"label{i}", $"synset{i}", $"probability{i}"]), "error"];

    /// <summary>File names are strangers' data: one that a spreadsheet would take for a formula gets <c>./</c> in front, and still names the same file.</summary>
    public static string CellOf(string path) => path.AsSpan().IndexOfAny(Formula) == 0 ? $"./{path}" : path;

    /// <summary>The path that <see cref="CellOf"/> was given.</summary>
    public static string PathOf(string cell) => cell.StartsWith("./", StringComparison.Ordinal) ? cell[2..] : cell;

    public void WriteHeader() => Write(Columns(top));

    public void Write(string path, ClassificationOutcome outcome) => Write(outcome.Succeeded
        ? [CellOf(path), .. outcome.Value.Predictions.SelectMany(p => (string[])[p.Label, p.SynsetId ?? "", p.Probability.ToString("F6", CultureInfo.InvariantCulture)]), ""]
        : [CellOf(path), .. Enumerable.Repeat("", 3 * top), OneLine(Failure.Describe(outcome.Error))]);

    public void Flush() => _writer.Flush();

    public void Dispose() => _writer.Dispose();

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private void Write(IEnumerable<string> cells)
    {
        foreach (string cell in cells)
        {
            _writer.WriteField(cell);
        }

        _writer.NextRecord();
    }
}
