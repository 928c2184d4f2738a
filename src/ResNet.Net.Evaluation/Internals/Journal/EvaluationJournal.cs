using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ResNet.Net.Evaluation.Internals.Journal;

/// <summary>
/// A text file that only grows: a header, then a line a picture. Each line begins with a part of its own hash, so a torn or damaged one is known; its picture
/// is evaluated again. Pictures that failed are not in it: they are tried again too.
/// </summary>
internal sealed class EvaluationJournal : IDisposable
{
    private const int HashDigits = 8;
    private const int LongestHeader = 64 * 1024;

    private readonly FileStream _file;
    private readonly Dictionary<string, JournalEntry> _entries = new(StringComparer.Ordinal);

    private EvaluationJournal(string path, FileStream file)
    {
        Path = path;
        _file = file;
    }

    public string Path { get; }

    /// <exception cref="EvaluationException">The file is no journal, or another evaluation's.</exception>
    /// <exception cref="IOException">It cannot be opened, or another process writes it.</exception>
    public static EvaluationJournal Open(string path, JournalHeader header)
    {
        EvaluationJournal journal = new(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        try
        {
            journal.Load(header);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>What is known of these pictures, in their order.</summary>
    public EvaluatedImage?[] Results(IReadOnlyList<LabeledImage> images)
    {
        EvaluatedImage?[] results = new EvaluatedImage?[images.Count];
        for (int i = 0; i < results.Length; i++)
        {
            if (_entries.TryGetValue(images[i].Name, out JournalEntry? entry))
            {
                results[i] = EvaluatedImage.Of(images[i], entry.Predicted, entry.Rank, entry.Confidence, entry.Loss);
            }
        }

        return results;
    }

    /// <summary>Adds results; they outlive this process as soon as this returns.</summary>
    public void Append(IEnumerable<EvaluatedImage> results)
    {
        StringBuilder lines = new();
        foreach (EvaluatedImage result in results.Where(r => r.Succeeded))
        {
            JournalEntry entry = new(result.Name, result.ClassIndex, result.PredictedClass, result.Rank, result.Confidence, result.Loss);
            lines.Append(Line(JsonSerializer.Serialize(entry, JournalJson.Default.JournalEntry)));
        }

        Write(lines.ToString());
    }

    public void Dispose() => _file.Dispose();

    private static string Line(string json) => $"{HashOf(json)} {json}\n";

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashDigits];

    private static T? Parse<T>(string line, JsonTypeInfo<T> type)
        where T : class
    {
        if (line.Length <= HashDigits || line[HashDigits] != ' ' || HashOf(line[(HashDigits + 1)..]) != line[..HashDigits])
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line.AsSpan(HashDigits + 1), type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Load(JournalHeader header)
    {
        string headerLine = Line(JsonSerializer.Serialize(header, JournalJson.Default.JournalHeader));
        if (!ReadHeader(header, headerLine))
        {
            // Nothing, or what a process left that was killed as it began.
            _file.SetLength(0);
            Write(headerLine);
            return;
        }

        _file.Position = 0;
        using StreamReader reader = new(_file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        while (reader.ReadLine() is string line)
        {
            if (Parse(line, JournalJson.Default.JournalEntry) is JournalEntry { Name: not null } entry)
            {
                _entries.TryAdd(entry.Name, entry);
            }
        }

        // A torn last line ends here, and its picture is evaluated again.
        _file.Position = _file.Length - 1;
        if (_file.ReadByte() != '\n')
        {
            Write("\n");
        }
    }

    /// <summary>Whether there is the header that is wanted.</summary>
    private bool ReadHeader(JournalHeader wanted, string wantedLine)
    {
        byte[] bytes = new byte[(int)Math.Min(_file.Length, LongestHeader)];
        _file.ReadExactly(bytes);
        int end = bytes.AsSpan().IndexOf((byte)'\n');
        string first = Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
        if (Parse(first, JournalJson.Default.JournalHeader) is JournalHeader { Model: not null } found && end >= 0)
        {
            return found.DifferenceFrom(wanted) is not string difference
                ? true
                : throw new EvaluationException($"The journal '{Path}' is {difference}. Delete it, or name another.");
        }

        return end < 0 && wantedLine.StartsWith(first, StringComparison.Ordinal)
            ? false
            : throw new EvaluationException($"'{Path}' is no journal of an evaluation, and is left as it is. Name another file.");
    }

    private void Write(string text)
    {
        _file.Position = _file.Length;
        _file.Write(Encoding.UTF8.GetBytes(text));
        _file.Flush();
    }
}
