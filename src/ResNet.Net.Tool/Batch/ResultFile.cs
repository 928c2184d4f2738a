using System.Text;
using System.Text.Json;
using CsvHelper;

namespace ResNet.Net.Samples.Batch;

/// <summary>A CSV file that only grows. A run that finds one of its own, whole or torn in its last row, goes on after the rows that are there.</summary>
internal sealed class ResultFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string _path;
    private readonly string[] _columns;
    private readonly FileStream _file;
    private readonly StreamWriter _writer;

    /// <exception cref="ArgumentException">There is a file that was made from something else, or by something else.</exception>
    /// <exception cref="IOException">The file cannot be opened, or another process writes it.</exception>
    public ResultFile(string path, RunFacts facts)
    {
        _path = path;
        _columns = CsvRows.Columns(facts.Top);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            if (_file.Length == 0)
            {
                facts.Write(FactsPath);
            }
            else
            {
                CheckFacts(facts);
                _file.SetLength(ReadRows());
            }

            _file.Position = _file.Length;
            _writer = new StreamWriter(_file, Utf8);
            Rows = new CsvRows(_writer, facts.Top);
            if (_file.Length == 0)
            {
                Rows.WriteHeader();
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Takes the next rows.</summary>
    public CsvRows Rows { get; }

    /// <summary>How many rows were there, and how many of these name an error.</summary>
    public (long Done, long Failed) Before { get; private set; }

    /// <summary>The picture of the last row that was there; null where there was none.</summary>
    public string? LastPath { get; private set; }

    /// <summary>Where it is kept what the rows come from.</summary>
    private string FactsPath => $"{_path}.run.json";

    /// <summary>Rows that were given before outlive this process as soon as this returns.</summary>
    public void Flush()
    {
        Rows.Flush();
        _writer.Flush();
    }

    public void Dispose()
    {
        Rows.Dispose();
        _writer.Dispose();
    }

    private void CheckFacts(RunFacts wanted)
    {
        try
        {
            if (RunFacts.Read(FactsPath).DifferenceFrom(wanted) is string difference)
            {
                throw new ArgumentException($"'{_path}' was made {difference}. Name another file, or delete this one to begin anew.");
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            throw new ArgumentException($"'{_path}' is there, but '{FactsPath}' does not say what it was made from. Name another file, or delete this one.");
        }
    }

    /// <returns>The length of the rows that are whole.</returns>
    private long ReadRows()
    {
        using StreamReader reader = new(_file, Utf8, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16, leaveOpen: true);
        using CsvParser parser = new(reader, CsvRows.Format, leaveOpen: true);
        long end = 0;
        bool whole = true;
        while (parser.Read())
        {
            // Only the last row can be torn; whatever else looks so was written by something else.
            if (!whole || (end == 0 && !IsHeader(parser)))
            {
                throw new ArgumentException($"'{_path}' is not as this program wrote it: see row {parser.RawRow}. Name another file, or delete this one.");
            }

            whole = parser.RawRecord.EndsWith("\r\n", StringComparison.Ordinal) && parser.Count == _columns.Length;
            if (whole && end > 0)
            {
                Before = (Before.Done + 1, Before.Failed + (parser[^1].Length > 0 ? 1 : 0));
                LastPath = CsvRows.PathOf(parser[0]);
            }

            end = whole ? parser.ByteCount : end;
        }

        return end;
    }

    private bool IsHeader(CsvParser parser) => $"{string.Join(',', _columns)}\r\n".StartsWith(parser.RawRecord, StringComparison.Ordinal);
}
