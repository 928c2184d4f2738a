using System.Buffers;
using System.Security.Cryptography;

namespace ResNet.Net.Orleans;

/// <summary>The encoded file of an image in memory, pooled if it came from a file. Its decoder disposes it.</summary>
internal sealed class EncodedImage : IMemoryOwner<byte>
{
    private readonly int _length;
    private readonly bool _isPooled;
    private byte[]? _buffer;

    private EncodedImage(byte[] buffer, int length, bool isPooled)
    {
        _buffer = buffer;
        _length = length;
        _isPooled = isPooled;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)));
    }

    public Memory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Gets the hash of the file in lowercase hexadecimal.</summary>
    public string Sha256 { get; }

    /// <exception cref="IOException">The image can't be read, or has more bytes than the limit.</exception>
    public static async Task<EncodedImage> ReadAsync(
        IImageSource source, string name, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Stream stream = await source.OpenAsync(name, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (stream is FileStream { IsAsync: false } file)
            {
                return Read(file, maxBytes);
            }

            MemoryStream memory = stream as MemoryStream
                ?? await LimitedReader.ReadAsync(stream, null, maxBytes, cancellationToken).ConfigureAwait(false);
            if (memory.Length > maxBytes)
            {
                throw LimitedReader.TooLong(maxBytes);
            }

            return memory.TryGetBuffer(out ArraySegment<byte> buffer) && buffer.Offset == 0
                ? new EncodedImage(buffer.Array!, buffer.Count, isPooled: false)
                : new EncodedImage(memory.ToArray(), (int)memory.Length, isPooled: false);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is byte[] buffer && _isPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static EncodedImage Read(FileStream file, int maxBytes)
    {
        long length = file.Length;
        if (length > maxBytes)
        {
            throw LimitedReader.TooLong(maxBytes);
        }

        // One byte more, so that a file that has grown is noticed.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)length + 1);
        try
        {
            int count = file.ReadAtLeast(buffer.AsSpan(0, (int)length + 1), (int)length + 1, throwOnEndOfStream: false);
            return count == length
                ? new EncodedImage(buffer, count, isPooled: true)
                : throw new IOException("The file changed while it was read.");
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }
}
