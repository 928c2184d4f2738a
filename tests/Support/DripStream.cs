namespace ResNet.Net.Tests.Support;

/// <summary>A stream that returns a few bytes per read and does not support seeking, like a network stream.</summary>
/// <param name="bytes">The content.</param>
/// <param name="most">The maximum number of bytes per read.</param>
internal sealed class DripStream(byte[] bytes, int most = 997) : Stream
{
    private int _position;

    /// <summary>Gets the number of bytes read so far.</summary>
    public int Count => _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(most, buffer.Length), bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
