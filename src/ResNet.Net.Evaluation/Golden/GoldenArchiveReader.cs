using System.Buffers;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Reads the tensors of a tar.gz archive from a stream into memory.</summary>
internal sealed class GoldenArchiveReader(string archive, GoldenArchiveLimits limits, CancellationToken cancellationToken)
{
    // Limits the extended headers of an entry, which TarReader reads into memory whatever their declared size.
    private const int HeaderBytes = 64 * 1024;

    private const int BufferBytes = 64 * 1024;
    private const int MaxDims = 8;

    private readonly HashSet<string> _names = [];
    private readonly Dictionary<(string Folder, bool IsInput, int Index), OnnxTensor> _tensors = [];
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly ArrayBufferWriter<byte> _content = new();
    private long _tensorBytes;
    private string? _entry;
    private bool _isAfterEntry;

    /// <summary>Reads the datasets, at least one. The stream stays open.</summary>
    /// <exception cref="GoldenArchiveException">The archive is rejected.</exception>
    public IEnumerable<GoldenDataset> Read(Stream compressed)
    {
        using TailStream tail = new(compressed);
        using GZipStream decompressed = new(tail, CompressionMode.Decompress);
        using LimitedStream stream = new(decompressed, Exceeded) { Total = limits.MaxTotalBytes };
        try
        {
            ReadEntries(stream);

            // GZipStream accepts truncated files, and ignores bytes after the end.
            if (tail.ReadByte() >= 0 || tail.Tail != unchecked((uint)stream.Count))
            {
                throw Rejected("is truncated, or has data after its end. Download it again");
            }
        }
        catch (EndOfStreamException exception)
        {
            throw Rejected(stream.Count == 0 ? "is empty" : "is truncated. Download it again", exception);
        }
        catch (OutOfMemoryException exception)
        {
            throw Rejected("needs more memory than available", exception);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Rejected($"is not a tar.gz archive, or is damaged: {exception.Message.TrimEnd('.')}. Download it again", exception);
        }

        IEnumerable<string> folders = _tensors.Keys.Select(k => k.Folder).Distinct();
        return [.. folders.OrderBy(f => Number(f).Text, StringComparer.Ordinal).ThenBy(f => Number(f).Value).Select(CreateDataset)];
    }

    // The exceptions of GZipStream and TarReader for damaged data.
    private static bool IsDamage(Exception exception) => exception
        is InvalidDataException
        or FormatException
        or ArgumentException
        or InvalidOperationException
        or NotSupportedException
        or OverflowException;

    private void ReadEntries(LimitedStream stream)
    {
        using TarReader tar = new(stream, leaveOpen: true);
        for (int count = 1; ; count++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stream.Part = HeaderBytes;
            _isAfterEntry = true;
            TarEntry? entry = tar.GetNextEntry();
            if (entry is null)
            {
                break;
            }

            _entry = entry.Name;
            _isAfterEntry = false;
            if (count > limits.MaxEntries)
            {
                throw Rejected(
                    $"exceeds the limit of {limits.MaxEntries} entries "
                    + $"({nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxEntries)})");
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
                throw Rejected("has data after its end");
            }
        }

        if (_tensors.Count == 0)
        {
            throw Rejected($"has no test data: none of its {_names.Count} files is named input_0.pb");
        }
    }

    private void ReadEntry(TarEntry entry, LimitedStream stream)
    {
        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
        {
            return; // metadata, not a file
        }

        if (EntryName.ProblemOf(entry.Name) is string problem)
        {
            throw Rejected(problem);
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Skip(entry);
                return;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                break;
            case TarEntryType.SymbolicLink or TarEntryType.HardLink:
                throw Rejected("is a link");
            default:
                throw Rejected($"is a {entry.EntryType}, not a file or folder");
        }

        if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw Rejected("is a sparse file");
        }

        string name = EntryName.Normal(entry.Name);
        if (!_names.Add(name))
        {
            throw Rejected("occurs twice");
        }

        bool isTensor = EntryName.IsTensor(name, out (string Folder, bool IsInput, int Index) tensor);
        if (isTensor && entry.Length > limits.MaxTensorBytes)
        {
            throw Rejected(
                $"has {entry.Length} bytes; the limit is {limits.MaxTensorBytes} "
                + $"({nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxTensorBytes)})");
        }

        if (isTensor && (_tensorBytes += entry.Length) > limits.MaxTotalTensorBytes)
        {
            throw Rejected(
                $"is too large: the tensors have more than {limits.MaxTotalTensorBytes} bytes together "
                + $"({nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxTotalTensorBytes)})");
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
                throw Rejected("has the same number as another tensor");
            }
        }
        else
        {
            Skip(entry);
        }
    }

    private OnnxTensor ReadTensor(TarEntry entry)
    {
        // The buffer grows with what is read, since the length is a claim. It serves all tensors.
        _content.ResetWrittenCount();
        while (entry.DataStream?.Read(_buffer) is int read and > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _content.Write(_buffer.AsSpan(0, read));
        }

        if (_content.WrittenCount < entry.Length)
        {
            throw new EndOfStreamException();
        }

        try
        {
            OnnxTensor tensor = OnnxTensor.Parse(_content.WrittenSpan);
            if (tensor.ElementType != OnnxElementType.Float)
            {
                throw Rejected($"contains {tensor.ElementType} instead of Float");
            }

            if (tensor.Length == 0 || tensor.Shape.Count > MaxDims)
            {
                throw Rejected(tensor.Length == 0 ? "has no values" : $"has {tensor.Shape.Count} dimensions; the limit is {MaxDims}");
            }

            // A copy: other fields of the message may take many times the memory of the values.
            return OnnxTensor.Create(tensor.Name, [.. tensor.Shape], tensor.AsSpan<float>());
        }
        catch (OnnxModelException exception)
        {
            throw Rejected($"cannot be read. {exception.Message.TrimEnd('.')}", exception);
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

        int count = _tensors.Keys.Count(k => k.Folder == folder && k.IsInput == isInput);
        return tensors.Count > 0 && tensors.Count == count
            ? tensors
            : throw new GoldenArchiveException(
                $"{archive} is rejected: its folder {EntryName.Shown(folder)} has no {(isInput ? "input" : "output")}_{tensors.Count}.pb.",
                folder);
    }

    private static int Fill(Stream stream, byte[] buffer) => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);

    // Splits a trailing number off a folder's name, so that set 10 follows set 9.
    private static (string Text, int Value) Number(string folder)
    {
        const int MaxDigits = 9;
        string text = folder.TrimEnd("0123456789".ToCharArray());
        string digits = folder[text.Length..];
        return digits.Length is > 0 and <= MaxDigits ? (text, int.Parse(digits, CultureInfo.InvariantCulture)) : (folder, 0);
    }

    private GoldenArchiveException Exceeded(LimitedStream stream)
        => stream.Part <= 0
            ? Rejected($"has a header of more than {HeaderBytes} bytes")
            : Rejected(
                $"is too large: the archive has more than {limits.MaxTotalBytes} bytes uncompressed "
                + $"({nameof(GoldenArchiveLimits)}.{nameof(GoldenArchiveLimits.MaxTotalBytes)})");

    private GoldenArchiveException Rejected(string why, Exception? cause = null)
    {
        // Data after an entry belongs to an entry whose name is not yet known.
        string subject = _entry is null ? "it" : $"{(_isAfterEntry ? "data after its entry" : "its entry")} {EntryName.Shown(_entry)}";
        return new($"{archive} is rejected: {subject} {why}.", _isAfterEntry ? null : _entry, cause);
    }
}
