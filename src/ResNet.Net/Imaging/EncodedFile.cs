using System.Buffers;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Holds the contents of an image file or stream in pooled memory. Reading stops at the limit.</summary>
internal struct EncodedFile : IDisposable
{
    // The buffer holds one byte more than the file.
    private static readonly int LongestFile = Array.MaxLength - 1;

    private byte[]? _pooled;
    private int _length;

    private EncodedFile(byte[] pooled, int length)
    {
        _pooled = pooled;
        _length = length;
    }

    /// <summary>Gets the contents, valid until the file is disposed.</summary>
    public readonly ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pooled is null, typeof(EncodedFile));
            return _pooled.AsSpan(0, _length);
        }
    }

    public static EncodedFile Read(string path, int maxBytes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using FileStream stream = RegularFile.OpenRead(path, options: FileOptions.SequentialScan);
        return Read(stream, maxBytes, path);
    }

    public static async Task<EncodedFile> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileStream stream = RegularFile.OpenRead(path, options: FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            return await ReadAsync(stream, maxBytes, path, cancellationToken).ConfigureAwait(false);
        }
    }

    public static EncodedFile Read(Stream stream, int maxBytes, string? source)
    {
        maxBytes = Math.Min(maxBytes, LongestFile);
        EncodedFile file = Start(stream, maxBytes, source);
        try
        {
            int read;
            while ((read = stream.Read(file.Free())) > 0)
            {
                file.Advance(read, maxBytes, source);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static async Task<EncodedFile> ReadAsync(Stream stream, int maxBytes, string? source, CancellationToken cancellationToken)
    {
        maxBytes = Math.Min(maxBytes, LongestFile);
        EncodedFile file = Start(stream, maxBytes, source);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(file.FreeMemory(), cancellationToken).ConfigureAwait(false)) > 0)
            {
                file.Advance(read, maxBytes, source);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static ImageDecodeException TooLong(string length, int maxBytes, string? source) => new(
        ImageDecodeFailure.TooLarge,
        $"the encoded image has {length} bytes; the limit is {maxBytes}.",
        source)
    {
        Remedy = "Raise ImageDecodingOptions.MaxBytes if such images are wanted.",
    };

    public void Dispose()
    {
        if (_pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(_pooled);
            _pooled = null;
        }
    }

    private static EncodedFile Start(Stream stream, int maxBytes, string? source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        const int UnknownLength = 64 * 1024;
        long length = UnknownLength;
        if (stream.CanSeek)
        {
            length = stream.Length - stream.Position;
            if (length > maxBytes)
            {
                throw TooLong(length.ToString(), maxBytes, source);
            }
        }

        // One byte more than expected, so that a file that has grown is noticed.
        return new EncodedFile(ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length + 1, 1, maxBytes + 1L)), 0);
    }

    private readonly Span<byte> Free() => _pooled.AsSpan(_length);

    private readonly Memory<byte> FreeMemory() => _pooled.AsMemory(_length);

    private void Advance(int read, int maxBytes, string? source)
    {
        _length += read;
        if (_length > maxBytes)
        {
            throw TooLong($"more than {maxBytes}", maxBytes, source);
        }

        if (_length == _pooled!.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_length * 2L, maxBytes + 1L));
            _pooled.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_pooled);
            _pooled = larger;
        }
    }
}
