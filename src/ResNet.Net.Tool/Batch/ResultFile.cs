using System.Text;
using System.Text.Json;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Batch;

/// <summary>A CSV file that only grows. A run resumes its own file after the last complete row.</summary>
internal sealed class ResultFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string _path;
    private readonly string[] _columns;
    private readonly FileStream _file;
    private readonly StreamWriter _writer;

    /// <exception cref="ArgumentException">The file exists and was created from different input or by another program.</exception>
    /// <exception cref="IOException">The file cannot be opened, is not a regular file, or another process is writing it.</exception>
    public ResultFile(string path, RunManifest manifest)
    {
        RegularFile.ThrowIfSpecial(path);
        _path = path;
        _columns = CsvRows.Columns(manifest.Top);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            if (_file.Length == 0)
            {
                manifest.Write(ManifestPath);
            }
            else
            {
                CheckManifest(manifest);
                _file.SetLength(ReadRows());
            }

            _file.Position = _file.Length;
            _writer = new StreamWriter(_file, Utf8);
            Rows = new CsvRows(_writer, manifest.Top);
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

    /// <summary>The writer for the next rows.</summary>
    public CsvRows Rows { get; }

    /// <summary>The number of rows of earlier runs, and how many of them have an error.</summary>
    public (long Done, long Failed) Before { get; private set; }

    /// <summary>The image of the last row of earlier runs; null when there is none.</summary>
    public string? LastPath { get; private set; }

    private string ManifestPath => $"{_path}.run.json";

    /// <summary>Hands all rows to the operating system, so that they survive the end of this process.</summary>
    public void Flush() => _writer.Flush();

    public void Dispose() => _writer.Dispose();

    private void CheckManifest(RunManifest wanted)
    {
        try
        {
            if (RunManifest.Read(ManifestPath).DifferenceFrom(wanted) is string difference)
            {
                throw new ArgumentException($"'{_path}' was created {difference}. Name another file, or delete this one to start over.");
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            throw new ArgumentException(
                $"'{_path}' exists, but '{ManifestPath}' does not say how it was created. Name another file, or delete this one.");
        }
    }

    /// <returns>The length of the complete rows, in bytes.</returns>
    private long ReadRows()
    {
        // Latin-1 has one character per byte, so that positions are exact whatever the bytes are. The structure of CSV is ASCII.
        using StreamReader reader
            = new(_file, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16, leaveOpen: true);
        string header = $"{string.Join(',', _columns)}{CsvRows.End}";
        long end = 0;
        int number = 0;
        foreach (CsvRecord row in CsvRecord.Read(reader))
        {
            number++;
            bool complete = row.Text.EndsWith(CsvRows.End, StringComparison.Ordinal) && row.Cells.Count == _columns.Length;

            // Only the last row can be incomplete; anything else was written by another program.
            if ((!complete && reader.Peek() >= 0) || (number == 1 && !header.StartsWith(row.Text, StringComparison.Ordinal)))
            {
                throw new ArgumentException(
                    $"Row {number} of '{_path}' was changed or written by another program. Name another file, or delete this one.");
            }

            if (complete && number > 1)
            {
                Before = (Before.Done + 1, Before.Failed + (row.Cells[^1].Length > 0 ? 1 : 0));
                LastPath = CsvRows.PathOf(Utf8.GetString(Encoding.Latin1.GetBytes(row.Cells[0])));
            }

            end += complete ? row.Text.Length : 0;
        }

        return end;
    }
}
