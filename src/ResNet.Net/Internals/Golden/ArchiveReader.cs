using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using ResNet.Net.Onnx;

namespace ResNet.Net.Internals.Golden;

/// <summary>Reads the tensors of a tar.gz archive, as a stream, into memory.</summary>
internal sealed class ArchiveReader(string archive, GoldenArchiveLimits limits, CancellationToken cancellationToken)
{
    // Extended headers of an entry: TarReader reads them into memory, however many they are said to be.
    private const int HeaderBytes = 64 * 1024;

    private const int BufferBytes = 64 * 1024;
    private const int MostDims = 8;

    private readonly HashSet<string> _names = [];
    private readonly Dictionary<(string Folder, bool IsInput, int Index), OnnxTensor> _tensors = [];
    private readonly byte[] _buffer = new byte[BufferBytes];
    private string? _entry;
    private bool _isBehindEntry;

    /// <summary>The data sets, one at least. The stream stays open.</summary>
    /// <exception cref="GoldenArchiveException">The archive is refused.</exception>
    public IEnumerable<GoldenDataset> Read(Stream compressed)
    {
        using TailStream tail = new(compressed);
        using GZipStream decompressed = new(tail, CompressionMode.Decompress);
        using BudgetStream stream = new(decompressed, Exceeded) { Total = limits.MaxTotalBytes };
        try
        {
            ReadEntries(stream);

            // GZipStream takes a file that is cut for one that ends, and leaves what is behind its end.
            if (tail.ReadByte() >= 0 || tail.Tail != unchecked((uint)stream.Count))
            {
                throw Refusal("is cut short, or goes on behind its end. Fetch it again");
            }
        }
        catch (EndOfStreamException exception)
        {
            throw Refusal(stream.Count == 0 ? "is empty" : "ends in the middle: it is cut short. Fetch it again", exception);
        }
        catch (OutOfMemoryException exception)
        {
            throw Refusal("asks for more memory than there is", exception);
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException or OverflowException)
        {
            // What GZipStream and TarReader throw over damaged bytes.
            throw Refusal($"is no tar.gz archive, or damaged: {exception.Message.TrimEnd('.')}. Fetch it again", exception);
        }

        return [.. _tensors.Keys.Select(k => k.Folder).Distinct().OrderBy(f => Number(f).Text, StringComparer.Ordinal).ThenBy(f => Number(f).Value).Select(CreateDataset)];
    }

    private void ReadEntries(BudgetStream stream)
    {
        using TarReader tar = new(stream, leaveOpen: true);
        for (int count = 1; ; count++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stream.Part = HeaderBytes;
            _isBehindEntry = true;
            TarEntry? entry = tar.GetNextEntry();
            if (entry is null)
            {
                break;
            }

            _entry = entry.Name;
            _isBehindEntry = false;
            if (count > limits.MaxEntries)
            {
                throw Refusal($"has more than {limits.MaxEntries} entries ({nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxEntries)})");
            }

            stream.Part = long.MaxValue;
            ReadEntry(entry, stream);
        }

        _entry = null;
        stream.Part = long.MaxValue;
        for (int read = Fill(stream, _buffer); read > 0; read = Fill(stream, _buffer))
        {
            if (_buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                throw Refusal("goes on behind its end");
            }
        }

        if (_tensors.Count == 0)
        {
            throw Refusal($"holds no test data: none of its {_names.Count} files is called input_0.pb");
        }
    }

    private void ReadEntry(TarEntry entry, BudgetStream stream)
    {
        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
        {
            return; // no file: its name means nothing
        }

        if (EntryName.ProblemOf(entry.Name) is string problem)
        {
            throw Refusal(problem);
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Skip(entry);
                return;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                break;
            case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                throw Refusal("is a link");
            default:
                throw Refusal($"is a {entry.EntryType}, and no file or folder");
        }

        if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw Refusal("is a sparse file");
        }

