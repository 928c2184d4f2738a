using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Represents the append-only text file that makes evaluations resumable: a header, then one line per image.</summary>
/// <remarks>
/// Each line starts with a hash of its content, so that incomplete and damaged lines are detected and their images evaluated again.
/// Failed images are not recorded, and are therefore retried.
/// </remarks>
internal sealed class EvaluationJournal : IDisposable
{
    private const int HashDigits = 8;
    private const int MaxHeaderBytes = 64 * 1024;

    private readonly FileStream _file;
    private readonly Dictionary<string, JournalEntry> _entries = new(StringComparer.Ordinal);

    private EvaluationJournal(string path, FileStream file)
    {
        Path = path;
        _file = file;
    }

    public string Path { get; }

    /// <exception cref="EvaluationException">The file is not a journal, or belongs to another evaluation.</exception>
    /// <exception cref="IOException">The file cannot be opened, or another process has it open.</exception>
    public static EvaluationJournal Open(string path, JournalHeader header)
    {
        RegularFile.ThrowIfSpecial(path);
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

    /// <summary>Returns the recorded results of the given images, in their order; null for images without a result.</summary>
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

    /// <summary>Appends the result of an image that succeeded. It survives a crash of the process as soon as this method returns.</summary>
    public void Append(EvaluatedImage result)
    {
        JournalEntry entry = new(result.Name, result.ClassIndex, result.PredictedClass, result.Rank, result.Confidence, result.Loss);
        Write(Line(JsonSerializer.Serialize(entry, JournalJson.Default.JournalEntry)));
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
            // The file is new, or its first writer was killed while it wrote the header.
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

        // Terminates an incomplete last line; its image is evaluated again.
        _file.Position = _file.Length - 1;
        if (_file.ReadByte() != '\n')
        {
            Write("\n");
        }
    }

    // Returns false if the file has no complete header yet.
    private bool ReadHeader(JournalHeader expected, string expectedLine)
    {
        byte[] bytes = new byte[(int)Math.Min(_file.Length, MaxHeaderBytes)];
        _file.ReadExactly(bytes);
        int end = bytes.AsSpan().IndexOf((byte)'\n');
        string first = Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
        if (Parse(first, JournalJson.Default.JournalHeader) is JournalHeader { Model: not null } found && end >= 0)
        {
            return found.DifferenceFrom(expected) is not string difference
                ? true
                : throw new EvaluationException($"The journal '{Path}' is for {difference}. Delete it, or use another path.");
        }

        return end < 0 && expectedLine.StartsWith(first, StringComparison.Ordinal)
            ? false
            : throw new EvaluationException($"'{Path}' is not a journal of an evaluation and was not changed. Use another path.");
    }

    private void Write(string text)
    {
        _file.Position = _file.Length;
        _file.Write(Encoding.UTF8.GetBytes(text));
        _file.Flush();
    }
}

internal sealed record JournalEntry(string Name, int Truth, int Predicted, int Rank, float Confidence, double Loss);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
