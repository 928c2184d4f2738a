namespace ResNet.Net.Internals.Golden;

/// <summary>Passes on what another stream gives, until a limit: a small archive may decompress to any size.</summary>
internal sealed class BudgetStream(Stream inner, Func<BudgetStream, Exception> exceeded) : ReadStream
{
    /// <summary>Bytes that may still come.</summary>
    public long Total { get; set; }

    /// <summary>Bytes that may still come in this part of the archive.</summary>
    public long Part { get; set; }

    /// <summary>Bytes that came.</summary>
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

        // The end may be just here: only a byte more is too much.
        Span<byte> more = stackalloc byte[1];
        return inner.Read(more) == 0 ? 0 : throw exceeded(this);
    }
}