        string name = EntryName.Normal(entry.Name);
        if (!_names.Add(name))
        {
            throw Refusal("is there twice");
        }

        bool isTensor = EntryName.IsTensor(name, out (string Folder, bool IsInput, int Index) tensor);
        if (isTensor && entry.Length > limits.MaxTensorBytes)
        {
            throw Refusal($"has {entry.Length} bytes, which is more than the {limits.MaxTensorBytes} of {nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxTensorBytes)}");
        }

        if (entry.Length > stream.Total)
        {
            throw Exceeded(stream);
        }

        if (isTensor)
        {
            OnnxTensor read = ReadTensor(entry);
            if (!_tensors.TryAdd(tensor, read))
            {
                throw Refusal("has the number of another");
            }
        }
        else
        {
            Skip(entry);
        }
    }

    private OnnxTensor ReadTensor(TarEntry entry)
    {
        byte[] bytes = new byte[entry.Length];
        entry.DataStream?.ReadExactly(bytes);
        try
        {
            OnnxTensor tensor = OnnxTensor.Parse(bytes);
            if (tensor.ElementType != OnnxElementType.Float)
            {
                throw Refusal($"holds {tensor.ElementType}, but the models take and give Float");
            }

            if (tensor.Length == 0 || tensor.Shape.Count > MostDims)
            {
                throw Refusal(tensor.Length == 0 ? "holds no values" : $"has {tensor.Shape.Count} dimensions; {MostDims} are the most");
            }

            // A copy: what else was in the message may take many times the memory of its bytes.
            return OnnxTensor.Create(tensor.Name, [.. tensor.Shape], tensor.AsSpan<float>());
        }
        catch (OnnxModelException exception)
        {
            throw Refusal($"cannot be read. {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private void Skip(TarEntry entry)
    {
        while (entry.DataStream?.Read(_buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private GoldenDataset CreateDataset(string folder)
        => new(folder, Tensors(folder, isInput: true), Tensors(folder, isInput: false));

    private List<OnnxTensor> Tensors(string folder, bool isInput)
    {
        List<OnnxTensor> tensors = [];
        while (_tensors.TryGetValue((folder, isInput, tensors.Count), out OnnxTensor? tensor))
        {
            tensors.Add(tensor);
        }

        int there = _tensors.Keys.Count(k => k.Folder == folder && k.IsInput == isInput);
        return tensors.Count > 0 && tensors.Count == there
            ? tensors
            : throw new GoldenArchiveException($"{archive} is refused: its folder {EntryName.Shown(folder)} has no {(isInput ? "input" : "output")}_{tensors.Count}.pb beside its other tensors.", folder);
    }

    private static int Fill(Stream stream, byte[] buffer) => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);

    /// <summary>A folder's name without the number at its end, and the number: set 10 comes after set 9.</summary>
    private static (string Text, int Value) Number(string folder)
    {
        const int MostDigits = 9;
        string text = folder.TrimEnd("0123456789".ToCharArray());
        string digits = folder[text.Length..];
        return digits.Length is > 0 and <= MostDigits ? (text, int.Parse(digits, CultureInfo.InvariantCulture)) : (folder, 0);
    }

    private GoldenArchiveException Exceeded(BudgetStream stream)
        => stream.Part <= 0
            ? Refusal($"has a header of more than {HeaderBytes} bytes")
            : Refusal($"is larger than it may be: the archive has more than {limits.MaxTotalBytes} bytes once it is decompressed ({nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxTotalBytes)})");

    private GoldenArchiveException Refusal(string why, Exception? cause = null)
    {
        // What is behind an entry has no name yet.
        string what = _entry is null ? "it" : $"{(_isBehindEntry ? "what follows its entry" : "its entry")} {EntryName.Shown(_entry)}";
        return new($"{archive} is refused: {what} {why}.", _isBehindEntry ? null : _entry, cause);
    }
}
