namespace ResNet.Net.Evaluation;

/// <summary>Limits the number of bytes read from a stream: a small archive may decompress to any size.</summary>
internal sealed class LimitedStream(Stream inner, Func<LimitedStream, Exception> exceeded) : ReadStream
{
    /// <summary>Gets or sets the remaining number of bytes.</summary>
    public long Total { get; set; }

    /// <summary>Gets or sets the remaining number of bytes in this part of the archive.</summary>
    public long Part { get; set; }

    /// <summary>Gets the number of bytes read.</summary>
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        long left = Math.Min(Total, Part);
        if (left > 0 || buffer.IsEmpty)
        {
            int read = inner.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            Total -= read;
            Part -= read;
            Count += read;
            return read;
        }

        // The stream may end exactly at the limit.
        Span<byte> more = stackalloc byte[1];
        return inner.Read(more) == 0 ? 0 : throw exceeded(this);
    }
}
